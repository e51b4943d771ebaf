"""Whatever mqtt-io's schema allows becomes settings that are right, or a fault with its place."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.cli.init.file_text import checked_content
from bridge.cli.mqtt_io.conversion import convert
from bridge.cli.mqtt_io.topics import left_behind, topic_rows
from bridge.settings.load import validate

flags = st.booleans()
texts = st.text(min_size=1, max_size=70)
topics = st.text(st.sampled_from("abzXY09-_/ +ü<>"), max_size=40)
pins = st.integers(0, 60) | st.sampled_from(["7", "GPIO5", "PA6", "GPIO0_26"])


def keys(required, **optional):
    return st.fixed_dictionaries(required, optional=optional)


discovery = st.fixed_dictionaries(
    {},
    optional={
        "component": st.sampled_from(["binary_sensor", "switch", "siren", "lock", "light"]),
        "name": texts,
        "device_class": st.sampled_from(["door", "motion", "fan", "outlet"]),
        "icon": texts,
    },
)
terminal = {"name": texts, "module": st.sampled_from(["a", "b", "c", "d"]), "pin": pins}
inputs = keys(
    terminal,
    on_payload=texts,
    off_payload=texts,
    inverted=flags,
    pullup=flags,
    pulldown=flags,
    interrupt=st.sampled_from(["rising", "falling", "both"]),
    interrupt_for=st.lists(texts, min_size=1),
    bouncetime=st.integers(1, 100_000),
    retain=flags,
    poll_interval=st.floats(0, 1000) | st.integers(0, 1000),
    poll_when_interrupt_for=flags,
    ha_discovery=discovery,
)
outputs = keys(
    terminal,
    on_payload=texts,
    off_payload=texts,
    inverted=flags,
    timed_set_ms=st.integers(-10, 10**9),
    initial=st.sampled_from(["high", "low"]),
    publish_initial=flags,
    retain=flags,
    ha_discovery=discovery,
)
tls = keys(
    {"enabled": flags},
    ca_certs=texts,
    certfile=texts,
    keyfile=texts,
    cert_reqs=st.sampled_from(["CERT_NONE", "CERT_OPTIONAL", "CERT_REQUIRED"]),
    tls_version=texts,
    ciphers=texts,
    insecure=flags,
)
mqtt = keys(
    {"host": st.sampled_from(["localhost", "b.example.org", "10.0.0.1"]) | texts},
    port=st.integers(1, 65535),
    user=st.text(max_size=10),
    password=st.text(max_size=10),
    client_id=st.text(max_size=10),
    topic_prefix=topics | st.text(max_size=200),
    keepalive=st.integers(1, 10_000),
    status_topic=topics,
    clean_session=flags,
    ha_discovery=keys({"enabled": flags}, prefix=topics, name=texts),
    tls=tls,
    reconnect_count=st.none() | st.integers(0, 5),
)
MODULES = [
    {"name": "a", "module": "raspberrypi"},
    {"name": "b", "module": "gpiod", "chip": "/dev/gpiochip1"},
    {"name": "c", "module": "gpiozero", "cleanup": False},
    {"name": "d", "module": "mcp23017", "i2c_bus_num": 1},
]
files = keys(
    {"mqtt": mqtt, "gpio_modules": st.just(MODULES)},
    digital_inputs=st.lists(inputs, max_size=3),
    digital_outputs=st.lists(outputs, max_size=3),
    sensor_inputs=st.just([{"name": "warmth", "module": "dht"}]),
)


@given(files)
@settings(max_examples=150, deadline=None)
def test_a_file_that_the_schema_allows_becomes_right_settings_or_a_fault_with_its_place(given_file) -> None:
    made, notes = convert(given_file, host="gate", folder=Path("/opt/mqtt-io"))
    if notes.faults:
        assert all(fault.loc and fault.message for fault in notes.faults)
        return
    made_settings = validate(made.document)
    assert len(made_settings.inputs) + len(made_settings.outputs) == len(made.terminals)
    assert checked_content(made.document, Path("alarm2mqtt.yaml"))
    rows = [*topic_rows(made.broker, made.terminals), *left_behind(made.broker, made.terminals)]
    assert all(row.isprintable() for row in rows)
