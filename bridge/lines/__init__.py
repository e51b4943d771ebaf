"""Terminals: GPIO lines of the Linux character device, and a terminal board made of software."""
