"""`alarm2mqtt demo`: the daemon with all that it needs around it, to play with on one machine."""
