"""HTTP for machines: values are checked, everything is described, what is read is bounded."""

import asyncio
import csv
import io
import json
from contextlib import asynccontextmanager

import pytest
from fakes.page_bridge import page_bridge
from words.builders import an_input, an_output, settings_of
from words.waiting import until

from bridge.core.journal import JournalEntry
from bridge.errors import ActionRefused, Fault

SETTINGS = settings_of(
    an_input("door", outputs=["siren"]), an_output("siren"), schedules={"nights": {"mon": ["18:00-24:00"]}},
    metrics={"enabled": True},
)  # fmt: skip


MAIL = {"host": "mail.example", "sender": "a@b.example", "recipients": ["c@d.example"]}


class Desk:
    """Notes what it is asked, and refuses what is called `bad`."""

    def __init__(self):
        self.asked = []

    async def _note(self, *asked):
        self.asked.append(asked)
        if "later" in str(asked):
            return (Fault(path="", message="could not be checked", is_passing=True),)
        return (Fault(path="name", message="is bad", allowed="good"),) if "bad" in str(asked) else ()

    async def patch_input(self, *asked):
        return await self._note("patch_input", *asked)

    async def patch_output(self, *asked):
        return await self._note("patch_output", *asked)

    async def patch_rest(self, *asked):
        return await self._note("patch_rest", *asked)

    async def add(self, *asked):
        return await self._note("add", *asked)

    async def remove(self, *asked):
        return await self._note("remove", *asked)

    async def origins(self):
        return {"mqtt.password": "ALARM2MQTT_MQTT__PASSWORD"}


class Sounds:
    def __init__(self):
        self.kept = {}

    def names(self):
        return tuple(self.kept)

    def add(self, name, content):
        if content[:4] != b"RIFF":
            message = "is no WAV file"
            raise ActionRefused(message)
        self.kept[name] = content

    def delete(self, name):
        del self.kept[name]


@asynccontextmanager
async def serving(folder, settings=SETTINGS, *, desk=None, shelf=None):
    async with page_bridge(folder, settings, desk=desk, sounds=lambda: shelf) as bridge:
        yield bridge


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"duration_ms": 1.5}, "duration_ms"),
        ({"duration_ms": True}, "duration_ms"),
        ({"duration_ms": "5"}, "duration_ms"),
        ({"duration_ms": 86_400_001}, "duration_ms"),
        ({"duration_ms": -1}, "duration_ms"),
        ({"mode": "howl"}, "mode"),
        ({"state": "ON"}, "state"),
    ],
)
async def test_a_value_that_is_not_what_the_description_says_is_refused_with_its_place(tmp_path, body, wrong):
    async with serving(tmp_path) as bridge:
        status, answer = await bridge.post("/api/outputs/siren/start", body)
        assert (status, [fault["path"] for fault in answer["error"]]) == (400, [wrong])
        assert not bridge.live.outputs["siren"].on


@pytest.mark.parametrize("written", ["5000", "5000.0", "5e3"])
async def test_a_whole_number_is_taken_in_every_notation_of_json(tmp_path, written):
    content = f'{{"duration_ms": {written}}}'
    json_body = {"Content-Type": "application/json"}
    async with (
        serving(tmp_path) as bridge,
        bridge.client.post("/api/outputs/siren/start", data=content, headers=json_body) as answer,
    ):
        assert answer.status == 200
        assert bridge.live.outputs["siren"].remaining_ms == pytest.approx(5000, abs=1000)


@pytest.mark.parametrize(("limit", "status"), [("2", 200), ("2.0", 200), ("2e0", 200), ("2.5", 400), ("two", 400)])
async def test_a_number_in_an_address_is_taken_in_every_notation_too(tmp_path, limit, status):
    async with serving(tmp_path) as bridge:
        assert (await bridge.get(f"/api/journal?limit={limit}"))[0] == status


@pytest.mark.parametrize("content", [b"", b"{", b"OFF", b"[]", b"\xff", b'{"duration_ms": -1}', b'{"a": 1, "a": 2}'])
@pytest.mark.parametrize("path", ["/api/outputs/siren/stop", "/api/silence", "/api/silence?now=please"])
async def test_a_stop_is_never_refused_for_what_else_it_says(tmp_path, path, content):
    async with serving(tmp_path) as bridge:
        await bridge.post("/api/outputs/siren/start")
        assert bridge.live.outputs["siren"].on
        headers = {"Content-Type": "application/json"}
        async with bridge.client.post(path, data=content, headers=headers) as answer:
            assert answer.status == 200
        assert not bridge.live.outputs["siren"].on


