"""What an alarm sets going beyond the outputs: each action off the engine's path, none delaying another."""
