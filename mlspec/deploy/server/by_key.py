"""A model's features by key: what a request leaves out is read from the rows that `mlspec materialize` wrote, as old as they are.

Nothing of it is looked at for a request that brings all features.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlspec.adapters.online import values
from mlspec.adapters.online.store import Contents, NothingStoredError, Place, Row, Store, StoreError, key_text, open_store
from mlspec.deploy.server.errors import RequestError
from mlspec.diagnostics.words import some
from mlspec.runtime.signature import Feature
from mlspec.runtime.spelling import DATE_TEXT, TIMESTAMP_TEXT
from mlspec.runtime.tally import Tally

log = logging.getLogger("mlspec.server")
UNKNOWN, TOO_OLD, AWAY = 404, 409, 503
AWAY_SECONDS = 1.0
"""How long a store that does not answer is not asked again: a server that hangs would take all threads."""


_INSTANT = re.compile(f"{DATE_TEXT}|{TIMESTAMP_TEXT}", re.ASCII)
"""As features of these types are spelled: Python reads more."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`key` and `types`: {column: declared type}. `max_age`: seconds."""

    name: str
    definition: str
    key: Mapping[str, str]
    types: Mapping[str, str]
    place: Place
    max_age: float | None = None


def settings(form: Mapping[str, Any] | None) -> Settings | None:
    """What `deploy.online.lookups` gave; None where there is nothing to look up."""
    if form is None or "why" in form:
        return None
    names = {"set": "name", "maxAge": "max_age"}
    own = {names.get(key, key): value for key, value in form.items() if key != "mark"}  # which is the starter's
    return Settings(**own | {"place": Place(**form["place"])})


class Addresses(dict[str, str]):
    """Environment variables with addresses, taken out of the environment: the code of models, which is loaded later, finds none there."""

    def take(self, forms: Sequence[Mapping[str, Any] | None]) -> None:
        """Take what these models' settings name."""
        for found in map(settings, forms):
            if found and found.place.variable and found.place.variable in os.environ:
                self[found.place.variable] = os.environ.pop(found.place.variable)


@dataclass(frozen=True, slots=True)
class Found:
    """Values of some columns for n keys, as a request would bring them, and when each row is of (microseconds since 1970 UTC)."""

    columns: Mapping[str, list[Any]]
    times: Sequence[int | None]


