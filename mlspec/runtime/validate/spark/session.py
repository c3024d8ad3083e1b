"""The connection to a Spark that is there: by Spark Connect, in a session of its own, and never waited for without an end.

Spark's client tries for ten minutes to reach what has gone, and waits without a limit for a server that stands still. So every question is
asked in a thread, and whoever waits for it looks meanwhile whether the server still answers a small one.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mlspec.diagnostics import Problems, extras, problem
from mlspec.runtime.addresses import knock

T = TypeVar("T")
OLDEST = (4, 0)
CONNECT_SECONDS, BEAT_SECONDS, ANSWER_SECONDS = 15.0, 10.0, 45.0
"""To reach it, between two looks, and until a look has failed: a busy driver that collects its garbage answers late."""
_URL = re.compile(r"sc://(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?(?:/(?:;[^\s]*)?)?")
_PORT = 15002
_SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
}
"""Of this session alone: what an answer would else hang on."""
_ELSE = "or take `engine` out of the ValidationRules: the rules are checked here then, with the same result"


class QueryFailedError(Exception):
    """Spark took a query and failed at it. The text is the name of its error, without a value of any row."""


@dataclass
class Session:
    """A session of Spark. `variable` holds its address; `seconds`: all that it may take, from the beginning."""

    variable: str
    seconds: float
    url: str
    raw: Any = None
    _beat: Any = None
    _until: float = field(default=0.0)

    def ask(self, question: Callable[[], T]) -> T:
        """What a question answers. Raises QueryFailedError; MLS0538 where the session ends, its server stands still, or time is up."""
        answer: list[T] = []
        failure: list[BaseException] = []

        def work() -> None:
            try:
                answer.append(question())
            except BaseException as error:  # noqa: BLE001 - handed to who waits
                failure.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(BEAT_SECONDS)
        while thread.is_alive():
            if time.monotonic() > self._until:
                raise self._lost(f"it did not end within {self.seconds:g} seconds, which `timeout` allows")
            if not self._answers():
                raise self._lost("it does not answer any more")
            thread.join(BEAT_SECONDS)
        if failure:
            raise self._told(failure[0])
        return answer[0]

    def _answers(self) -> bool:
        """Whether the server answers a small question of another session."""
        found: list[object] = []

        def look() -> None:
            with contextlib.suppress(Exception):
                found.append(self._beat.conf.get("spark.sql.session.timeZone"))

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        thread.join(ANSWER_SECONDS)
        return bool(found)

    def _told(self, error: BaseException) -> Exception:
        from pyspark.errors import PySparkException

        name = error.getCondition() if isinstance(error, PySparkException) else None
        if name is None or _is_gone(error, name):
            return self._lost(f"the session broke off ({name or type(error).__name__})")
        return QueryFailedError(name)

    def _lost(self, why: str) -> Problems:
        return problem("MLS0538", f"the Spark whose address {self.variable} holds: {why}", help=f"look at its log, and run again; {_ELSE}")

    def close(self) -> None:
        """End the session, and what still runs in it; what it held is dropped there. Not waited for longer than a moment."""

        def end() -> None:
            for session in (self.raw, self._beat):
                with contextlib.suppress(Exception):
                    session.interruptAll()
                with contextlib.suppress(Exception):
                    session.stop()

        thread = threading.Thread(target=end, daemon=True)
        thread.start()
        thread.join(CONNECT_SECONDS)


def _is_gone(error: BaseException, name: str) -> bool:
    words = ("SESSION", "UNAVAILABLE", "RETRIES_EXCEEDED", "OPERATION_NOT_FOUND", "HANDLE", "CONNECT")
    return any(word in name for word in words) or "UNAVAILABLE" in type(error).__name__.upper()


@contextlib.contextmanager
def opened(variable: str, seconds: float) -> Iterator[Session]:
    """A session of the Spark whose address `variable` holds; ended in any case.

    Raises MLS0530 without an address, MLS0531 where it can't be reached, MLS0538 for what it does later, MLS0008 without the client.
    """
    url = _address(variable)
    host, port = _URL.fullmatch(url).groups()  # type: ignore[union-attr]  # it is one: `_address` saw to it
    why = knock(host, int(port or _PORT), CONNECT_SECONDS)
    if why:
        raise _unreachable(variable, why)
    for module in ("pyspark", "grpc"):
        if not extras.has(module):
            raise Problems([d for d in [extras.lacking(ModuleNotFoundError(name=module))] if d is not None])
    session = _connected(Session(variable, seconds, url))
    try:
        yield session
    finally:
        session.close()


def _address(variable: str) -> str:
    found = os.environ.get(variable, "").strip()
    if not found:
        help_text = f"export {variable} with the address of a Spark Connect server; {_ELSE}"
        raise problem("MLS0530", f"`engine` takes Spark's address from {variable}, which is not set", help=help_text)
    if not _URL.fullmatch(found):
        help_text = "an address is such as `sc://spark:15002`, or `sc://spark:443/;use_ssl=true;token=…`"
        raise problem("MLS0530", f"what {variable} holds is no address of Spark Connect", help=help_text)
    return found


def _unreachable(variable: str, why: str) -> Problems:
    message = f"the Spark whose address {variable} holds can't be reached: {why}"
    return problem("MLS0531", message, help=f"start its Connect server, or correct {variable}; {_ELSE}")


def _connected(session: Session) -> Session:
    """Open both sessions and set what answers hang on; the first questions are asked in bounded time."""
    session._until = time.monotonic() + CONNECT_SECONDS * 2  # noqa: SLF001 - of its own module
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pandas, which is not used
            version = session.ask(lambda: _open(session))
            for name, value in _SETTINGS.items():
                session.ask(lambda name=name, value=value: session.raw.conf.set(name, value))  # type: ignore[misc]
    except (Problems, QueryFailedError):
        if session.raw is not None:
            session.close()
        raise _unreachable(session.variable, "what listens there does not answer as Spark Connect, or refuses") from None
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < OLDEST:
        session.close()
        raise problem("MLS0531", f"the Spark whose address {session.variable} holds is {version}", help="take Spark 4.0 or later")
    session._until = time.monotonic() + session.seconds  # noqa: SLF001
    return session


def _open(session: Session) -> str:
    from pyspark.sql.connect.client.retries import DefaultPolicy
    from pyspark.sql.connect.session import SparkSession

    for name in ("raw", "_beat"):
        made = SparkSession.builder.remote(session.url).create()
        made.client.set_retry_policies([DefaultPolicy(max_retries=3, initial_backoff=500, max_backoff=2000)])
        setattr(session, name, made)
    return str(session.raw.version)
