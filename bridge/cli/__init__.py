"""The command line: what a person runs at a terminal. `main.main` is the program's entry."""
