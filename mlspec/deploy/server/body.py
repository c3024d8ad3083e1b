"""Reads a request's body without ever holding more than is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlspec.deploy.server.errors import RequestError

if TYPE_CHECKING:
    from starlette.requests import Request


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body, of at most `limit` bytes. Raises RequestError: 413 for more, 415 for an encoding or extension we don't speak.

    Up to as many bytes again are read and thrown away, so that an honest client gets to read the answer.
    """
    _check_headers(request)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size <= limit:
            parts.append(part)
        elif size > 2 * limit:
            break
        else:
            parts.clear()
    if size > limit:
        raise RequestError(f"the body is larger than {limit} bytes: send the rows in several requests", 413)
    return b"".join(parts)


def _check_headers(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise RequestError(f"the content encoding {encoding[:40]!r} is not supported: send the body as it is", 415)
    if "inference-header-content-length" in request.headers:
        raise RequestError("the binary tensor data extension is not supported: send `data` as JSON", 415)
