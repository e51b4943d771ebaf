"""`alarm2mqtt` alone: the state of this machine, and the next commands to type."""
