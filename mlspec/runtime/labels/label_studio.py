"""Label Studio's JSON export: a list of tasks, each with its data and annotations by several annotators.

Cancelled annotations are no labels, predictions are none either, and an annotation that is marked as ground truth is gold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.diagnostics.words import some
from mlspec.runtime.labels.found import Label, Place, Read, Vote
from mlspec.runtime.labels.values import key_of, label_of, one_choice, refused

KINDS = {"choices": "choices", "rating": "rating", "number": "number"}
"""Types of results that are a label, and the key of their value."""
_SPANS = ("labels", "hypertextlabels", "paragraphlabels", "timeserieslabels", "relation")


def tasks_of(path: Path, shown: str) -> list[tuple[dict[str, Any], int]]:
    """The objects of a JSON array, each with where it begins in the text. Raises MLS0690."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = list(_objects(text))
    except (OSError, ValueError, RecursionError) as error:
        why = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else str(error)[:200]
        raise problem("MLS0690", f"`{shown}` can't be read as JSON: {why}", help="export it again: JSON, JSON_MIN or CSV") from None
    return found


def _objects(text: str) -> Iterator[tuple[dict[str, Any], int]]:
    decoder, at, line, counted = json.JSONDecoder(), _after_blanks(text, 0), 1, 0
    if text[at : at + 1] != "[":
        raise json.JSONDecodeError("an export is a list of tasks, and begins with `[`", text, at)
    at = _after_blanks(text, at + 1)
    if text[at : at + 1] == "]":
        return
    while True:
        line, counted = line + text.count("\n", counted, at), at
        value, at = decoder.raw_decode(text, at)
        if not isinstance(value, dict):
            raise json.JSONDecodeError("a task is an object", text, counted)
        yield value, line
        at = _after_blanks(text, at)
        if text[at : at + 1] == "]":
            return
        if text[at : at + 1] != ",":
            raise json.JSONDecodeError("a comma or `]` is missing", text, at)
        at = _after_blanks(text, at + 1)


def _after_blanks(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\r", "\n"):
        at += 1
    return at


def is_full(tasks: list[tuple[dict[str, Any], int]]) -> bool:
    """Whether it is JSON, and not JSON_MIN: tasks hold annotations there."""
    return any("annotations" in task or "completions" in task for task, _ in tasks[:100])


def read_full(tasks: list[tuple[dict[str, Any], int]], shown: str, params: Mapping[str, Any]) -> Read:
    """Read the tasks. Raises MLS0690, MLS0691."""
    control = params["labelStudio"].get("control") or _control(tasks, shown, params["label"])
    votes: list[Vote] = []
    unlabelled = skipped = 0
    for task, line in tasks:
        place, before = Place(shown, line), len(votes)
        made = [_vote(task, one, control, params, place) for one in _annotations(task, place)]
        votes += [v for v in made if v is not None]
        skipped += made.count(None)
        unlabelled += len(votes) == before
    return Read(tuple(votes), len(tasks), unlabelled, skipped)


def _annotations(task: dict[str, Any], place: Place) -> list[dict[str, Any]]:
    if "completions" in task and "annotations" not in task:
        raise refused("the task has `completions`, as Label Studio wrote before 1.0", place, "export it again from a newer version")
    found = task.get("annotations", [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise refused("`annotations` of the task is no list of annotations", place, "export it again")
    return [one for one in found if not one.get("was_cancelled")]


def _results(annotation: dict[str, Any], place: Place) -> list[dict[str, Any]]:
    found = annotation.get("result") or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise refused("`result` of an annotation is no list", place, "export it again")
    return found


def _control(tasks: list[tuple[dict[str, Any], int]], shown: str, label: str) -> str:
    """The control (`from_name`) that gives the label: the only one, or the one of the label's name."""
    names = {
        str(r.get("from_name"))
        for task, line in tasks
        for one in _annotations(task, Place(shown, line))
        for r in _results(one, Place(shown, line))
        if r.get("type") != "relation"
    }
    if len(names) <= 1 or label in names:
        return label if label in names else next(iter(names), label)
    message = f"`{shown}` has several controls ({some(sorted(names), 5)}), and none is called `{label}`"
    raise problem("MLS0690", message, help="say which one is the label: `labelStudio: {export: …, control: NAME}`")


def _vote(task: dict[str, Any], one: dict[str, Any], control: str, params: Mapping[str, Any], place: Place) -> Vote | None:
    results = [r for r in _results(one, place) if r.get("from_name") == control]
    if not results:
        return None
    label = _label(results, params, place)
    if label is None:
        return None
    data = task.get("data")
    key = key_of(data.get(params["key"]) if isinstance(data, dict) else None, params["key"], place)
    time = one.get("updated_at") or one.get("created_at")
    return Vote(key, label, annotator_of(one.get("completed_by")), str(time) if time else None, place, bool(one.get("ground_truth")))


def annotator_of(value: Any) -> str | None:
    """The annotator's id; an export with whole users gives it, too, and no address of a person is kept where there is one."""
    if isinstance(value, dict):
        value = value.get("id", value.get("email"))
    return None if value in (None, "") else str(value)


def _label(results: list[dict[str, Any]], params: Mapping[str, Any], place: Place) -> Label | None:
    kinds = {str(r.get("type")) for r in results}
    kind = kinds.pop() if len(kinds) == 1 else ""
    if kind not in KINDS:
        what = "marks spans of text" if kind in _SPANS else f"is of the type `{kind or 'several'}`"
        raise refused(
            f"an annotation {what}, which has no runtime in this version of mlspec", place, "choices, ratings and numbers are read"
        )
    if len(results) > 1:
        raise refused("an annotation labels several regions, and a row has one label", place, "annotate whole tasks")
    value = results[0].get("value")
    found = value.get(KINDS[kind]) if isinstance(value, dict) else None
    if kind == "choices":
        if not isinstance(found, list):
            raise refused("`choices` of an annotation is no list", place, "export it again")
        return label_of(one_choice(found, params.get("several", "refuse"), place), params["type"], place) if found else None
    return None if found is None else label_of(found, params["type"], place)
