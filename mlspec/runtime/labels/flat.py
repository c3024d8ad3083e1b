"""Annotations as rows: Label Studio's JSON_MIN and CSV exports, and CSV files of one's own."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import did_you_mean, problem
from mlspec.runtime.labels.found import Label, Place, Read, Vote
from mlspec.runtime.labels.label_studio import annotator_of
from mlspec.runtime.labels.values import key_of, label_of, one_choice, refused

Row = tuple[Mapping[str, Any], int]
Columns = Mapping[str, str | None]
"""`key`, `label`, `annotator`, `time`: the names of these columns, None where there is none."""


def csv_rows(path: Path, shown: str, needed: Iterable[str]) -> Iterator[Row]:
    """The rows of a CSV file (UTF-8, with commas), each with its line. Raises MLS0690 for a file that is uneven, or lacks a column."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle, strict=True)
            heading = next(reader, [])
            _check_heading(heading, shown, needed)
            line = reader.line_num + 1
            for cells in reader:
                if cells and len(cells) != len(heading):
                    message = f"the row has {len(cells)} fields, and the heading {len(heading)}"
                    raise problem("MLS0690", message, help="quote fields that hold a comma", span=Place(shown, line).span)
                if cells:
                    yield dict(zip(heading, cells, strict=True)), line
                line = reader.line_num + 1
    except (OSError, UnicodeError, csv.Error) as error:
        raise problem("MLS0690", f"`{shown}` can't be read as CSV: {error}", help="it must be UTF-8 text with commas") from None


def _check_heading(heading: list[str], shown: str, needed: Iterable[str]) -> None:
    twice = next((name for name in heading if heading.count(name) > 1), None)
    if twice is not None:
        raise problem("MLS0690", f"`{shown}` has two columns `{twice}`", help="rename one", span=Place(shown, 1).span)
    for name in needed:
        if name not in heading:
            message = f"`{shown}` has no column `{name}`"
            raise problem("MLS0690", message, help=did_you_mean(name, heading), span=Place(shown, 1).span)


def read_rows(rows: Iterable[Row], shown: str, columns: Columns, params: Mapping[str, Any]) -> Read:
    """Read rows, one annotation each. A row without label and annotator is a task that nobody labelled. Raises MLS0691."""
    votes: list[Vote] = []
    keys: dict[str, bool] = {}
    skipped = 0
    for row, line in rows:
        place = Place(shown, line)
        key = key_of(row.get(str(columns["key"])), str(columns["key"]), place)
        label = _label(row.get(str(columns["label"])), params, place)
        annotator = annotator_of(row.get(columns["annotator"])) if columns["annotator"] else None
        keys[key] = keys.get(key, False) or label is not None
        if label is None:
            skipped += annotator is not None
            continue
        if columns["annotator"] and annotator is None:
            raise refused("the label has no annotator", place, f"fill `{columns['annotator']}`, or leave the label out: nobody labelled it")
        time = row.get(columns["time"]) if columns["time"] else None
        votes.append(Vote(key, label, annotator, str(time) if time else None, place))
    return Read(tuple(votes), len(keys), sum(not has for has in keys.values()), skipped)


def _label(value: Any, params: Mapping[str, Any], place: Place) -> Label | None:
    """Label Studio writes several choices as an object, in CSV as its text."""
    if isinstance(value, str) and value.startswith('{"choices"'):
        try:
            value = json.loads(value)
        except ValueError:
            raise refused("the choices are no JSON", place, "export it again") from None
    choices = value.get("choices") if isinstance(value, dict) else value
    if isinstance(choices, list):
        if any(isinstance(c, dict | list) for c in choices):
            raise refused("a label marks spans or regions, which has no runtime in this version of mlspec", place, "annotate whole tasks")
        return label_of(one_choice(choices, params.get("several", "refuse"), place), params["type"], place) if choices else None
    if isinstance(choices, dict):
        raise refused("a label is an object", place, "choices, ratings and numbers are read")
    return None if choices is None or (isinstance(choices, str) and not choices.strip()) else label_of(choices, params["type"], place)
