"""The MQTT side: topics, payloads, session, commands, and the description for Home Assistant."""
