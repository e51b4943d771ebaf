"""`alarm2mqtt watch`: the terminals live in the terminal, from what the bridge says over MQTT."""
