"""Trials that ended, kept beside the search while it runs: one that is killed goes on with those it has. Git and DVC know nothing of it.

A line a trial, under the digest of all that decides what a trial finds: of another search nothing is taken.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics.atomic import PREFIX
from mlspec.runtime.context import Context
from mlspec.runtime.tune.trial import Trial, from_form

SECONDS = "seconds.json"
"""How long the last whole search of a model took: for who asks what the next will cost. It is no output: it differs every time."""


def place_of(context: Context) -> Path:
    """Where the trials of a stage are kept: `limits.trials` of its params.yaml, which no digest covers; else a temporary folder."""
    named = context.limits.get("trials")
    return context.inside(str(named)) if named else Path(tempfile.mkdtemp(prefix=PREFIX))


class Kept:
    """The trials of one search. `part`: several are kept side by side, such as those of outer folds."""

    def __init__(self, place: Path, search: str) -> None:
        self._path = place / f"{search.removeprefix('sha256:')[:32]}.jsonl"
        place.mkdir(parents=True, exist_ok=True)
        for other in place.glob("*.jsonl"):
            if other != self._path:
                other.unlink()
        self._found = _read(self._path)
        whole = "".join(json.dumps(row) + "\n" for row in self._found.values())
        self._path.write_text(whole, encoding="utf-8")  # without the half of a line that was being written

    def find(self, part: str, number: int, params: Mapping[str, Any]) -> Trial | None:
        """A trial that ended, if it was of these params."""
        row = self._found.get((part, number))
        trial = None if row is None else from_form(row)
        return trial if trial is not None and json.dumps(trial.params, sort_keys=True) == json.dumps(dict(params), sort_keys=True) else None

    def add(self, part: str, trial: Trial) -> None:
        """Write a trial that ended; after a kill it is there."""
        with self._path.open("ab", buffering=0) as file:
            file.write((json.dumps({"part": part, **trial.form()}) + "\n").encode())

    def __len__(self) -> int:
        return len(self._found)

    def close(self, seconds: float) -> None:
        """The search is over: what stands in its outputs need not be kept."""
        self._path.unlink(missing_ok=True)
        (self._path.parent / SECONDS).write_text(json.dumps({"seconds": round(seconds, 1)}), encoding="utf-8")


def _read(path: Path) -> dict[tuple[str, int], dict[str, Any]]:
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else ():
        try:
            row = json.loads(line)
            found[str(row["part"]), from_form(row).number] = row
        except (ValueError, KeyError, TypeError):
            continue
    return found
