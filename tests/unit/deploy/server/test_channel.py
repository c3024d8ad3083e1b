"""Calls between supervisor and worker: answers find their callers, failures are told, an end is an end for all who wait."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from mlspec.deploy.server.channel import Channel
from mlspec.diagnostics import Problems, problem


async def answer(verb: str, data: Any) -> Any:
    match verb:
        case "double":
            await asyncio.sleep(0.02 / (1 + data))  # the later ones are faster
            return 2 * data
        case "refuse":
            raise problem("MLS0804", "golden rows differ", help="install the lock")
        case "never":
            await asyncio.sleep(30)
    raise KeyError(verb)


async def pair() -> tuple[Channel, Channel]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    return await Channel.open(ours, answer), await Channel.open(theirs, answer)


def test_calls_go_both_ways_and_answers_find_their_callers() -> None:
    async def story() -> list[Any]:
        one, other = await pair()
        found = await asyncio.gather(*(end.call("double", n) for n in range(5) for end in (one, other)))
        one.close()
        return found

    assert asyncio.run(story()) == [0, 0, 2, 2, 4, 4, 6, 6, 8, 8]


def test_what_a_call_raises_is_raised_where_it_was_made() -> None:
    async def story() -> None:
        one, _ = await pair()
        with pytest.raises(Problems) as refused:
            await one.call("refuse")
        assert [(d.code, d.message, d.help) for d in refused.value.diagnostics] == [("MLS0804", "golden rows differ", "install the lock")]
        with pytest.raises(Problems) as failed:
            await one.call("unknown")
        assert "KeyError" in failed.value.diagnostics[0].message
        with pytest.raises(TimeoutError):
            await one.call("never", seconds=0.05)

    asyncio.run(story())


def test_the_end_of_one_side_ends_every_call_of_the_other() -> None:
    async def story() -> None:
        one, other = await pair()
        calls = [asyncio.create_task(one.call("never")) for _ in range(3)]
        await asyncio.sleep(0.02)
        other.close()
        found = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(error) for error in found] == [ConnectionError] * 3
        with pytest.raises(ConnectionError):
            await one.call("double", 1)

    asyncio.run(story())
