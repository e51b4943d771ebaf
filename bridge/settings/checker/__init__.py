"""The checker: a process of its own reads, checks, edits and writes settings; the daemon loads no pydantic and no YAML.

The daemon's side is `checked_file` and `process`; `work` and `__main__` are the process; `messages` is between them.
"""
