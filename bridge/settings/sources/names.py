"""Names of the places around the settings file; here alone, since a start looks at them before it imports anything."""

from pathlib import Path

PREFIX = "ALARM2MQTT_"
"""Begin of the names of variables that are settings, in any case."""
SECRETS_DIR = f"{PREFIX}SECRETS_DIR"
SECRETS_FOLDER = "/run/secrets/alarm2mqtt"
"""The secrets folder, unless the variable names another."""
TOKEN = "SUPERVISOR_TOKEN"  # noqa: S105 - the variable's name; its presence is how an add-on knows itself
OPTIONS_FILE = Path("/data/options.json")
"""The options of the add-on's page."""
ADDON_STORE = "/data/store"
"""The one folder of an add-on that survives its removal."""