@dataclass(slots=True)
class Lookup:
    """The rows of one set for one version of a model. `now`: seconds since 1970 UTC. Used from several threads."""

    settings: Settings
    environment: Mapping[str, str]
    now: Callable[[], float] = time.time
    tally: Tally = field(default_factory=Tally)
    _store: Store | None = None
    _failed: tuple[float, str] = (0.0, "")

    @property
    def key(self) -> Mapping[str, str]:
        """The columns by which rows are asked for, with their types."""
        return self.settings.key

    @property
    def hint(self) -> str:
        """What to send in place of features."""
        return f"the key of features/{self.settings.name}: {some([f'`{name}`' for name in self.key], 9)}"

    def features(self) -> list[Feature]:
        """The key as inputs."""
        return [Feature(name, "categorical", type_) for name, type_ in self.key.items()]

    def lacks(self, given: Collection[str], names: Collection[str]) -> bool:
        """Whether what is given names the whole key, and not all that is needed."""
        return all(name in given for name in self.key) and not all(name in given for name in names)

    def find(self, keys: Mapping[str, Sequence[Any]], names: Sequence[str], rows: Sequence[int]) -> Found:
        """The columns `names` of the rows of these keys. `rows`: what each is called. Raises RequestError."""
        texts = self._texts(keys, rows)
        contents, found = self._ask(texts)
        known = self._known(found, rows)
        self._check_age(known, rows)
        self.tally.add(("online", "found"), len(known))
        where = {name: contents.columns.index(name) for name in names}
        types = self.settings.types
        columns = {name: [values.sent(row.values[place], types[name]) for row in known] for name, place in where.items()}
        return Found(columns, [row.time for row in known])

    def told(self, found: Found, order: Sequence[int | None]) -> dict[str, Any]:
        """What an answer says of the rows. `order`: for each row of the answer its place among those found, None: it brought all itself."""
        now = self.now()
        times = [None if place is None else found.times[place] for place in order]
        ages = [None if moment is None else round(now - moment / 1e6, 3) for moment in times]
        return {
            "features": f"{self.settings.name}@{self.settings.definition.removeprefix('sha256:')[:12]}",
            "features_as_of": json.dumps([None if moment is None else values.shown_time(moment) for moment in times]),
            "features_age_seconds": json.dumps(ages),
        }

    def newest(self) -> int | None:
        """The time of the newest row, in microseconds since 1970 UTC; None where there is none, or the store is away."""
        try:
            return self._opened().contents().newest
        except StoreError:
            return None

    def _texts(self, keys: Mapping[str, Sequence[Any]], rows: Sequence[int]) -> list[str]:
        columns = [self._stored(name, type_, keys[name], rows) for name, type_ in self.key.items()]
        return [key_text(key) for key in zip(*columns, strict=True)]

    def _stored(self, name: str, type_: str, given: Sequence[Any], rows: Sequence[int]) -> list[Any]:
        found = []
        for number, value in zip(rows, given, strict=True):
            if value is None:
                raise RequestError(f"input `{name}`, row {number}: a key can't be null")
            try:
                if type_ in ("date", "timestamp") and not _INSTANT.fullmatch(value.strip(" ")):
                    raise ValueError(value)
                found.append(values.stored(value, type_))
            except (ValueError, OverflowError):
                raise RequestError(f"input `{name}`, row {number}: this key takes an ISO 8601 {type_}") from None
        return found

    def _ask(self, texts: Sequence[str]) -> tuple[Contents, list[Row | None]]:
        failed, message = self._failed
        if failed and time.monotonic() < failed + AWAY_SECONDS:
            raise self._away(message, len(texts))
        try:
            contents, found = self._opened().find(texts)
            if contents.definition != self.settings.definition:
                raise StoreError("it holds rows of another definition of the set")
        except NothingStoredError:
            message = f"nothing was materialized of the definition that this version was trained on{self._advice}"
            raise self._fail(message, texts, answers=True) from None
        except StoreError as error:
            raise self._fail(str(error), texts) from error
        if message:
            log.warning("features/%s can be read again", self.settings.name)
            self._failed = (0.0, "")
        return contents, found

    @property
    def _advice(self) -> str:
        return f" ({self.settings.definition.removeprefix('sha256:')[:12]}): `mlspec materialize features/{self.settings.name}`"

    def _opened(self) -> Store:
        if self._store is None:
            self._store = open_store(self.settings.place, self.environment)
        return self._store

    def _fail(self, message: str, texts: Sequence[str], *, answers: bool = False) -> RequestError:
        if message != self._failed[1]:
            log.error("features/%s can't be read by key: %s", self.settings.name, message)
        self._failed = (0.0 if answers else time.monotonic(), message)
        return self._away(message, len(texts))

    def _away(self, message: str, count: int) -> RequestError:
        self.tally.add(("online", "failed"), count)
        return RequestError(
            f"features/{self.settings.name} can't be read by key now: {message}; a request with all features is answered", AWAY
        )

    def _known(self, found: Sequence[Row | None], rows: Sequence[int]) -> list[Row]:
        missing = [number for number, row in zip(rows, found, strict=True) if row is None]
        if missing:
            self.tally.add(("online", "unknown"), len(missing))
            named = some([f"`{name}`" for name in self.key], 9)
            message = f"features/{self.settings.name} has no row for the {named} of row {some(missing)}"
            raise RequestError(f"{message}: send all features, or a key that it has", UNKNOWN)
        return [row for row in found if row is not None]

    def _check_age(self, found: Sequence[Row], rows: Sequence[int]) -> None:
        limit, now = self.settings.max_age, self.now()
        if limit is None:
            return
        old = [n for n, row in zip(rows, found, strict=True) if row.time is None or now - row.time / 1e6 > limit]
        if not old:
            return
        self.tally.add(("online", "too_old"), len(old))
        oldest = min((row.time for row in found if row.time is not None), default=None)
        aged = "" if oldest is None else f", the oldest is of {values.shown_time(oldest)}"
        message = f"features/{self.settings.name} is older than its maxAge of {limit:g} s for row {some(old)}{aged}"
        raise RequestError(f"{message}: it is to be made and materialized again, or send all features", TOO_OLD)


def online_metric(lookups: Sequence[tuple[tuple[str, str], Lookup]]) -> str:
    """The age of each set's newest row, in Prometheus' text format. Asks the stores."""
    lines = []
    for (model, version), lookup in lookups:
        newest = lookup.newest()
        if newest is not None:
            label = f'model="{model}",version="{version}",set="{lookup.settings.name}"'
            lines.append(f"mlspec_online_newest_row_age_seconds{{{label}}} {lookup.now() - newest / 1e6:.3f}\n")
    if not lines:
        return ""
    told = "# HELP mlspec_online_newest_row_age_seconds Age of the newest row that is read by key.\n"
    return f"{told}# TYPE mlspec_online_newest_row_age_seconds gauge\n{''.join(lines)}"
