"""The copy of the settings checked last, kept beside the state: with it a start needs no checker.

`validity` says for what a copy is valid, `references` where its secrets are read again, `copy` is the file itself.
"""
