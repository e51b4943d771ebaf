"""`alarm2mqtt` alone: what there is on this machine, and what to type next."""
