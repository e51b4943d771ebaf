"""What is done on the page is done on the board, and what changes is seen at once by everybody who looks."""

from contextlib import asynccontextmanager

from fakes.page_bridge import page_bridge, until, watching
from words.builders import an_input, an_output, settings_of

from bridge.web.live import RECENT

SETTINGS = settings_of(
    an_input("door", name="Garage <door>", outputs=["siren"]), an_output("siren", name="Siren", follow_source=True)
)


@asynccontextmanager
async def serving(folder, settings=SETTINGS, **parts):
    async with page_bridge(folder, settings, **parts) as bridge:
        yield bridge


async def test_a_contact_that_is_clicked_is_on_the_lamp_of_every_browser(tmp_path):
    async with serving(tmp_path) as bridge, watching(bridge) as one, watching(bridge) as other:
        assert (await one.read_until("hello"))["inputs"][0]["contact"] == "disconnected"
        assert (await bridge.post("/api/board/door", {"do": "connect"})) == (200, {"ok": True})
        for browser in (one, other):
            siren = await browser.read_until("output", lambda siren: siren["on"])
            assert siren["words"]["why"] == "Alarm: Garage <door>"
            assert siren["words"]["until"] == "for as long as the alarm lasts"
            assert siren["mood"] == "on"


async def test_an_output_is_started_and_stopped_and_says_by_whom(tmp_path):
    async with serving(tmp_path) as bridge:
        assert await bridge.post("/api/outputs/siren/start", {"duration_ms": 60_000}) == (200, {"ok": True})
        _, siren = await bridge.get("/api/outputs/siren")
        assert (siren["on"], siren["reason"], siren["by"]) == (True, "manual", "http")
        assert siren["until"] is not None
        assert await bridge.post("/api/outputs/siren/stop") == (200, {"ok": True})
        _, siren = await bridge.get("/api/outputs/siren")
        assert (siren["on"], siren["reason"]) == (False, "stop")


async def test_silence_stops_what_an_alarm_has_started(tmp_path):
    async with serving(tmp_path) as bridge:
        bridge.board("connect door")
        await until(lambda: bridge.live.outputs["siren"].on, what="the siren")
        assert await bridge.post("/api/silence") == (200, {"ok": True})
        assert not bridge.live.outputs["siren"].on


async def test_what_there_is_not_is_not_found_and_what_is_wrong_is_told_with_its_place(tmp_path):
    async with serving(tmp_path) as bridge:
        status, answer = await bridge.post("/api/outputs/horn/start")
        assert (status, answer["ok"]) == (404, False)
        status, answer = await bridge.post("/api/outputs/siren/start", {"duration_ms": 0, "loud": 1})
        assert status == 400
        assert {fault["path"] for fault in answer["error"]} == {"duration_ms", "loud"}
        status, answer = await bridge.post("/api/actions/email")
        assert (status, answer["error"][0]["message"]) == (422, "email is not configured")
        assert not bridge.live.outputs["siren"].on


async def test_the_page_shows_names_as_text_and_nothing_of_another_host(tmp_path):
    async with serving(tmp_path) as bridge:
        status, page = await bridge.get("/")
        assert status == 200
        assert "Garage &lt;door&gt;" in page
        assert "<door>" not in page
        assert "http" not in page.replace("http-equiv", "")
        assert ' style="' not in page


async def test_a_browser_that_comes_back_gets_the_entries_it_missed(tmp_path):
    async with serving(tmp_path) as bridge:
        await bridge.post("/api/outputs/siren/start")
        last = bridge.entries[-1].seq
        await bridge.post("/api/outputs/siren/stop")
        async with watching(bridge, **{"Last-Event-ID": str(last)}) as browser:
            entry = await browser.read_until("journal")
            assert entry["seq"] == last + 1


async def test_a_page_says_what_it_knows_and_hears_when_more_is_gone_than_is_kept(tmp_path):
    async with serving(tmp_path) as bridge:
        await bridge.post("/api/outputs/siren/start")
        known = bridge.entries[-1].seq
        for _ in range(RECENT):
            await bridge.post("/api/silence")
        newest = bridge.entries[-1].seq
        async with bridge.client.get(f"/events?once&after={newest - 1}") as response:
            told = (await response.read()).decode()  # it ends by itself
        assert told.startswith("retry: ")
        assert (told.count("event: hello"), told.count("event: journal"), told.count("event: gap")) == (1, 1, 0)
        async with bridge.client.get(f"/events?once&after={known - 1}") as response:
            told = (await response.read()).decode()
        assert told.count("event: gap") == 1
        for nonsense in ("", "-1", "x", "9" * 30):
            async with bridge.client.get(f"/events?once&after={nonsense}") as response:
                assert "event: journal" not in await response.text()


async def test_a_burst_is_one_message_with_the_newest_state(tmp_path):
    async with serving(tmp_path) as bridge, watching(bridge) as browser:
        await browser.read_until("hello")
        for command in ("connect door", "disconnect door") * 20:
            bridge.board(command)
        bridge.board("connect door")
        await browser.read_until("input", lambda door: door["alarms"] == 21)
        assert len([name for name, _ in browser.events if name == "input"]) < 10


async def test_too_many_browsers_are_sent_away_and_those_that_leave_make_room(tmp_path):
    async with serving(tmp_path, most_browsers=1) as bridge:
        async with watching(bridge) as browser:
            await browser.read_until("hello")
            assert (await bridge.get("/events"))[0] == 503
        bridge.board("connect door")
        await until(lambda: bridge.live.watched_by == 0, what="the browser is gone", within_s=20)
        async with watching(bridge) as browser:
            await browser.read_until("hello")


async def test_containers_can_ask_whether_it_is_well_without_any_right(tmp_path):
    async with serving(tmp_path) as bridge:
        assert await bridge.get("/healthz", Host="somewhere.example") == (200, "ok\n")
