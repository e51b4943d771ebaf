"""YAML with the line of every place, and edits that keep comments. The only folder that imports ruamel."""
