"""The guard stands in for systemd in a container: watchdog, restart, and outputs made safe.

Only the standard library, and little of it: the guard lives as long as the daemon.
"""
