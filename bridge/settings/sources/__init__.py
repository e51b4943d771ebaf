"""The sources of settings above and below the file: command line, environment, secret files, add-on.

`layers` merges them; only `load`, `store` and `file/` import this folder.
"""
