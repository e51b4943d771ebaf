"""Text for a person or a wire, where two rooms need it: JSON, printable text, file names, words for states and journal.

Pure. The import contract names the rooms that may use each file.
"""
