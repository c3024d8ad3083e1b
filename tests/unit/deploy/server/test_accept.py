"""Accepting from a shared listener: a pause loses nothing, and two that accept share the work."""

from __future__ import annotations

import asyncio
import socket

from mlspec.deploy.server.accept import Acceptor


class Hello(asyncio.Protocol):
    """Greets, with the name of who accepted, and closes."""

    def __init__(self, name: bytes) -> None:
        self.name = name

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self.name)
        transport.close()


def listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0), backlog=64)


async def greeted(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = await reader.read()
    writer.close()
    return found


def test_what_comes_in_a_pause_is_served_by_whoever_accepts_next() -> None:
    async def story() -> list[bytes]:
        shared = listener()
        port = shared.getsockname()[1]
        old = Acceptor(shared.dup(), lambda: Hello(b"old"))
        old.start()
        first = await greeted(port)
        await old.pause()
        waiting = [asyncio.create_task(greeted(port)) for _ in range(20)]
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in waiting)
        new = Acceptor(shared.dup(), lambda: Hello(b"new"))
        old.close()
        new.start()
        found = [first, *await asyncio.gather(*waiting)]
        await new.pause()
        waiting = [asyncio.create_task(greeted(port))]
        new.start()
        found += await asyncio.gather(*waiting)
        new.close()
        shared.close()
        return found

    assert asyncio.run(story()) == [b"old", *[b"new"] * 21]


def test_two_that_accept_share_what_comes_at_once() -> None:
    """One connection a turn: whoever wakes first does not take all."""

    async def story() -> set[bytes]:
        shared = listener()
        both = [Acceptor(shared.dup(), lambda name=name: Hello(name)) for name in (b"a", b"b")]  # type: ignore[misc]
        port = shared.getsockname()[1]
        waiting = [asyncio.create_task(greeted(port)) for _ in range(20)]
        await asyncio.sleep(0.05)
        for one in both:
            one.start()
        found = await asyncio.gather(*waiting)
        for one in both:
            one.close()
        shared.close()
        return set(found)

    assert asyncio.run(story()) == {b"a", b"b"}
