"""What comes in as a command: `receiver.CommandReceiver` obeys or refuses each, and answers it once."""
