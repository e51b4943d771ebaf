"""`alarm2mqtt watch`: the terminals live in the terminal, from the bridge's MQTT topics."""
