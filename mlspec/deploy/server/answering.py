"""A request's body -> the answer's body. Plain requests of one row take a short way; whatever that does not take, takes the long one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlspec.deploy.server.explain import explained
from mlspec.deploy.server.json_body import decode
from mlspec.deploy.server.model import ServedModel
from mlspec.deploy.server.one_row import read_row, spots
from mlspec.deploy.server.request import Inference, check_request, read_frame
from mlspec.deploy.server.response import Plain, encode
from mlspec.diagnostics import Problems
from mlspec.runtime.compiled.engine import Engine
from mlspec.runtime.compiled.refused import UnsureError

QUICK_BYTES, QUICK_SECONDS = 16 * 1024, 0.001
"""A body and a one-row answer up to which a request is answered where it came in: a thread would cost more."""
COMPANY_SECONDS = 0.0002
"""The same where requests may be answered together: from there on, a call for all that came meanwhile costs less than a call for each."""


class Answering:
    """Answers requests for one model. Raises RequestError for what can't be answered."""

    def __init__(self, model: ServedModel, *, batched: bool = False) -> None:
        """`batched`: whether somebody asked for requests to be answered together, where that is sound."""
        self.model = model
        self._spots, self._plain = spots(model.signature), Plain(model)
        self._engine, self._outputs = model.engine, model.outputs
        self._lookup = model.lookup
        self._is_quick = _is_quick(model.engine, batched=batched)

    def is_quick(self, body: bytes) -> bool:
        """Whether the answer is made before anything else gets late by it."""
        return self._is_quick and len(body) <= QUICK_BYTES

    def asks_store(self, body: bytes) -> bool:
        """Whether features are read by key for a small request: in a thread, alone, and each time anew, as any larger one is answered."""
        return self._lookup is not None and len(body) <= QUICK_BYTES and self._is_by_key(decode(body))

    def _is_by_key(self, raw: Any) -> bool:
        tensors = raw.get("inputs") if type(raw) is dict else None
        if self._lookup is None or type(tensors) is not list:
            return False
        given = {name for t in tensors if type(t) is dict and type(name := t.get("name")) is str}
        return self._lookup.lacks(given, self._spots)

    def __call__(self, body: bytes) -> bytes:
        raw = decode(body)
        return self._short(raw) or self._long(raw)

    def at_once(self, body: bytes) -> bytes | None:
        """The answer to a body that `is_quick`; None where a store has to be asked, or scikit-learn imported, which may take longer."""
        raw = decode(body)
        if (found := self._short(raw)) is not None:
            return found
        if self._is_by_key(raw):
            return None
        return self._by_arithmetic(raw) if self._engine.is_sealed else self._long(raw)

    def _by_arithmetic(self, raw: Any) -> bytes | None:
        inference = self.check(raw)
        try:
            found = self._engine.arithmetic(inference.columns)
        except Problems:
            return None
        return None if found is None else encode(inference.frame, found, self.model)

    def _short(self, raw: Any) -> bytes | None:
        row = read_row(raw.get("inputs"), self._spots) if type(raw) is dict else None
        if row is None or self._engine.ways is None:
            return None
        frame = read_frame(raw, self._outputs)
        if self._plain.takes(frame) and (number := self._engine.number(row)) is not None:
            return self._plain.body(number)
        try:
            found = self._engine.rows([row])
            return self._plain.body(found.predicted.item()) if self._plain.takes(frame) else encode(frame, found, self.model)
        except (UnsureError, Problems):
            return None  # the long way answers, or says why not

    def _long(self, raw: Any) -> bytes:
        return self.answer(self.check(raw))

    def check(self, raw: Any) -> Inference:
        """A decoded body, checked."""
        return check_request(raw, self.model.signature, self.model.outputs, self._lookup)

    def answer(self, inference: Inference) -> bytes:
        """The answer to a checked request."""
        try:
            found = self.model.predict(inference.columns)
        except Problems as problems:
            raise explained(problems, inference.columns) from problems
        return encode(inference.frame, found, self.model)


def engine_metric(models: Iterable[ServedModel]) -> str:
    """Which way each model answers, in Prometheus' text format."""
    labels = [f'model="{m.name}",version="{m.version}",engine="{m.engine.kind}"' for m in models]
    told = "# HELP mlspec_engine_info The way that answers: compiled, compiled-preprocessing or scikit-learn.\n"
    return f"{told}# TYPE mlspec_engine_info gauge\n" + "".join(f"mlspec_engine_info{{{label}}} 1\n" for label in labels)


def _is_quick(engine: Engine, *, batched: bool) -> bool:
    if engine.kind == "compiled" or not engine.alone:
        return engine.kind != "scikit-learn" and engine.seconds < QUICK_SECONDS
    return engine.kind != "scikit-learn" and not batched and engine.seconds < COMPANY_SECONDS
