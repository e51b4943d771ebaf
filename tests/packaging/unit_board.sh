# Makes the test's machine as `alarm2mqtt install` makes a board; run by the rig in a copy of the project.
set -e
python3 -m venv /opt/alarm2mqtt
/opt/alarm2mqtt/bin/pip install --quiet --require-hashes -r requirements.lock
/opt/alarm2mqtt/bin/pip install --quiet --no-deps .
systemd-sysusers bridge/cli/install/alarm2mqtt.sysusers
install -d -o alarm2mqtt -g alarm2mqtt -m 0750 /etc/alarm2mqtt
install -o alarm2mqtt -g alarm2mqtt -m 0640 tests/packaging/board.yaml /etc/alarm2mqtt/alarm2mqtt.yaml
# What is refused by the sandbox is only told at this level.
mkdir /etc/systemd/system/alarm2mqtt.service.d
printf '[Service]\nEnvironment=ALARM2MQTT_LOG__LEVEL=debug ALARM2MQTT_WEB__ENABLED=true\n' >/etc/systemd/system/alarm2mqtt.service.d/debug.conf
# A secret as packaging/README.md says; the stop hook has none.
install -d -m 0700 /etc/keys
echo sesame >/etc/keys/mqtt
printf 'LoadCredential=mqtt__password:/etc/keys/mqtt\nEnvironment=ALARM2MQTT_SECRETS_DIR=%%d\n' \
    >>/etc/systemd/system/alarm2mqtt.service.d/debug.conf
