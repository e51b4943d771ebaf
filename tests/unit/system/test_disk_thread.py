from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time

import pytest

from bridge.system.disk_thread import start_disk_thread


@pytest.mark.parametrize("result", [7, None])
async def test_the_result_comes_from_a_thread_of_that_name(result):
    names = []

    def work():
        names.append(threading.current_thread().name)
        return result

    assert await start_disk_thread("pictures", work) == result
    assert names == ["pictures"]


async def test_an_error_of_the_work_is_raised_where_the_future_is_awaited():
    def work():
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        await start_disk_thread("pictures", work)


@pytest.mark.parametrize("fails", [False, True])
async def test_work_that_ends_after_its_future_was_cancelled_disturbs_nothing(fails):
    go_on, problems = threading.Event(), []

    def work():
        assert go_on.wait(10)
        if fails:
            raise OSError(5, "Input/output error")

    asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(context))
    done = start_disk_thread("pictures", work)
    thread = next(thread for thread in threading.enumerate() if thread.name == "pictures")
    done.cancel()
    go_on.set()
    await asyncio.to_thread(thread.join)
    await asyncio.sleep(0)
    assert done.cancelled()
    assert problems == []


async def test_work_that_ends_after_the_loop_disturbs_nothing(capfd):
    go_on = threading.Event()
    start_disk_thread("pictures", lambda: go_on.wait(10))
    thread = next(thread for thread in threading.enumerate() if thread.name == "pictures")
    go_on.set()
    thread.join(10)
    assert not thread.is_alive()
    assert capfd.readouterr().err == ""


def test_work_that_hangs_does_not_keep_the_program_from_ending():
    script = (
        "import asyncio, time\n"
        "from bridge.system.disk_thread import start_disk_thread\n"
        "async def main():\n"
        "    await asyncio.wait({start_disk_thread('pictures', lambda: time.sleep(3600))}, timeout=0.01)\n"
        "asyncio.run(main())\n"
    )
    begun = time.monotonic()
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
    assert time.monotonic() - begun < 50
