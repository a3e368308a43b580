"""A job: its states, who waits for it, and who watches it."""

import asyncio
import threading

import pytest

from geomagnifier.results import Region
from geomagnifier.server.job import Job


def job() -> Job:
    return Job("Find every ship.", None, lambda job: None)


def test_one_in_the_queue_is_cancelled_at_once_and_changes_no_more():
    one = job()
    one.cancel()
    assert (one.state, one.finished, one.stopping, one.stop_requested) == (
        "cancelled",
        True,
        False,
        True,
    )
    one.update("running", done=3)
    assert (one.state, one.done) == ("cancelled", 0)


def test_one_that_runs_is_told_to_stop_and_ends_later():
    one = job()
    one.update("running")
    one.cancel()
    assert (one.state, one.stopping) == ("running", True)
    assert not one.wait(0.01)
    one.update("done", done=2, known=2)
    assert one.wait(60) and not one.stopping and one.seconds > 0


def test_a_watcher_is_called_until_it_leaves():
    one, seen = job(), []
    unwatch = one.watch(lambda: seen.append(one.done))
    one.update("running", done=1, known=4)
    one.update(done=2)
    unwatch()
    unwatch()
    one.update(done=3)
    assert seen == [1, 2]


@pytest.mark.parametrize("state", ["done", "failed", "late"])
def test_the_last_that_is_followed_is_the_end(state):
    one = job()

    async def follow():
        seen = []
        async for now in one.follow(every=0.01):
            seen.append(now.state)
            if len(seen) == 1:
                threading.Thread(target=one.update, args=("running",)).start()
            elif now.state == "running":
                threading.Thread(target=one.update, args=(state,)).start()
        return seen, await one.end(60)

    seen, ended = asyncio.run(asyncio.wait_for(follow(), 60))
    assert seen[0] == "queued" and seen[-1] == state and ended


def test_what_is_found_while_it_runs_is_kept_until_its_end(monkeypatch):
    monkeypatch.setattr("geomagnifier.server.job.EARLY", 3)
    region = Region("ship", 0.9, (0.0, 0.0, 4.0, 4.0))
    one, seen = job(), []
    one.watch(lambda: seen.append(len(one.early)))
    one.update("running")
    one.found([region, region])
    one.found([region, region])
    one.found([region])
    assert len(one.early) == 3 and seen == [0, 2, 3]
    one.update("done")
    one.found([region])
    assert one.early == ()
