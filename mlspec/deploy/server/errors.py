"""A request that can't be answered."""

from __future__ import annotations


class RequestError(Exception):
    """`status` is the HTTP status; `message` goes to the client: it names the input and the fix, and nothing of our inside."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
