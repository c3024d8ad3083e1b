"""A request that can't be answered."""

from __future__ import annotations

from collections.abc import Mapping


class RequestError(Exception):
    """`status` is the HTTP status; `message` goes to the client: it names the input and the fix, and nothing of our inside."""

    def __init__(self, message: str, status: int = 400, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.headers = headers or {}


class ClientGone(Exception):
    """The client went away before its body was read: nobody waits for an answer."""
