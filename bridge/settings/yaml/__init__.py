"""YAML with a line for every location, and edits that keep comments. The only folder that imports ruamel."""
