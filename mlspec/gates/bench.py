"""Where models are judged, at a desk: rows and model folders, verified, and the processes that are asked for answers."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics import Problems, problem
from mlspec.gates.candidate import Candidate, kept
from mlspec.gates.scoring.contestant import Contestant, contestant, require_honest
from mlspec.gates.scoring.score import Scored, retrained, score
from mlspec.registry.records import ProvenArtifact
from mlspec.runtime.predict import Predictions

if TYPE_CHECKING:
    import pandas as pd

    from mlspec.metrics.answers import Answers, Array
    from mlspec.runtime.same_rows import Twins


@dataclass(frozen=True, slots=True)
class Bench:
    """`params`: of the model's evaluate stage. `test`, `train`, `held`: verified Parquet files; `held` are the champion's training rows."""

    root: Path
    params: Mapping[str, Any]
    rows: int
    test: Path
    train: Path
    challenger: Contestant
    baseline: Contestant
    champion: Contestant | None = None
    held: Path | None = None

    def score(self, one: Contestant, *, smoke: bool = False, latency: bool = False) -> Scored:
        """Ask a model for all test rows."""
        return score(self.root, one, self.test, self.rows, smoke=smoke, latency=latency)

    def answers(self, rows: Path, count: int, seconds: float) -> Predictions:
        """Ask the challenger for other rows than the test rows, for a report. Raises as `score` does."""
        return score(self.root, self.challenger, rows, count, seconds=seconds).answers

    def frame(self, rows: Path) -> pd.DataFrame:
        """Read verified rows, labels and all: in the judging process alone."""
        from mlspec.runtime.frames import read_frame

        return read_frame(rows)

    def unseen(self) -> Array | None:
        """The test rows that the champion was not trained on, by the source's key, else features and target; None without one."""
        from mlspec.runtime.same_rows import standing_in

        if self.held is None or self.champion is None:
            return None
        if self.champion.signature.forecast is not None:
            return self._after_origins(self.champion.signature.forecast)
        identity = self.params.get("key") or [*self.challenger.signature.names, *filter(None, [self.params.get("target")])]
        return ~standing_in(self.test, self.held, identity)

    def _after_origins(self, forecast: Mapping[str, Any]) -> Array:
        """The test rows that the champion answers by a fit which knew nothing of them: those from its first origin on."""
        from mlspec.runtime.inputs import prepare

        own = self.challenger.signature
        seconds = prepare(own, self.frame(self.test))[forecast["time"]].to_numpy()
        found: Array = seconds >= forecast["origins"][0]
        return found

    def twins(self) -> Twins | None:
        """The test rows that training knows, where the KPIs ask for them."""
        from mlspec.runtime.evaluate import twins_of

        return twins_of(self.params, self.challenger.signature.names, self.train, self.test)


def open_bench(root: Path, params: Mapping[str, Any], candidate: Candidate, champion: Candidate | None) -> Bench:
    """Verify everything that a judgement needs, and that was fetched, before any model's process starts.

    Raises MLS0731 (other rows than recorded), MLS0660 (other bytes), MLS0718 (a model that takes what it must not).
    """
    parts, name = candidate.artifacts, name_of(candidate)
    test, train = rows_of(root, parts.test), rows_of(root, parts.train)
    challenger = contestant(root, f"the candidate, {name}", parts.model, candidate.digest, kept)
    baseline = contestant(root, f"the baseline of {name}", parts.baseline, parts.baseline.digest, kept)
    declared = _declared(params, train)
    for one in (challenger, baseline):
        require_honest(one, params, declared)
    bench = Bench(root, params, count_of(test), test, train, challenger, baseline)
    if champion is None:
        return bench
    holder = contestant(root, f"the champion, {name_of(champion)}", champion.artifacts.model, champion.digest, kept)
    require_honest(holder, params, None)
    return Bench(root, params, bench.rows, test, train, challenger, baseline, holder, rows_of(root, champion.artifacts.train))


def champion_answers(bench: Bench) -> Answers | None:
    """The champion's answers for the candidate's test rows, and with them the proof that one can go back to it. Raises MLS0719."""
    if bench.champion is None:
        return None
    try:
        found = _at_origins(bench, bench.champion) if bench.champion.signature.history else bench.score(bench.champion, smoke=True)
    except Problems as problems:
        first = problems.diagnostics[0]
        raise _no_way_back(f"{first.message} ({first.code})", first.help) from problems
    if found.smoke:
        raise _no_way_back(f"{bench.champion.who}: it answers its golden rows otherwise: {found.smoke[0]}", None)
    return found.answers


