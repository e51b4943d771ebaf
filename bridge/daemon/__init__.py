"""One run of the program: `boot` makes outputs idle, `app` puts everything together.

Only `cli` and `guard` import this room.
"""
