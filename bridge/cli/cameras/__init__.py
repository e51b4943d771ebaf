"""`alarm2mqtt cameras`: cameras found in the network, and their lines ready for the settings."""
