"""A connection between two of our processes: one line of JSON there, one back. What is handed over is text, numbers, and the forms of
the values that are named here; nothing is unpickled at either end.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import select
import socket
import time
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

_KIND = "@"
_MODULES = (
    "mlspec.diagnostics.diagnostic",
    "mlspec.diagnostics.fix",
    *("mlspec.gates.result", "mlspec.gates.overview", "mlspec.gates.breakdown", "mlspec.gates.ruling"),
    "mlspec.gates.labelling.found",
    "mlspec.gates.alongside",
    "mlspec.gates.mixed",
    *(
        "mlspec.gates.closer.look",
        "mlspec.gates.closer.importance",
        "mlspec.gates.closer.dependence",
        "mlspec.gates.closer.weak",
        "mlspec.metrics.weak",
        "mlspec.gates.searched",
        "mlspec.runtime.decision",
        "mlspec.reports.charts.parallel",
        "mlspec.reports.charts.model",
    ),
)
"""Where the dataclasses stand that may be handed over."""


class Line:
    """One end of a connection. Not to be used by two threads at once."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._file = connection.makefile("rb")

    def send(self, form: Mapping[str, Any]) -> None:
        """Write a line. Raises OSError when the other end is gone."""
        self._socket.sendall(json.dumps(form, default=_plain).encode() + b"\n")

    def receive(self, seconds: float | None = None) -> dict[str, Any] | None:
        """The next line; None when the other end is gone, or says nothing in `seconds`, or no line of ours."""
        end = None if seconds is None else time.monotonic() + seconds
        try:
            if end is not None and not select.select([self._socket], [], [], max(0.0, end - time.monotonic()))[0]:
                return None
            found = json.loads(self._file.readline())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def converse(self, form: Mapping[str, Any], seconds: float | None) -> dict[str, Any] | None:
        """Send a line, and wait for the answer as `receive` does."""
        try:
            self.send(form)
        except OSError:
            return None
        return self.receive(seconds)

    def requests(self) -> Iterator[dict[str, Any]]:
        """Every line that comes, until the other end is gone."""
        while (found := self.receive()) is not None:
            yield found

    def is_alone(self) -> bool:
        """Whether the other end is gone."""
        poll = select.poll()
        poll.register(self._socket, 0)  # POLLHUP and POLLERR are always told
        return bool(poll.poll(0))

    def wait_alone(self) -> None:
        """Wait until the other end is gone."""
        poll = select.poll()
        poll.register(self._socket, 0)
        while not poll.poll():
            pass

    def end(self) -> None:
        """End the connection while another thread waits at it: it hears nothing more."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    @property
    def closed(self) -> bool:
        """Whether this end was closed."""
        return self._file.closed

    def close(self) -> None:
        """End the connection: the other end hears it."""
        self._file.close()
        self._socket.close()


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's."""
    return value.item()


def to_form(value: Any) -> Any:
    """A value as JSON has it: dataclasses and specs by their fields, with their kind beside."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: to_form(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {_KIND: f"{type(value).__module__}:{type(value).__name__}", **fields}
    if isinstance(value, list | tuple):
        return [to_form(one) for one in value]
    if hasattr(value, "canonical"):
        return {_KIND: f"{type(value).__module__}:{type(value).__name__}", "form": value.canonical()}
    return value


def from_form(form: Any) -> Any:
    """The value again; sequences become tuples. Raises ValueError for a kind that is not handed over."""
    if isinstance(form, list):
        return tuple(from_form(one) for one in form)
    if not isinstance(form, dict):
        return form
    module, _, name = form[_KIND].partition(":")
    if module == "mlspec.registry.records" and name == "Estimate":
        return import_module(module).Estimate.model_validate(form["form"])
    if module not in _MODULES:
        raise ValueError(form[_KIND])
    kind = getattr(import_module(module), name)
    return kind(**{key: from_form(one) for key, one in form.items() if key != _KIND})
