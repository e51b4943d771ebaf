"""The device's armed switch over HTTP and on the page: moved by a command, seen by everybody who looks."""

import re

import pytest
from fakes.page_bridge import page_bridge, until, watching
from words.builders import an_input, an_output, settings_of

SETTINGS = settings_of(
    an_input("door", name="Garage door", outputs=["siren"]),
    an_input("shed", schedule="never"),
    an_input("tamper", always_armed=True),
    an_output("siren", follow_source=True),
    metrics={"enabled": True},
)
WITH_A_KEY = settings_of(an_input("door"), an_input("key", disarm=True))
NOT_ARMED = "Not armed: the device is disarmed"


def named(bridge, kind):
    return [entry.by for entry in bridge.entries if entry.kind == kind]


async def test_an_alarm_ends_when_the_device_is_disarmed_and_begins_when_it_is_armed_again(tmp_path):
    async with page_bridge(tmp_path, SETTINGS) as bridge:
        assert await bridge.get("/api/armed") == (200, {"armed": True})
        bridge.board("connect door")
        await until(lambda: bridge.live.outputs["siren"].on, what="the siren")
        assert await bridge.post("/api/armed", {"armed": False}) == (200, {"ok": True})
        assert not bridge.live.outputs["siren"].on
        assert await bridge.get("/api/armed") == (200, {"armed": False})
        assert (await bridge.get("/api/state"))[1]["armed"] is False
        assert await bridge.post("/api/armed", {"armed": False}) == (200, {"ok": True}), "it is so already"
        assert await bridge.post("/api/armed", {"armed": True}) == (200, {"ok": True})
        assert bridge.live.outputs["siren"].on
        assert (await bridge.get("/api/state"))[1]["armed"] is True
        assert (named(bridge, "disarmed"), named(bridge, "armed")) == (["http"], ["http"])


@pytest.mark.parametrize("body", [{}, {"armed": "ON"}, {"armed": None}, {"armed": 0}, {"armed": False, "for_s": 60}])
async def test_what_is_no_state_of_the_switch_moves_nothing(tmp_path, body):
    async with page_bridge(tmp_path, SETTINGS) as bridge:
        assert (await bridge.post("/api/armed", body))[0] == 400
        assert await bridge.get("/api/armed") == (200, {"armed": True})


async def test_while_a_key_holds_the_device_disarmed_arming_is_refused_with_the_keys_name(tmp_path):
    async with page_bridge(tmp_path, WITH_A_KEY) as bridge:
        bridge.board("connect key")
        await until(lambda: not bridge.live.armed, what="the key")
        status, answer = await bridge.post("/api/armed", {"armed": True})
        assert status == 422
        assert "key switch key" in answer["error"][0]["message"]
        assert await bridge.get("/api/armed") == (200, {"armed": False})


async def test_a_browser_needs_its_token_and_is_named_as_the_page(tmp_path):
    async with page_bridge(tmp_path, SETTINGS) as bridge:
        own = {"Origin": bridge.url, "Sec-Fetch-Site": "same-origin"}
        assert (await bridge.post("/api/armed", {"armed": False}, **own))[0] == 403
        assert bridge.live.armed
        _, page = await bridge.get("/")
        token = re.search('csrf-token" content="([^"]+)', page).group(1)
        assert (await bridge.post("/api/armed", {"armed": False}, **own, **{"X-CSRF-Token": token}))[0] == 200
        assert named(bridge, "disarmed") == ["page"]


async def test_open_pages_follow_the_switch_and_say_of_each_input_whether_it_goes_with_it(tmp_path):
    async with page_bridge(tmp_path, SETTINGS) as bridge, watching(bridge) as browser:
        assert (await browser.read_until("hello"))["armed"] is True
        await bridge.post("/api/armed", {"armed": False})
        await browser.read_until("armed", lambda switch: switch == {"armed": False})
        told = {one["id"]: one["words"]["armed"] for one in map(bridge.live.input_event, bridge.live.inputs.values())}
        assert told == {"door": NOT_ARMED, "shed": NOT_ARMED, "tamper": "Armed"}
        await bridge.post("/api/armed", {"armed": True})
        shed = await browser.read_until("input", lambda one: one["id"] == "shed" and one["words"]["armed"] != NOT_ARMED)
        assert shed["words"]["armed"] == "Not armed by its schedule"


@pytest.mark.parametrize("path", ["/", "/alarm-in", "/alarm-out", "/schedules", "/pictures", "/log", "/system"])
async def test_the_head_of_every_page_has_the_switch_as_it_is_and_says_when_it_is_off(tmp_path, path):
    async with page_bridge(tmp_path, SETTINGS) as bridge:
        for armed in ("true", "false"):
            _, page = await bridge.get(path)
            switch = re.search(r'<button[^>]* id="armed"[^>]*>', page).group()
            assert f'aria-checked="{armed}"' in switch
            said = re.search(r'<p[^>]* id="disarmed"[^>]*>', page).group()
            assert (" hidden" in said) == (armed == "true")
            await bridge.post("/api/armed", {"armed": False})


async def test_prometheus_is_told_of_the_switch(tmp_path):
    async with page_bridge(tmp_path, SETTINGS) as bridge:
        assert "alarm2mqtt_device_armed 1\n" in (await bridge.get("/metrics"))[1]
        await bridge.post("/api/armed", {"armed": False})
        _, text = await bridge.get("/metrics")
        assert "alarm2mqtt_device_armed 0\n" in text
        assert 'alarm2mqtt_input_armed{input="door"} 0\n' in text
        assert 'alarm2mqtt_input_armed{input="tamper"} 1\n' in text
