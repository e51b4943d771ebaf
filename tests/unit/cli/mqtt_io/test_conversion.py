"""mqtt-io's settings as ours: levels, topics, times, and all that has no counterpart."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.cli.mqtt_io.broker import split_prefix
from bridge.cli.mqtt_io.conversion import convert
from bridge.cli.mqtt_io.topics import left_behind, topic_rows
from bridge.settings.load import validate
from bridge.settings.location import path_of
from bridge.settings.yaml.parse import parse

NO_MODULE = "names no module of gpio_modules"
RASPBERRY = "gpio_modules: [{name: rpi, module: raspberrypi}]\n"


def converted(text):
    given, twice = parse(text, Path("config.yml"), version=(1, 1))
    assert twice == []
    return convert(given, host="gate", folder=Path("/opt/mqtt-io"))


def right(text):
    """The settings of a file without faults, and the remarks by path."""
    made, notes = converted(text)
    assert notes.faults == []
    return validate(made.document), {path_of(one.loc): one.message for one in notes.remarks}


def one_input(keys, modules=RASPBERRY):
    settings, remarks = right(f"{modules}digital_inputs:\n  - {{name: door, module: rpi, pin: 17, {keys}}}")
    (door,) = settings.inputs
    return door, remarks


def one_output(keys, modules=RASPBERRY):
    settings, remarks = right(f"{modules}digital_outputs:\n  - {{name: bell, module: rpi, pin: 22, {keys}}}")
    (bell,) = settings.outputs
    return bell, remarks


@pytest.mark.parametrize(
    ("keys", "bias", "connected", "trigger"),
    [
        ("", "disabled", "high", "connect"),
        ("inverted: yes", "disabled", "low", "connect"),
        ("pullup: yes", "pull_up", "low", "disconnect"),
        ("pullup: yes, inverted: yes", "pull_up", "low", "connect"),
        ("pulldown: yes", "pull_down", "high", "connect"),
        ("pulldown: yes, inverted: yes", "pull_down", "high", "disconnect"),
        ("pullup: yes, pulldown: yes, inverted: on", "pull_up", "low", "connect"),
    ],
)
def test_an_input_is_tripped_at_the_level_that_was_on(keys, bias, connected, trigger):
    door, _ = one_input(keys)
    assert (door.bias, door.connected_level.value, door.trigger_mode.value) == (bias, connected, trigger)
    assert (door.line.chip, door.line.offset) == ("gpiochip0", 17)


@pytest.mark.parametrize(("keys", "level"), [("", "high"), ("inverted: yes", "low"), ("inverted: no", "high")])
def test_an_output_is_on_at_the_level_that_was_on(keys, level):
    bell, _ = one_output(keys)
    assert bell.connected_level.value == level


@pytest.mark.parametrize(
    ("keys", "debounce_ms"),
    [
        ("", 100),
        ("poll_interval: 0.02", 20),
        ("poll_interval: 5", 100),
        ("interrupt: both", 100),
        ("interrupt: both, bouncetime: 30", 30),
        ("interrupt: both, bouncetime: 5000", 100),
        ("bouncetime: 30", 100),
    ],
)
def test_a_debounce_is_never_longer_than_what_mqtt_io_would_have_seen(keys, debounce_ms):
    door, remarks = one_input(keys)
    assert door.debounce_ms == debounce_ms
    assert ("digital_inputs[0].bouncetime" in remarks) == ("5000" in keys)


def test_an_interrupt_of_one_edge_is_reported():
    _, remarks = one_input("interrupt: falling")
    assert remarks["digital_inputs[0].interrupt"] == "has no counterpart: both edges are published"


def test_payloads_of_its_own_are_reported_and_those_of_the_default_are_not():
    _, remarks = one_input('on_payload: "open", off_payload: "OFF"')
    assert remarks == {
        "mqtt.host": "is missing, so it is localhost: mqtt-io also reads MQTT_IO_HOST",
        "digital_inputs[0].on_payload": "has no counterpart: the payload is ON",
    }


@pytest.mark.parametrize(
    ("asked", "taken", "is_remarked"),
    [(5000, 5000, False), (20, 100, True), (100_000_000, 86_400_000, True), (0, 0, True)],
)
def test_a_timed_set_is_the_time_of_every_start(asked, taken, is_remarked):
    bell, remarks = one_output(f"timed_set_ms: {asked}")
    assert bell.alarm_time_ms == taken
    assert ("digital_outputs[0].timed_set_ms" in remarks) == is_remarked


@pytest.mark.parametrize(
    ("keys", "is_remarked"),
    [
        ("initial: low", False),
        ("initial: high", True),
        ("initial: high, inverted: yes", False),
        ("initial: low, inverted: yes", True),
    ],
)
def test_an_output_that_was_on_from_the_start_is_reported(keys, is_remarked):
    _, remarks = one_output(f"{keys}, publish_initial: yes, retain: yes")
    assert ("digital_outputs[0].initial" in remarks) == is_remarked


def test_names_classes_and_kinds_of_home_assistant_are_kept():
    door, _ = one_input("ha_discovery: {name: Front Door, device_class: door}")
    assert (door.id, door.name, door.device_class) == ("door", "Front Door", "door")
    siren, _ = one_output("ha_discovery: {component: siren, name: Bell}")
    assert (siren.kind, siren.name) == ("siren", "Bell")


def test_what_home_assistant_would_not_take_is_left_out_and_reported():
    bell, remarks = one_output(
        f"ha_discovery: {{component: light, device_class: garage_door, icon: x, name: {'n' * 65}}}"
    )
    assert (bell.kind, bell.name, bell.device_class) == ("generic", None, None)
    place = "digital_outputs[0].ha_discovery"
    assert {f"{place}.{key}" for key in ("component", "device_class", "icon", "name")} <= remarks.keys()


def test_names_become_ids_that_are_apart():
    settings, _ = right(
        RASPBERRY + "digital_inputs: [{name: Tür 1, module: rpi, pin: 1}, {name: test, module: rpi, pin: 2}]\n"
        "digital_outputs: [{name: tur 1, module: rpi, pin: 3}]"
    )
    assert [one.id for one in (*settings.inputs, *settings.outputs)] == ["tur-1", "test-2", "tur-1-2"]
    assert settings.inputs[0].name == "Tür 1"


def test_lines_of_the_kernel_are_taken_by_chip_and_number():
    door, _ = one_input("", modules="gpio_modules: [{name: rpi, module: gpiod, chip: /dev/gpiochip2}]\n")
    assert (door.line.chip, door.line.offset) == ("gpiochip2", 17)


@pytest.mark.parametrize(
    ("keys", "bias", "connected", "trigger"),
    [
        ("", "pull_up", "low", "connect"),
        ("inverted: yes", "pull_up", "low", "disconnect"),
        ("pulldown: yes", "pull_up", "low", "connect"),
        ("kwargs: {pull_up: no}", "pull_down", "high", "connect"),
        ("class: DigitalInputDevice", "pull_down", "high", "connect"),
        ("kwargs: {pull_up: null, active_state: no}", "disabled", "low", "connect"),
    ],
)
def test_a_button_of_gpiozero_is_on_while_it_is_pressed(keys, bias, connected, trigger):
    door, _ = one_input(keys, modules="gpio_modules: [{name: rpi, module: gpiozero}]\n")
    assert (door.bias, door.connected_level.value, door.trigger_mode.value) == (bias, connected, trigger)


def test_an_output_of_gpiozero_may_be_active_low_and_its_pin_has_a_name():
    settings, _ = right(
        "gpio_modules: [{name: z, module: gpiozero}]\n"
        "digital_outputs: [{name: bell, module: z, pin: GPIO22, kwargs: {active_high: no, initial_value: no}}]"
    )
    (bell,) = settings.outputs
    assert (bell.line.offset, bell.connected_level.value) == (22, "low")


@pytest.mark.parametrize(
    ("module", "pin", "words"),
    [
        ("mcp23017", "3", "the kernel has a driver for this chip (device tree overlay mcp23017)"),
        ("beaglebone", "GPIO0_26", "module beaglebone has no counterpart"),
        ("stdio", "1", "module stdio has no counterpart"),
        ("raspberrypi", "GPIO0_26", "is no Broadcom number"),
        ("gpiod", "A", "is no number of a line"),
        ("gpiozero", "BOARD11", "is no GPIO number"),
    ],
)
def test_a_terminal_whose_line_is_not_certain_is_left_out_and_reported(module, pin, words):
    settings, remarks = right(
        f"gpio_modules: [{{name: m, module: {module}}}]\ndigital_inputs: [{{name: tank, module: m, pin: {pin}}}]"
    )
    assert settings.inputs == ()
    assert words in remarks["digital_inputs[0]"]


def test_a_class_of_gpiozero_that_is_no_contact_is_left_out():
    settings, remarks = right(
        "gpio_modules: [{name: z, module: gpiozero}]\ndigital_outputs: [{name: arm, module: z, pin: 5, class: Servo}]"
    )
    assert settings.outputs == ()
    assert "class Servo is more than a contact" in remarks["digital_outputs[0]"]


def test_sensors_streams_and_the_rest_are_reported_with_their_place():
    _, remarks = right(
        "mqtt: {host: b, status_payload_dead: gone, reconnect_count: 3, protocol: 3.1.1, clean_session: yes}\n"
        "sensor_modules: [{name: dht, module: dht22, type: AM2302, pin: 4}]\n"
        "sensor_inputs: [{name: warmth, module: dht, type: temperature}, {name: damp, module: dht}]\n"
        "stream_modules: [{name: ups, module: serial, device: /dev/ttyUSB0, baud: 9600, retry_interval: 3}]\n"
        "logging: {version: 1}\nreporting: {enabled: yes}\noptions: {install_requirements: no}\ntypo: 1\n"
    )
    assert remarks.keys() == {
        "mqtt.status_payload_dead", "mqtt.reconnect_count", "sensor_modules[0]", "sensor_inputs[0]", "sensor_inputs[1]",
        "stream_modules[0]", "logging", "reporting", "typo",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("prefix", "base", "device"),
    [
        ("home/livingroom", "home", "livingroom"),
        ("home/up/livingroom", "home/up", "livingroom"),
        ("mqtt_io", "alarm2mqtt", "mqtt-io"),
        ("", "alarm2mqtt", "gate"),
        ("Home/Living Room", "home", "living-room"),
        ("/home/x", "home", "x"),
        ("home/<ip>", "home", "ip"),
        ("ö/ä", "alarm2mqtt", "a"),
        ("home/+++", "home", "gate"),
    ],
)
def test_a_topic_prefix_stays_where_the_rules_for_topics_allow_it(prefix, base, device):
    assert split_prefix(prefix, "gate") == (base, device)


def test_the_broker_is_kept_and_its_port_is_mqtt_ios_default():
    settings, remarks = right(
        "mqtt:\n  host: b.example.org\n  user: u\n  topic_prefix: home/hall/\n  client_id: me\n  keepalive: 3\n"
        "  tls: {enabled: yes, ca_certs: ca.crt, certfile: /etc/me.pem, insecure: yes, cert_reqs: CERT_NONE}\n"
        "  ha_discovery: {enabled: yes, prefix: ha/, name: Hall}\n"
    )
    mqtt = settings.mqtt
    assert (mqtt.host, mqtt.port, mqtt.username, mqtt.client_id) == ("b.example.org", 1883, "u", "me")
    assert (mqtt.base_topic, settings.device.id, settings.device.name) == ("home", "hall", "Hall")
    assert mqtt.tls is not None
    assert [str(file) for file in (mqtt.tls.ca_file, mqtt.tls.cert_file, mqtt.tls.key_file)] == [
        "/opt/mqtt-io/ca.crt", "/etc/me.pem", "/etc/me.pem",
    ]  # fmt: skip
    assert mqtt.keepalive_s == 5
    assert (settings.home_assistant.discovery, settings.home_assistant.prefix) == (True, "ha")
    assert {"mqtt.tls.insecure", "mqtt.tls.cert_reqs", "mqtt.tls.ca_certs", "mqtt.keepalive"} == remarks.keys()


def test_discovery_stays_off_where_it_was_off():
    settings, _ = right("mqtt: {host: b}")
    assert not settings.home_assistant.discovery


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("mqtt: 5", "mqtt", "must be keys with values"),
        ("mqtt: {host: [a]}", "mqtt.host", "must be text: put it in quotes"),
        ("mqtt: {host: b, password: 1234}", "mqtt.password", "must be text: put it in quotes"),
        ("mqtt: {host: b, port: 70000}", "mqtt.port", "is out of range (allowed: 1 to 65535)"),
        ("digital_inputs: {}", "digital_inputs", "must be a list"),
        ("digital_inputs: [a]", "digital_inputs[0]", "must be keys with values"),
        ("digital_inputs: [{module: m, pin: 1}]", "digital_inputs[0].name", "is missing"),
        ("digital_inputs: [{name: a, module: m, pin: 1}]", "digital_inputs[0].module", NO_MODULE),
        (RASPBERRY + "digital_inputs: [{name: a, module: rpi}]", "digital_inputs[0].pin", "is missing"),
        (
            RASPBERRY + "digital_inputs: [{name: a, module: rpi, pin: 1, pullup: maybe}]",
            "digital_inputs[0].pullup",
            "must be yes or no",
        ),
        (
            RASPBERRY + "digital_outputs: [{name: a, module: rpi, pin: 1, initial: on}]",
            "digital_outputs[0].initial",
            "must be text: put it in quotes",
        ),
        (
            RASPBERRY + "digital_inputs: [{name: a, module: rpi, pin: 1}, {name: b, module: rpi, pin: 1}]",
            "digital_inputs[1].pin",
            "is the line of digital_inputs[0] as well (allowed: a line of its own)",
        ),
    ],
)  # fmt: skip
def test_a_fault_names_its_place(text, path, message):
    _, notes = converted(text)
    assert (path, message) in [(path_of(one.loc), one.message) for one in notes.faults]


def test_the_topics_stand_side_by_side():
    made, _ = converted(
        "mqtt: {host: b, topic_prefix: home/hall, client_id: me, ha_discovery: {enabled: yes}}\n" + RASPBERRY +
        "digital_inputs: [{name: door_1, module: rpi, pin: 1, retain: yes}]\n"
        "digital_outputs: [{name: bell, module: rpi, pin: 2}, {name: lamp, module: rpi, pin: 3, on_payload: '1'}]"
    )  # fmt: skip
    rows = [row.split("  ", 1) for row in topic_rows(made.broker, made.terminals)]
    assert {old.strip(): new.strip() for old, new in rows[:-1]} == {
        "home/hall/status": "home/hall/availability",
        "home/hall/input/door_1": "home/hall/input/door-1/state",
        "home/hall/output/bell": "home/hall/output/bell/state",
        "home/hall/output/bell/set": "the same",
        "home/hall/output/lamp": "home/hall/output/lamp/state",
        "home/hall/output/lamp/set": "home/hall/output/lamp/set",
        "home/hall/output/NAME/set_on_ms 2000": 'home/hall/output/ID/set {"state": "ON", "duration_ms": 2000}',
        "home/hall/output/NAME/set_off_ms": "nothing: an output is turned off for good",
    }
    assert list(left_behind(made.broker, made.terminals)) == [
        "home/hall/input/door_1",
        "homeassistant/binary_sensor/me/door_1/config",
        "homeassistant/switch/me/bell/config",
        "homeassistant/switch/me/lamp/config",
    ]