@pytest.mark.parametrize(
    ("content", "path", "message"),
    [
        (b"{", "", "is not JSON"),
        (b"[]", "", "must be a JSON object"),
        (b"1", "", "must be a JSON object"),
        (b'{"duration_ms": NaN}', "", "NaN is no number"),
        (b'{"duration_ms": 1e999}', "", "holds a number that is too large"),
        (b'{"a":1,"a":2}', "a", "stands there twice"),
        (b"\xff", "", "is not UTF-8"),
        (b"[" * 60_000, "", "is nested too deeply"),
    ],
)
async def test_what_is_no_json_object_is_refused(tmp_path, content, path, message):
    async with (
        serving(tmp_path) as bridge,
        bridge.client.post(
            "/api/outputs/siren/start", data=content, headers={"Content-Type": "application/json"}
        ) as answer,
    ):
        assert answer.status == 400
        assert (await answer.json())["error"] == [{"path": path, "message": message}]


async def test_a_body_that_is_too_large_is_refused(tmp_path):
    async with serving(tmp_path, desk=Desk(), shelf=Sounds()) as bridge:
        status, answer = await bridge.send("PATCH", "/api/settings", {"device": {"name": "x" * 70_000}})
        assert (status, answer["ok"]) == (413, False)
        async with bridge.client.put("/api/sounds/x.wav", data=b"RIFF" * 2**21 + b"!") as answer:
            assert answer.status == 413


async def test_settings_are_patched_and_refusals_are_passed_on(tmp_path):
    desk = Desk()
    async with serving(tmp_path, desk=desk) as bridge:
        assert await bridge.send("PATCH", "/api/inputs/door/settings", {"name": "Door"}) == (200, {"ok": True})
        assert desk.asked[-1] == ("patch_input", "door", {"name": "Door"}, "http")
        status, answer = await bridge.send("PATCH", "/api/outputs/siren/settings", {"name": "bad"})
        assert (status, answer["error"]) == (422, [{"path": "name", "message": "is bad", "allowed": "good"}])
        status, answer = await bridge.send("PATCH", "/api/outputs/siren/settings", {"name": "later"})
        assert (status, answer["error"]) == (503, [{"path": "", "message": "could not be checked"}])
        assert (await bridge.send("PATCH", "/api/inputs/window/settings", {}))[0] == 404
        assert (await bridge.send("PATCH", "/api/inputs/door/settings", {"id": "gate"}))[0] == 422
        assert await bridge.send("DELETE", "/api/outputs/siren") == (200, {"ok": True})
        assert desk.asked[-1] == ("remove", "outputs", "siren", "http")


@pytest.mark.parametrize(
    "patch",
    [
        {"web": {"enabled": False}},
        {"web": {"password_file": "/etc/shadow"}},
        {"web": None},
        {"cameras": {"gate": {"snapshot": "http://evil.example"}}},
        {"inputs": []},
        {"device": "front"},
    ],
    ids=str,
)
async def test_what_turns_the_page_off_is_changed_in_the_file_only(tmp_path, patch):
    desk = Desk()
    async with serving(tmp_path, desk=desk) as bridge:
        assert (await bridge.send("PATCH", "/api/settings", {"schedules": {"n": "never"}, **patch}))[0] == 422
        assert desk.asked == []
        assert await bridge.send("PATCH", "/api/settings", {"schedules": {"n": "never"}}) == (200, {"ok": True})


async def test_a_password_is_taken_and_never_answered(tmp_path):
    desk = Desk()
    settings = settings_of(mqtt={"password": "s3cret"}, email=MAIL)
    async with serving(tmp_path, settings, desk=desk) as bridge:
        _, known = await bridge.get("/api/settings")
        assert known["mqtt"]["password"] == {"set": True, "file": None}
        assert known["email"]["password"] == {"set": False, "file": None}
        assert known["ftp"] is None
        assert "s3cret" not in str(known)
        assert await bridge.send("PATCH", "/api/settings", {"mqtt": {"password": "another"}}) == (200, {"ok": True})
        assert desk.asked[-1][1] == {"mqtt": {"password": "another"}}
        assert await bridge.get("/api/settings/origins") == (200, {"origins": await desk.origins()})


