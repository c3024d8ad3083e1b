"""The models of one server, by name. A swap replaces one entry: whoever predicts with the old one holds on to it until they are done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator

from mlspec.deploy.server.answering import Answering
from mlspec.deploy.server.cache import AnswerCache
from mlspec.deploy.server.config import Batching
from mlspec.deploy.server.errors import RequestError
from mlspec.deploy.server.gathering import Gathering
from mlspec.deploy.server.http import Answer, as_json
from mlspec.deploy.server.metrics import Label
from mlspec.deploy.server.model import ServedModel
from mlspec.deploy.server.response import model_metadata
from mlspec.deploy.server.tfserving import RowsAnswering
from mlspec.diagnostics import did_you_mean
from mlspec.runtime.tally import Tally

log = logging.getLogger("mlspec.server")


class Entry:
    """One model that serves, with what is the same for all requests."""

    def __init__(self, model: ServedModel, batching: Batching | None = None, cached_answers: int = 0) -> None:
        self.model = model
        self.label = (model.name, model.version)
        self.tally = Tally()
        self.answering, self.by_rows = Answering(model, batched=batching is not None), RowsAnswering(model)
        self.gathering = Gathering(self.answering, batching, self.tally)
        self.cache = AnswerCache(cached_answers, self.tally)
        self.ready: Answer = as_json({"name": model.name, "ready": True})

    @property
    def metadata(self) -> Answer:
        """As it is now: rows that went another way are counted."""
        found = model_metadata(self.model)
        if self.gathering.batching:
            found["properties"]["batching"] = f"no: {self.gathering.refusal}" if self.gathering.refusal else "yes"
        return as_json(found)


class Models:
    """Used from the event loop only. `watch` hears of each version that begins to serve, and of what counts for it."""

    def __init__(
        self,
        models: Iterable[ServedModel] = (),
        batching: Batching | None = None,
        cached_answers: int = 0,
        watch: Callable[[Label, Tally], None] | None = None,
    ) -> None:
        self._batching, self._cached_answers, self._watch = batching, cached_answers, watch
        self._set({model.name: self._entry(model) for model in models})

    def _entry(self, model: ServedModel) -> Entry:
        made = Entry(model, self._batching, self._cached_answers)
        if made.gathering.batching and made.gathering.refusal:
            log.warning("%s %s is asked row by row, in spite of `batching`: %s", model.name, model.version, made.gathering.refusal)
        if self._watch:
            self._watch(made.label, made.tally)
            self._watch(made.label, model.engine.fallbacks)
            if model.lookup:
                self._watch(made.label, model.lookup.tally)
        return made

    def _set(self, by_name: dict[str, Entry]) -> None:
        self._by_name = by_name
        self._by_path = {path: entry for name, entry in by_name.items() for path in _paths(name, entry.model.version)}

    def __iter__(self) -> Iterator[ServedModel]:
        return (entry.model for entry in self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def put(self, model: ServedModel) -> None:
        """From the next request on, this version answers to its name."""
        self._set({**self._by_name, model.name: self._entry(model)})

    def remove(self, name: str) -> None:
        self._set({known: entry for known, entry in self._by_name.items() if known != name})

    def at(self, path: str) -> Entry | None:
        """The model that a path asks for predictions, in the plainest form of such a path."""
        return self._by_path.get(path)

    def find(self, name: str, version: str | None = None) -> Entry:
        """Raises RequestError 404 for a name that is not served, or another version of it."""
        entry = self._by_name.get(name)
        if entry is None:
            near = did_you_mean(name[:80], self._by_name)
            raise RequestError(f"there is no model {name[:80]!r} here; {near or 'no model is'}", 404)
        if version is not None and version != entry.model.version:
            raise RequestError(f"version {version[:40]!r} is not served; `{entry.model.version}` is", 404)
        return entry


def _paths(name: str, version: str) -> tuple[str, str]:
    return f"/v2/models/{name}/infer", f"/v2/models/{name}/versions/{version}/infer"
