"""Incoming commands: `receiver.CommandReceiver` executes or refuses each, and answers it once."""