async def test_the_journal_is_read_in_pieces_and_exported_whole(tmp_path):
    async with serving(tmp_path) as bridge:
        for number in range(2, 1302):
            bridge.entries.append(
                JournalEntry(
                    seq=number,
                    id=f"b-{number}",
                    boot="b",
                    kind="fault",
                    time=bridge.clock.now().local,
                    input="door",
                    error='=cmd("x")',
                )
            )
        first = bridge.entries[0].seq
        _, answer = await bridge.get("/api/journal?limit=3")
        assert [entry["seq"] for entry in answer["entries"]] == [1299, 1300, 1301]
        _, answer = await bridge.get(f"/api/journal?after={first}&limit=2&kind=fault")
        assert [entry["seq"] for entry in answer["entries"]] == [2, 3]
        assert (await bridge.get("/api/journal?limit=9999"))[0] == 400
        assert (await bridge.get("/api/journal?kind=nothing"))[0] == 400
        assert (await bridge.get("/api/journal?since=now"))[0] == 400
        _, text = await bridge.get("/api/journal.csv")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len(rows) == len(bridge.entries)
        assert rows[-1]["error"] == '\'=cmd("x")', "no formula for whoever opens it"
        _, text = await bridge.get("/api/journal.jsonl")
        assert len([json.loads(line) for line in text.splitlines()]) == len(bridge.entries)


async def test_a_sound_is_kept_or_refused_with_the_reason(tmp_path):
    shelf = Sounds()
    async with serving(tmp_path, shelf=shelf) as bridge:
        async with bridge.client.put("/api/sounds/dog.wav", data=b"RIFFbark") as answer:
            assert answer.status == 200
        assert shelf.kept == {"dog.wav": b"RIFFbark"}
        async with bridge.client.put("/api/sounds/cat.wav", data=b"meow") as answer:
            assert (answer.status, (await answer.json())["error"][0]["message"]) == (422, "is no WAV file")
        assert await bridge.get("/api/sounds") == (200, {"sounds": ["dog.wav"]})
        assert (await bridge.send("DELETE", "/api/sounds/cat.wav"))[0] == 404
        assert (await bridge.send("DELETE", "/api/sounds/dog.wav"))[0] == 200


async def test_everything_that_is_served_is_described_and_the_other_way_round(tmp_path):
    async with serving(tmp_path, desk=Desk(), shelf=Sounds()) as bridge:
        _, described = await bridge.get("/api/openapi.json")
        rows = {(path, method.upper()) for path, ways in described["paths"].items() for method in ways}
        served = {
            (route.resource.canonical, route.method)
            for route in bridge.site.app.router.routes()
            if route.method != "HEAD" and route.resource.canonical.startswith(("/api/", "/metrics"))
        }
        assert rows == served - {("/api/openapi.json", "GET")}
        text = json.dumps(described)
        assert all(f'"{name}"' in text for name in ("door", "siren"))


async def test_figures_for_prometheus_are_there_when_they_are_wanted(tmp_path):
    async with serving(tmp_path) as bridge:
        bridge.board("connect door")
        await bridge.post("/api/silence")
        _, text = await bridge.get("/metrics")
        assert 'alarm2mqtt_input_tripped{input="door"} 1\n' in text
        assert 'alarm2mqtt_input_alarms_total{input="door"} 1\n' in text
        assert 'alarm2mqtt_service_ok{service="broker"} 1\n' in text
        assert "email" not in text


async def test_there_are_no_figures_when_they_are_not_wanted(tmp_path):
    async with serving(tmp_path, settings_of(an_input("door"))) as bridge:
        assert (await bridge.get("/metrics"))[0] == 404


async def test_the_broker_is_tried_by_one_at_a_time(tmp_path):
    begun, go_on = [], asyncio.Event()

    async def slow():
        begun.append(True)
        await go_on.wait()

    async with page_bridge(tmp_path, SETTINGS, try_broker=slow) as bridge:
        first = asyncio.create_task(bridge.post("/api/broker/test"))
        await until(lambda: begun, what="the first try")
        status, answer = await bridge.post("/api/broker/test")
        assert (status, answer["error"][0]["message"]) == (422, "it is being tried already")
        go_on.set()
        assert (await first)[0] == 200
        assert (await bridge.post("/api/broker/test"))[0] == 200
    assert len(begun) == 2
