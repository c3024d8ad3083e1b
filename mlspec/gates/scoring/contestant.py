"""A model that is asked for answers: its verified folder, and what its signature says it takes. Nothing of it is unpickled here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.gates.candidate import fetch
from mlspec.metrics.tasks import TASKS
from mlspec.registry.records import Artifact
from mlspec.runtime.artifact import SIGNATURE, digest_folder
from mlspec.runtime.signature import Signature

MAX_SIGNATURE = 64 << 20


@dataclass(frozen=True, slots=True)
class Contestant:
    """`who` stands at the head of every message about it: `the champion, demand v1.0.0`."""

    who: str
    folder: Path
    digest: str
    signature: Signature


def contestant(root: Path, who: str, artifact: Artifact, digest: str, get: Callable[[Path, Artifact], Path] = fetch) -> Contestant:
    """Fetch a model folder by content and verify its digest; `get`: where it is, if it was fetched before.

    Raises MLS0660 (other bytes), MLS0718 (a signature that makes no sense).
    """
    folder = get(root, artifact)
    found = digest_folder(folder)
    if found != digest:
        raise problem(
            "MLS0660",
            f"{who}: the model in {folder.name}/ is not the one that was approved: expected {digest}, found {found}",
            help="put the approved bytes back on the DVC remote; if it was retrained on purpose, promote the new version",
        )
    return Contestant(who, folder, digest, _signature(folder, who))


def _signature(folder: Path, who: str) -> Signature:
    path = folder / SIGNATURE
    try:
        if path.stat().st_size > MAX_SIGNATURE:
            raise ValueError("too large")
        signature = Signature.from_json(json.loads(path.read_bytes()))
        if not _makes_sense(signature):
            raise ValueError("not a signature")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _refused(who, f"its {SIGNATURE} can't be read: {error!r}") from error
    return signature


def _makes_sense(signature: Signature) -> bool:
    texts = [
        signature.task,
        *([signature.target] if signature.target is not None else []),
        *signature.names,
        *(f.kind for f in signature.features),
        *(f.type for f in signature.features),
    ]
    classes = signature.classes or ()
    return (
        all(isinstance(t, str) for t in texts)
        and all(isinstance(c, str | int | bool) for c in classes)
        and len(set(signature.names)) == len(signature.names) > 0
        and len({(type(c), c) for c in classes}) == len(classes)
        and signature.task in TASKS
        and (signature.target is not None or not TASKS[signature.task].needs_target)
        and (signature.classes is not None) == TASKS[signature.task].has_classes
        and (signature.levels is not None) == TASKS[signature.task].is_quantiles
        and all(isinstance(level, float) and 0 < level < 1 for level in signature.levels or (0.5,))
    )


def require_honest(one: Contestant, params: Mapping[str, Any], declared: Sequence[str] | None) -> None:
    """A model takes features, never the answer. Raises MLS0718 for another task or target, or a feature that is not in `declared`."""
    task, target = str(params["task"]), params.get("target")
    found, answered = one.signature, None if TASKS[task].is_cluster else target
    if (found.task, found.target) != (task, answered):
        raise _refused(one.who, f"it {_answers_of(found.task, found.target)}, and one that {_answers_of(task, answered)} is asked for")
    if list(found.levels or ()) != list(params.get("quantiles") or ()):
        levels = ", ".join(f"{level:g}" for level in found.levels or ())
        asked = ", ".join(f"{level:g}" for level in params.get("quantiles") or ())
        raise _refused(one.who, f"it answers the quantiles {levels}, and {asked} are asked for")
    taken = [n for n in found.names if n == target or (declared is not None and n not in declared)]
    if taken:
        raise _refused(one.who, f"it takes {', '.join(f'`{n}`' for n in taken)}, which the specs do not give to it as a feature")


def _answers_of(task: str, target: str | None) -> str:
    return f"predicts `{target}` ({task})" if target is not None else f"is of the task {task}"


def _refused(who: str, text: str) -> Problems:
    return problem("MLS0718", f"{who}: {text}", help="train it by its specs: `mlspec run`, merge the results, and promote")
