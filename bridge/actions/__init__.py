"""What an alarm sets going: each file does one thing and says how it ended."""