def _at_origins(bench: Bench, one: Contestant) -> Scored:
    """Ask a model that looks back, at each fold's origin with what was known there."""
    from mlspec.gates.from_origins import BESIDE, write_from_origins
    from mlspec.metrics.slices import subset

    with tempfile.TemporaryDirectory(prefix="mlspec-origins-") as folder:
        path = Path(folder) / "rows.parquet"
        places = write_from_origins(one.signature, bench.frame(bench.train), bench.frame(bench.test), path)
        found = score(bench.root, one, path, count_of(path), smoke=True, beside=(one.signature.predicted, *BESIDE))
    own = subset(found.answers, places)
    return Scored(Predictions(own.predicted, own.proba, own.classes, own.levels), found.smoke)


def _no_way_back(text: str, help_text: str | None) -> Problems:
    fix = "docs/guides/promotion.md, `The way back`, says how features and libraries are changed in two steps"
    return problem("MLS0719", f"there would be no way back: {text}", help=f"{help_text}; {fix}" if help_text else fix)


def measured(bench: Bench, scored: Scored) -> dict[str, Any]:
    """{measure: value} for those that the KPIs ask for. The size is counted here; a second training is compared here."""
    from mlspec.runtime.evaluate.measures import folder_size, same_answers

    wanted = bench.params["measure"]
    found: dict[str, Any] = {}
    if "model_size" in wanted:
        found["model_size"] = folder_size(bench.challenger.folder)
    if "latency_p99" in wanted:
        found["latency_p99"] = scored.latency
    if "reproducible" in wanted:
        again = retrained(bench.root, bench.challenger, bench.params["train"], bench.train, bench.test, bench.rows)
        found["reproducible"] = same_answers(again, scored.answers)
    if "stability" in wanted:
        found["stability"] = _stability(bench, scored)
    return found


def _stability(bench: Bench, scored: Scored) -> float:
    """As the stage evaluate has it, each refit in a process of its own that never sees what the model was."""
    import numpy as np
    import pyarrow.parquet as pq

    from mlspec.metrics.tasks import TASKS
    from mlspec.runtime.resampled import halves, stability

    params, section, found = bench.params, bench.params["train"], []
    table, frame = pq.read_table(bench.train), bench.frame(bench.train)
    with tempfile.TemporaryDirectory(prefix="mlspec-halves-") as folder:
        path = Path(folder) / "rows.parquet"
        for half in halves(frame, params.get("group"), int(section["seed"])):
            pq.write_table(table.take(half), path)
            found.append(retrained(bench.root, bench.challenger, section, path, bench.test, bench.rows).predicted)
    return stability(scored.answers.predicted, np.stack(found).astype(np.float64), clusters=TASKS[section["task"]].is_cluster)


def rows_of(root: Path, artifact: ProvenArtifact) -> Path:
    """Rows that were fetched, verified by sha256."""
    from mlspec.runtime.artifact import digest_file

    path = kept(root, artifact)
    found = digest_file(path)
    if found != artifact.digest:
        raise problem(
            "MLS0731",
            f"{artifact.path} is not what was recorded: the record says {artifact.digest}, the store has {found}",
            help="evaluate again on the data as it is: `mlspec run`, then `mlspec promote`",
        )
    return path


def _declared(params: Mapping[str, Any], train: Path) -> list[str] | None:
    """The features that the specs give to the model, by its train section and the types of its training rows; None without a section."""
    import pyarrow.parquet as pq

    from mlspec.runtime.frames import to_frame
    from mlspec.runtime.train.features import signature_of

    section = params["train"]
    if not section:
        return None
    with pq.ParquetFile(train) as file:
        rows = to_frame(file.schema_arrow.empty_table())
    return signature_of({**section, "task": "regression"}, rows).names


def count_of(rows: Path) -> int:
    import pyarrow.parquet as pq

    with pq.ParquetFile(rows) as file:
        return int(file.metadata.num_rows)


def name_of(candidate: Candidate) -> str:
    return f"{candidate.model} {candidate.version}" if candidate.version else candidate.model
