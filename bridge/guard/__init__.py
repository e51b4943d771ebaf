"""What stands in for systemd where there is none, in a container: watchdog, restart, and outputs made safe.

Only the standard library, and little of it: it is there for as long as the daemon is.
"""
