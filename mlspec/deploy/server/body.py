"""Reads requests' bodies without ever holding more than is allowed, of one request and of all together."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING

from mlspec.deploy.server.config import Limits
from mlspec.deploy.server.errors import RequestError

if TYPE_CHECKING:
    from mlspec.deploy.server.http import Request


class Bodies:
    """The bodies of all requests under way. Used from the event loop only."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.held = 0

    def have_room(self, size: int) -> bool:
        """Whether a body of `size` bytes is within the limits now."""
        return size <= self.limits.body_bytes and self.held + size <= self.limits.held_bytes

    def read(self, request: Request) -> Reading:
        """Give the body, and count it as held until the block ends: `async with bodies.read(request) as body`.

        Raises RequestError: 408 when it does not come in time, 413 for more than `body_bytes`, 415 for an encoding or extension
        we don't speak, 503 when the bodies of other requests fill `held_bytes`.
        """
        return Reading(self, request)


class Reading:
    """One body. A class, where a generator would cost each request more than the reading."""

    __slots__ = ("_bodies", "_held", "_parts", "_request")

    def __init__(self, bodies: Bodies, request: Request) -> None:
        self._bodies, self._request = bodies, request
        self._parts: list[bytes] = []
        self._held = 0

    async def __aenter__(self) -> bytes:
        _check_headers(self._request)
        try:
            async with asyncio.timeout(self._bodies.limits.body_seconds):
                await self._collect()
        except TimeoutError:
            self._drop()
            raise RequestError(f"the body did not come within {self._bodies.limits.body_seconds:g} seconds", 408) from None
        except BaseException:
            self._drop()
            raise
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._drop()

    async def _collect(self) -> None:
        """Up to as many bytes again as are allowed are read and thrown away, so that an honest client gets to read the answer."""
        size, limit, more = 0, self._bodies.limits.body_bytes, True
        while more and size <= 2 * limit:
            part, more = await self._request.part()
            size += len(part)
            if size > limit:
                self._drop()
            else:
                self._hold(part)
        if size > limit:
            raise RequestError(f"the body is larger than {limit} bytes: send the rows in several requests", 413)

    def _hold(self, part: bytes) -> None:
        bodies = self._bodies
        if bodies.held + len(part) > bodies.limits.held_bytes:
            raise RequestError("the server is busy with other requests: try again in a moment", 503)
        bodies.held += len(part)
        self._held += len(part)
        self._parts.append(part)

    def _drop(self) -> None:
        self._bodies.held -= self._held
        self._held = 0
        self._parts.clear()


def _check_headers(request: Request) -> None:
    encoding = request.header(b"content-encoding") or "identity"
    if encoding != "identity":
        raise RequestError(f"the content encoding {encoding[:40]!r} is not supported: send the body as it is", 415)
    if request.header(b"inference-header-content-length") is not None:
        raise RequestError("the binary tensor data extension is not supported: send `data` as JSON", 415)
