"""All files of a label set: annotations, gold labels, adjudicated ones."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime.context import Context
from mlspec.runtime.ingest.contents import LFS_HELP, lfs_pointer
from mlspec.runtime.labels.flat import csv_rows, read_rows
from mlspec.runtime.labels.found import Found, Label, Place, Read, Vote, grouped, keys_shown, moment
from mlspec.runtime.labels.label_studio import is_full, read_full, tasks_of
from mlspec.runtime.labels.values import key_of, label_of

_POINTER = 1025


def read_all(context: Context) -> Found:
    """Read what the section names. Raises MLS0690, MLS0691, MLS0694."""
    with _no_collector():
        return _read(context)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Millions of small objects, none in a circle: the collector would look through them again and again, for half of the time."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _read(context: Context) -> Found:
    params = context.params
    read = _annotations(context)
    truths = [v for v in read.votes if v.truth]
    gold = {**_marked(truths, params), **_labels(context, "gold")} if truths else _labels(context, "gold")
    for key, (label, place) in _marked(truths, params).items():
        if gold[key][0] != label:
            named = f"{params['key']} {keys_shown([key], params)}"
            message = f"the gold label of {named} is {gold[key][0]!r}, and an annotation marked as ground truth says {label!r}"
            raise problem("MLS0694", message, help="correct one of the two", span=place.span)
    votes = _one_each([v for v in read.votes if not v.truth], params)
    if not votes and not gold:
        message = "there is no annotation with a label"
        raise problem("MLS0690", message, help="export again when tasks were labelled", span=Place(_path(params), 1).span)
    return Found(votes, gold, _labels(context, "adjudicated"), read.tasks, read.unlabelled, read.skipped, grouped(votes))


def _path(params: Mapping[str, Any]) -> str:
    place = params["labelStudio"]["export"] if "labelStudio" in params else params["csv"]["path"]
    return shown_path(place)


def shown_path(relative: str) -> str:
    """A path of the section, as people know it: from the repository's root."""
    parts = relative.split("/")
    return "/".join(p for p in parts if p != "..")


def _annotations(context: Context) -> Read:
    params = context.params
    if "csv" in params:
        own = params["csv"]
        columns = {"key": params["key"], "label": own["label"], "annotator": own.get("annotator"), "time": own.get("time")}
        path, shown = _file(context, own["path"])
        return read_rows(csv_rows(path, shown, [c for c in columns.values() if c]), shown, columns, params)
    path, shown = _file(context, params["labelStudio"]["export"])
    label = params["labelStudio"].get("control") or params["label"]
    columns = {"key": params["key"], "label": label, "annotator": "annotator", "time": "updated_at"}
    if path.suffix.casefold() == ".csv":
        return read_rows(csv_rows(path, shown, (params["key"], label, "annotator")), shown, columns, params)
    tasks = tasks_of(path, shown)
    return read_full(tasks, shown, params) if is_full(tasks) else read_rows(tasks, shown, columns, params)


def _file(context: Context, relative: str) -> tuple[Path, str]:
    path, shown = context.inside(relative), shown_path(relative)
    if not path.is_file():
        raise problem("MLS0690", f"`{shown}` is not there", help="commit it, or `dvc pull` fetches it")
    with path.open("rb") as handle:
        if lfs_pointer(handle.read(_POINTER)):
            raise problem("MLS0690", f"`{shown}` is a Git LFS pointer, and not the file it stands for", help=LFS_HELP)
    return path, shown


def _labels(context: Context, name: str) -> dict[str, tuple[Label, Place]]:
    """A CSV file of settled labels: key and label. Raises MLS0694 for a key that stands there twice with other labels."""
    params = context.params
    if name not in params:
        return {}
    path, shown = _file(context, params[name]["file"])
    found: dict[str, tuple[Label, Place]] = {}
    for row, line in csv_rows(path, shown, (params["key"], params["label"])):
        place = Place(shown, line)
        key = key_of(row[params["key"]], params["key"], place)
        label = label_of(row[params["label"]], params["type"], place)
        if key in found and found[key][0] != label:
            message = (
                f"{params['key']} {keys_shown([key], params)} has two labels: {found[key][0]!r} in line {found[key][1].line}, and {label!r}"
            )
            raise problem("MLS0694", message, help="keep one of the two lines", span=place.span)
        found.setdefault(key, (label, place))
    return found


def _marked(truths: list[Vote], params: Mapping[str, Any]) -> dict[str, tuple[Label, Place]]:
    found: dict[str, tuple[Label, Place]] = {}
    for vote in truths:
        if vote.key in found and found[vote.key][0] != vote.label:
            message = (
                f"two annotations of {keys_shown([vote.key], params)} are marked as ground truth: {found[vote.key][0]!r} and {vote.label!r}"
            )
            raise problem("MLS0694", message, help="mark one of them in Label Studio", span=vote.place.span)
        found.setdefault(vote.key, (vote.label, vote.place))
    return found


def _one_each(votes: list[Vote], params: Mapping[str, Any]) -> tuple[Vote, ...]:
    """An annotator has one vote a key: the latest. Raises MLS0694 where nothing tells which one of two labels that is."""
    kept: dict[tuple[str, str], Vote] = {}
    unnamed = [v for v in votes if v.annotator is None]
    for vote in votes:
        if vote.annotator is None:
            continue
        place = (vote.key, vote.annotator)
        other = kept.get(place)
        kept[place] = vote if other is None else _later(other, vote, params)
    return tuple(sorted([*kept.values(), *unnamed], key=lambda v: (v.key, v.annotator or "", str(v.label))))


def _later(one: Vote, other: Vote, params: Mapping[str, Any]) -> Vote:
    before, after = moment(one.time), moment(other.time)
    if before is not None and after is not None and before != after:
        return one if before > after else other
    if one.label != other.label:
        named = f"{params['key']} {keys_shown([one.key], params)}"
        message = f"annotator {one.annotator} labelled {named} twice: {one.label!r} (line {one.place.line}) and {other.label!r}"
        raise problem("MLS0694", message, help="keep one; or give the times, of which the later one counts", span=other.place.span)
    return min(one, other, key=lambda v: v.place.line)
