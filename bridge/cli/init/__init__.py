"""`alarm2mqtt init`: a few questions, and a first settings file that works."""
