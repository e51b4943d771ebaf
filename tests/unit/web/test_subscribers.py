"""What waits for one browser is bounded, and the newest."""

from bridge.web.subscribers import GAP, MOST_ENTRIES, Browser, frame


async def taken(*told):
    browser = Browser()
    for news, entries in told:
        browser.push(news, entries)
    return await browser.take(within_s=1)


async def test_of_one_thing_only_the_newest_is_sent_and_entries_all_in_order():
    assert await taken(({"siren": b"on"}, (b"1",)), ({"door": b"x", "siren": b"off"}, (b"2", b"3"))) == b"offx123"


async def test_entries_beyond_the_bound_are_left_out_from_the_oldest_and_that_is_told():
    sent = await taken(({}, tuple(b"%04d" % number for number in range(MOST_ENTRIES + 5))))
    assert sent.startswith(GAP + b"0005")
    assert sent.endswith(b"%04d" % (MOST_ENTRIES + 4))


async def test_nothing_is_sent_when_nothing_happens():
    browser = Browser()
    assert await browser.take(within_s=0.01) == b""
    browser.push({"a": b"1"}, ())
    assert await browser.take(within_s=1) == b"1"
    assert await browser.take(within_s=0.01) == b""


def test_a_frame_is_a_server_sent_event():
    assert frame("journal", b'{"seq":7}', number=7) == b'id: 7\nevent: journal\ndata: {"seq":7}\n\n'
