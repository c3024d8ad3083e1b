"""Reads requests' bodies without ever holding more than is allowed, of one request and of all together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from mlspec.deploy.server.config import Limits
from mlspec.deploy.server.errors import RequestError

if TYPE_CHECKING:
    from starlette.requests import Request


class Bodies:
    """The bodies of all requests under way. Used from the event loop only."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.held = 0

    @asynccontextmanager
    async def read(self, request: Request) -> AsyncIterator[bytes]:
        """Give the body, and count it as held until the block ends.

        Raises RequestError: 408 when it does not come in time, 413 for more than `body_bytes`, 415 for an encoding or extension
        we don't speak, 503 when the bodies of other requests fill `held_bytes`.
        """
        _check_headers(request)
        parts: list[bytes] = []
        try:
            await self._collect_in_time(request, parts)
            yield b"".join(parts)
        finally:
            self._drop(parts)

    async def _collect_in_time(self, request: Request, parts: list[bytes]) -> None:
        try:
            async with asyncio.timeout(self.limits.body_seconds):
                await self._collect(request, parts)
        except TimeoutError:
            raise RequestError(f"the body did not come within {self.limits.body_seconds:g} seconds", 408) from None

    async def _collect(self, request: Request, parts: list[bytes]) -> None:
        """Up to as many bytes again as are allowed are read and thrown away, so that an honest client gets to read the answer."""
        size, limit = 0, self.limits.body_bytes
        async for part in request.stream():
            size += len(part)
            if size > limit:
                self._drop(parts)
            else:
                self._hold(parts, part)
            if size > 2 * limit:
                break
        if size > limit:
            raise RequestError(f"the body is larger than {limit} bytes: send the rows in several requests", 413)

    def _hold(self, parts: list[bytes], part: bytes) -> None:
        if self.held + len(part) > self.limits.held_bytes:
            raise RequestError("the server is busy with other requests: try again in a moment", 503)
        self.held += len(part)
        parts.append(part)

    def _drop(self, parts: list[bytes]) -> None:
        self.held -= sum(map(len, parts))
        parts.clear()


def _check_headers(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise RequestError(f"the content encoding {encoding[:40]!r} is not supported: send the body as it is", 415)
    if "inference-header-content-length" in request.headers:
        raise RequestError("the binary tensor data extension is not supported: send `data` as JSON", 415)
