"""The MQTT side: topics, payloads, session, and which entity is what in Home Assistant."""
