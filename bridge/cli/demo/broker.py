"""The demo's broker: Mosquitto if it is installed, else the bundled one."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

MOSQUITTO = "listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\npersistence false\n"
RUMQTTD = """\
id = 0
[router]
id = 0
max_connections = 100
max_outgoing_packet_count = 2000
max_segment_size = 1048576
max_segment_count = 10
[v4.1]
name = "v4"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1
[v4.1.connections]
connection_timeout_ms = 5000
max_payload_size = 1048576
max_inflight_count = 200
dynamic_filters = true
"""


def broker_command(folder: Path, port: int) -> tuple[str, list[str]]:
    """Writes the broker's configuration. Returns its name and the command that starts it."""
    mosquitto = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if mosquitto:
        config = folder / "mosquitto.conf"
        root = "user root\n" if os.getuid() == 0 else ""
        config.write_text(MOSQUITTO.format(port=port) + root)
        return "Mosquitto", [mosquitto, "-c", str(config.resolve())]
    config = folder / "rumqttd.toml"
    config.write_text(RUMQTTD.format(port=port))
    code = "import sys; from iotcore import Broker; Broker(config_path=sys.argv[1]).run_forever()"
    return "rumqttd (install mosquitto for a full broker)", [sys.executable, "-c", code, str(config.resolve())]
