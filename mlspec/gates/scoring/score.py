"""Asks models for their answers, each in a process of its own. The rows they get hold their features and nothing else."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from mlspec.diagnostics import problem
from mlspec.gates.scoring import answers as read
from mlspec.gates.scoring import interpreter
from mlspec.gates.scoring.contestant import Contestant
from mlspec.gates.scoring.environment import SECONDS_VARIABLE
from mlspec.gates.scoring.errand import TRAINING_SECONDS, Errand, declared_code, home, scoring_seconds
from mlspec.gates.scoring.helper import HELPER, Scratch, scratch_folder
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.predict import Predictions
from mlspec.runtime.signature import Signature
from mlspec.runtime.tune.apply import tuned

Part = Literal["model", "baseline"]
ROOM = 1 << 20
"""Bytes that a report may take, besides the answers."""
_LAID_OUT = 4 << 30


@dataclass(frozen=True, slots=True)
class Scored:
    """A model's answers for all rows; `smoke`: golden rows that it answers otherwise; `latency` in seconds, where asked for."""

    answers: Predictions
    smoke: tuple[str, ...] = ()
    latency: float | None = None


def score(
    root: Path,
    one: Contestant,
    rows: Path,
    count: int,
    *,
    smoke: bool = False,
    latency: bool = False,
    seconds: float | None = None,
    beside: Sequence[str] = (),
) -> Scored:
    """Ask a model for the `count` rows of a Parquet file, for at most `seconds` where these are fewer than scoring may take.

    `beside`: columns that it is given beside its features; see `from_origins`.

    Raises MLS0716, MLS0717 and what loading and predicting raise (MLS066x).
    """
    allowed = scoring_seconds() if seconds is None else min(seconds, scoring_seconds())
    with scratch_folder() as scratch:
        features = _features_only(rows, [*one.signature.names, *beside], scratch.path / "features.parquet")
        details = {"folder": str(one.folder.resolve()), "digest": one.digest, "features": str(features), "smoke": smoke, "latency": latency}
        details |= {"history": bool(beside)}
        errand = Errand("predict", one.who, root, details, allowed, _read_by(root, one), limit=_limit(count, one.signature))
        report = sent(errand, scratch)
        answers = read.read_answers(scratch.out_descriptor, one.who, count, one.signature)
    return Scored(answers, tuple(read.smoke_of(report)), read.latency_of(report, one.who))


def smoke(root: Path, one: Contestant) -> list[str]:
    """Load a model and ask for its golden rows; return a line for each answer that differs. Raises MLS0716 and MLS066x."""
    with scratch_folder() as scratch:
        details = {"folder": str(one.folder.resolve()), "digest": one.digest, "features": None, "smoke": True, "latency": False}
        return read.smoke_of(
            sent(Errand("predict", one.who, root, details, scoring_seconds(), _read_by(root, one), limit=_limit(0, one.signature)), scratch)
        )


def retrained(
    root: Path, one: Contestant, params: Mapping[str, Any], train: Path, rows: Path, count: int, *, part: Part = "model"
) -> Predictions:
    """Train again on the rows of `train`, by the section `params`, and answer the rows of another file. What it once made is not loaded."""
    who = f"{one.who}, trained again"
    with scratch_folder() as scratch:
        features = _features_only(rows, one.signature.names, scratch.path / "features.parquet")
        signature = _of_recipe(one.signature)
        classes = None if signature.classes is None else list(signature.classes)
        section = tuned(params, one.folder) if part == "model" else dict(params)
        details = {"params": section, "train": str(train.resolve()), "features": str(features), "classes": classes, "part": part}
        errand = Errand(
            "retrain",
            who,
            root,
            details,
            TRAINING_SECONDS,
            (train, *_inputs_of(root, params), *interpreter.of_training(params, (root.resolve(), home()))),
            network=True,
        )
        sent(errand, scratch)
        return read.read_answers(scratch.out_descriptor, who, count, signature)


def _of_recipe(signature: Signature) -> Signature:
    """What is known beforehand of models that are made as this one was; how many clusters they find is theirs, and these are numbers."""
    return replace(signature, classes=None) if TASKS[signature.task].is_cluster else signature


def _read_by(root: Path, one: Contestant) -> tuple[Path, ...]:
    """A model's folder, and what runs it where it is a program."""
    return one.folder, *interpreter.of_model(one.signature, (root.resolve(), home()))


def _inputs_of(root: Path, params: Mapping[str, Any]) -> Iterator[Path]:
    """What a trainer or a program declares to read, as it is in the checkout."""
    for section in (params.get("trainer", {}), params.get("command", {})):
        yield from (root / path for path in (*section.get("inputs", {}).values(), *section.get("code", ())))
        yield from (root / path for path in section.get("predict", {}).get("code", ()))


def run_stage(root: Path, who: str, stage: str, folder: Path, params: Mapping[str, Any], read_from: Sequence[Path]) -> None:
    """Run a stage of the runtime with the user's code in `folder`. Raises what the stage raises, and MLS0716."""
    details = {"stage": stage, "folder": str(folder.resolve()), "params": dict(params)}
    with scratch_folder() as scratch:
        sent(Errand("stage", who, root, details, TRAINING_SECONDS, tuple(read_from), (folder,), network=True), scratch)


def sent(errand: Errand, scratch: Scratch) -> Mapping[str, Any]:
    """Run an errand and return its report. Raises MLS0716 when its process was killed or took too long."""
    status, late = HELPER.ask(replace(errand, code=declared_code(errand.root)), scratch)
    if late:
        help_text = f"make it faster, or set {SECONDS_VARIABLE} to more seconds where the check runs"
        raise problem("MLS0716", f"{errand.who}: no answer within {errand.seconds:g} s; its process was ended", help=help_text)
    if status < 0:
        name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
        raise problem(
            "MLS0716", f"{errand.who}: its process was killed by {name}", help="a lack of memory, or a fault in a library that it uses"
        )
    return read.read_report(scratch.out_descriptor, errand.who)


def _features_only(rows: Path, names: Sequence[str], target: Path) -> Path:
    """Write the columns `names` of a Parquet file to another, as far as they are there (`prepare` tells which are not)."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(rows) as file:
        there = set(file.schema_arrow.names)
        table = file.read(columns=[n for n in names if n in there])
    pq.write_table(table, target)
    return target


def _limit(count: int, signature: Signature) -> int:
    """Bytes of the largest file. A model that is no pickled object is laid out in files, and rows for a program are text."""
    if signature.artifact is not None:
        return _LAID_OUT
    return ROOM + 8 * count * max(1, len(signature.classes or ()), len(signature.levels or ()))
