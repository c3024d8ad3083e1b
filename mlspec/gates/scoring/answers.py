"""Reads what a scoring process left behind, believing nothing: sizes are known beforehand, numbers are checked, text is cut short."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from mlspec.diagnostics import Diagnostic, Problems, problem
from mlspec.diagnostics.render.excerpt import visible
from mlspec.gates.scoring.work import PREDICTED, PROBA, REPORT
from mlspec.metrics.answers import Array
from mlspec.metrics.labels import sets_of
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.predict import Predictions
from mlspec.runtime.signature import Signature

MAX_REPORT = 1 << 20
MAX_TEXT = 600
_SUM = 1e-3
"""How far a row's probabilities may be from 1 in sum."""
_CODE = re.compile(r"MLS06\d\d|MLS0716")


def read_report(out: int, who: str) -> Mapping[str, Any]:
    """The report in the folder with descriptor `out`. Raises MLS0716 without one, and what the process itself reported, named `who`."""
    content = _read(out, REPORT, MAX_REPORT)
    try:
        report = json.loads(content) if content is not None else None
    except (ValueError, RecursionError):
        report = None
    if not isinstance(report, dict) or not isinstance(report.get("diagnostics"), list):
        raise problem("MLS0716", f"{who}: its process ended without an answer", help="a model must not end the process it is loaded in")
    found = tuple(_reported(report["diagnostics"], who))
    if found:
        raise Problems(found)
    return report


def _reported(rows: list[Any], who: str) -> Iterator[Diagnostic]:
    for row in rows[:5]:
        form = row if isinstance(row, dict) else {}
        code, text, fix = str(form.get("code")), str(form.get("message")), form.get("help")
        known = code if _CODE.fullmatch(code) else "MLS0716"
        yield Diagnostic(known, f"{who}: {visible(text[:MAX_TEXT])}", None, visible(fix[:MAX_TEXT]) if isinstance(fix, str) else None)


def read_answers(out: int, who: str, rows: int, signature: Signature) -> Predictions:
    """Answers for `rows` rows: values for numbers, else labels (or sets of them) and, where there are, probabilities.

    Raises MLS0717 for another number of answers, numbers that are not finite, unknown labels, and probabilities that don't add up.
    """
    classes = signature.classes
    if classes is None:
        levels = signature.levels
        values = numbers(out, PREDICTED, "<f8", rows * len(levels or (0,)), who, "answers")
        if not np.isfinite(values).all():
            raise _wrong(who, "it answers NaN or infinity")
        found = values.astype(np.float64)
        return Predictions(found if levels is None else found.reshape(rows, len(levels)), None, None, levels)
    if TASKS[signature.task].is_labels:
        return _sets(out, who, rows, classes)
    positions = numbers(out, PREDICTED, "<i4", rows, who, "answers")
    if len(positions) and (positions.min() < 0 or positions.max() >= len(classes)):
        raise _wrong(who, "it answers a label that is none of its classes")
    labels = np.empty(len(classes), dtype=object)
    labels[:] = classes
    return Predictions(labels[positions], _probabilities(out, who, rows, len(classes)), classes)


def _sets(out: int, who: str, rows: int, classes: tuple[Any, ...]) -> Predictions:
    cells = numbers(out, PREDICTED, "<i4", rows * len(classes), who, "answers")
    if not np.isin(cells, (0, 1)).all():
        raise _wrong(who, "it answers a label by something else than yes or no")
    shares = _probabilities(out, who, rows, len(classes), add_up=False)
    return Predictions(sets_of(cells.reshape(rows, len(classes)), classes), shares, classes)


def _probabilities(out: int, who: str, rows: int, classes: int, *, add_up: bool = True) -> Array | None:
    try:
        os.stat(PROBA, dir_fd=out, follow_symlinks=False)
    except FileNotFoundError:
        return None
    found = numbers(out, PROBA, "<f8", rows * classes, who, "probabilities").astype(np.float64).reshape(rows, classes)
    if not np.isfinite(found).all() or (found < -_SUM).any() or (found > 1 + _SUM).any():
        raise _wrong(who, "its probabilities are no probabilities: each must be between 0 and 1")
    if add_up and (np.abs(found.sum(axis=1) - 1) > _SUM).any():
        raise _wrong(who, "its probabilities are no probabilities: a row's must be between 0 and 1, and add up to 1")
    return found


def numbers(out: int, name: str, kind: str, count: int, who: str, what: str) -> Array:
    size = count * np.dtype(kind).itemsize
    content = _read(out, name, size)
    if content is None or len(content) != size:
        raise _wrong(who, f"it did not give {count:,} {what}, one for each row")
    return np.frombuffer(content, dtype=kind)


def _read(out: int, name: str, most: int) -> bytes | None:
    """The bytes of a regular file (no link) of at most `most` bytes; None for anything else."""
    try:
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=out)
    except OSError:
        return None
    with os.fdopen(opened, "rb") as file:
        seen = os.fstat(file.fileno())
        return file.read(most + 1) if stat.S_ISREG(seen.st_mode) and seen.st_size <= most else None


def _wrong(who: str, text: str) -> Problems:
    return problem("MLS0717", f"{who}: {text}", help="what a model answers is checked, whatever its process says; mend the model")


def latency_of(report: Mapping[str, Any], who: str) -> float | None:
    """Seconds, where latency was measured. Raises MLS0717 for anything that is no duration."""
    found = report.get("latency")
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < float("inf"):
        raise _wrong(who, "its latency is no duration")
    return float(found)


def smoke_of(report: Mapping[str, Any]) -> list[str]:
    """One line for each golden row that is answered otherwise."""
    found = report.get("smoke")
    return [visible(str(line)[:MAX_TEXT]) for line in found[:5]] if isinstance(found, list) else []
