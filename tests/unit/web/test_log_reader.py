"""The log's pages: whole alarms, whatever the page's edge, and the alarm that an entry of the stream belongs to."""

from fakes.page_bridge import page_bridge, until, watching
from words.builders import an_input, an_output, settings_of
from words.journal_entries import an_entry

from bridge.core.incidents import Incident
from bridge.web.log_reader import AROUND, LogReader
from bridge.web.pages.incident_card import Card
from bridge.web.pages.log_page import Filter

SETTINGS = settings_of(an_input("door", name="Door", outputs=["siren"]), an_output("siren", follow_source=True))


def alarm(seq, *, lasts=1):
    """An alarm's begin, and its end `lasts` numbers later."""
    begin = an_entry(seq, kind="alarm_begin", input="door", cause="input")
    return begin, an_entry(seq + lasts, kind="alarm_end", input="door", cause="restored", seconds=1.0)


def filled(bridge, *entries):
    """A reader over these entries and enough others between them that no number is missing."""
    given = {entry.seq: entry for entry in entries}
    last = max(given)
    bridge.entries[:] = [given.get(seq) or an_entry(seq, kind="settings", by="page") for seq in range(1, last + 1)]
    return LogReader(bridge.live, bridge.ports)


def of(content):
    return [unit.incident.seq if isinstance(unit, Card) else unit["seq"] for unit in content.units]


async def test_an_alarm_that_reaches_into_the_page_is_there_with_its_begin(tmp_path):
    async with page_bridge(tmp_path, SETTINGS) as bridge:
        reader = filled(bridge, *alarm(50, lasts=260))
        content = reader.content(Filter(limit=200))
        assert content.more
        first = content.units[0]
        assert isinstance(first, Card)
        assert [row["seq"] for row in first.rows] == [50, 310]
        assert of(content)[1:] == list(range(111, 310))


async def test_a_filter_by_terminal_or_text_keeps_alarms_whole_and_one_by_kind_lists_entries(tmp_path):
    async with page_bridge(tmp_path, SETTINGS) as bridge:
        reader = filled(bridge, *alarm(2), *alarm(5), an_entry(7, kind="fault", input="door"))
        assert of(reader.content(Filter(part="door"))) == [2, 5, 7]
        assert [len(unit.rows) for unit in reader.content(Filter(text="RESTORED")).units] == [2, 2]
        assert of(reader.content(Filter(kind="alarm_end"))) == [3, 6]
        assert reader.content(Filter(part="siren")).units == []


async def test_an_entry_that_is_looked_up_has_its_neighbours(tmp_path):
    async with page_bridge(tmp_path, SETTINGS) as bridge:
        reader = filled(bridge, *alarm(600), an_entry(1500, kind="settings"))
        found = of(reader.content(Filter(at=601)))
        assert 600 in found
        assert (found[0], found[-1]) == (601 - AROUND, 601 + AROUND - 1)


async def test_a_card_is_found_by_its_first_entry_alone(tmp_path):
    async with page_bridge(tmp_path, SETTINGS) as bridge:
        reader = filled(bridge, *alarm(5))
        assert isinstance(reader.card(5, Filter()).incident, Incident)
        assert reader.card(5, Filter(part="siren")) is None
        assert reader.card(4, Filter()) is None
        assert reader.card(99, Filter()) is None


async def test_each_entry_of_the_stream_names_the_first_one_of_its_alarm(tmp_path):
    async with page_bridge(tmp_path, SETTINGS) as bridge, watching(bridge) as browser:
        await browser.read_until("hello")
        bridge.board("connect door")
        begin = await browser.read_until("journal", lambda entry: entry["kind"] == "alarm_begin")
        on = await browser.read_until("journal", lambda entry: entry["kind"] == "output_on")
        assert begin["incident"] == on["incident"] == begin["seq"]
        _, card = await bridge.get(f"/incident?of={begin['seq']}")
        assert f'data-seq="{begin["seq"]}"' in card
        await bridge.post("/api/silence")
        command = await browser.read_until("journal", lambda entry: entry["kind"] == "command")
        assert command["incident"] is None


async def test_an_alarm_of_before_this_run_is_known_to_what_follows(tmp_path):
    async with page_bridge(tmp_path, SETTINGS) as bridge:
        bridge.live.remember([an_entry(1, kind="alarm_begin", input="door")])
        bridge.live.perform(an_entry(2, kind="start"))
        async with watching(bridge) as browser:
            await browser.read_until("hello")
            await until(lambda: bridge.live.watched_by, what="the browser")
            bridge.live.perform(an_entry(3, kind="alarm_end", input="door"))
            assert (await browser.read_until("journal"))["incident"] == 1
