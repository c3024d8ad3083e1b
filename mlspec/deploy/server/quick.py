"""Requests whose body came with their head, for models that answer in less than a millisecond: no task, no timer and no turn for each.

The plain ones only. For all others, and for whatever is refused before a model is asked, there is the long way (`watched.py`, `app.py`),
with its deadlines and its words: None sends a request there, and nothing has happened to it yet.
"""

from __future__ import annotations

import time

from mlspec.deploy.server.app import OIP, Endpoints, refused
from mlspec.deploy.server.errors import RequestError
from mlspec.deploy.server.http import JSON, Message
from mlspec.deploy.server.models import Entry
from mlspec.deploy.server.tokens import Tokens
from mlspec.deploy.server.watched import Watched, request_id

_NOT_PLAIN = frozenset(
    (b"content-encoding", b"inference-header-content-length", b"expect", b"upgrade", b"x-forwarded-for", b"x-forwarded-proto")
)
"""Headers that the long way looks at (the last two are uvicorn's: whom the access log names)."""
_HEAD = b"content-type: " + JSON.encode() + b"\r\ncontent-length: %d\r\nx-request-id: %b\r\n\r\n%b"


class Quick:
    """Counted and logged by `watched`, as what goes the long way is. Used from the event loop only."""

    def __init__(self, endpoints: Endpoints, tokens: Tokens | None, watched: Watched) -> None:
        self._endpoints, self._tokens, self._watched = endpoints, tokens, watched

    def __call__(self, scope: Message, body: bytes) -> tuple[int, bytes] | None:
        """The status, and what follows the status line: headers and body. None for the long way."""
        started = time.perf_counter()
        entry = self._endpoints.models.at(scope["path"])
        if entry is None or not self._is_plain(scope, body):
            return None
        given = request_id(scope)
        name = given.decode()
        known = entry.cache.find(OIP, body)  # what a model was asked before, however slow it is
        found = self._answer(entry, body, name) if known is None else (200, known)
        if found is None:
            return None
        status, answer = found
        self._watched.count(scope, name, entry.label, status, time.perf_counter() - started)
        return status, _HEAD % (len(answer), given, answer)

    def _is_plain(self, scope: Message, body: bytes) -> bool:
        """Whether a model may be asked at once: no header that means more, a token where one is needed, room for the body."""
        if scope["method"] != "POST" or self._watched.draining or not self._endpoints.bodies.have_room(len(body)):
            return False
        return _NOT_PLAIN.isdisjoint([name for name, _ in scope["headers"]]) and (
            self._tokens is None or self._lets_in(self._tokens, scope)
        )

    def _lets_in(self, tokens: Tokens, scope: Message) -> bool:
        sent = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"), None)
        try:
            tokens.check(scope["path"], sent)
        except RequestError:
            return False
        return True

    def _answer(self, entry: Entry, body: bytes, given: str) -> tuple[int, bytes] | None:
        if not entry.answering.is_quick(body):
            return None
        try:
            found = entry.answering.at_once(body)
        except RequestError as error:
            answer = refused(error, given)
            return None if answer.headers else (answer.status, answer.body)
        except Exception:  # noqa: BLE001 - the long way meets it again, and logs it
            return None
        if found is None:
            return None
        entry.cache.keep(OIP, body, found)
        return 200, found
