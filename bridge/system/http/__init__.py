"""HTTP as cameras speak it: a client that is lenient in form and strict in size.

`exchange` has the connection; `head`, `body`, `challenge` and `login` are pure and know no socket.
"""
