"""Work in a thread is never left behind."""

import asyncio
import threading

import pytest

from dealwire.bootstrap.threads import in_thread


def test_it_answers_what_the_work_answers_and_raises_what_it_raises():
    assert asyncio.run(in_thread(divmod, 7, 2)) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_thread(divmod, 7, 0))


def test_a_cancellation_is_raised_only_when_the_work_is_done():
    began, may_end, done = threading.Event(), threading.Event(), []

    def work():
        began.set()
        may_end.wait(10)
        done.append("done")

    async def cancel_it():
        task = asyncio.ensure_future(in_thread(work))
        await asyncio.to_thread(began.wait, 10)
        task.cancel()
        asyncio.get_running_loop().call_later(0.05, may_end.set)
        with pytest.raises(asyncio.CancelledError):
            await task
        return list(done)

    assert asyncio.run(cancel_it()) == ["done"]
