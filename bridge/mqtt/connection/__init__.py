"""One connection to one broker: `connect` opens it, `session.Session` keeps it. The only folder that imports paho."""
