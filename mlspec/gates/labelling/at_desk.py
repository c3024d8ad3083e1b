"""The part that has rows and labels: it asks the model, in a process of its own, and chooses. What it gives back are keys and numbers."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mlspec.diagnostics import problem
from mlspec.gates.candidate import from_candidate_form, kept
from mlspec.gates.labelling.found import Doubtful, Judged, Suspect, Unlabelled
from mlspec.gates.scoring.contestant import Contestant, contestant
from mlspec.gates.scoring.score import retrained, score
from mlspec.metrics.confident import confident
from mlspec.metrics.selection import Whole, doubt, most, spread
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.labels.rows import labelled, shown, unlabelled
from mlspec.runtime.predict import Predictions

POOL, FOLDS, _WIDE = 4, 5, 64
"""So many times the rows that are wanted are looked at for variety; parts of the labelled rows; columns of a point, at most."""


def next_rows(details: Mapping[str, Any]) -> Unlabelled:
    """The `count` rows without a label that are worth one most."""
    root, one = Path(details["root"]), _model(details)
    classes = _classes(one)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "unlabelled.parquet"
        keys = unlabelled(details, path)
        if not keys:
            return Unlabelled((), 0)
        proba = _shares(one, score(root, one, path, len(keys)).answers)
        scores = doubt(proba)
        chosen = _chosen(details, one, path, scores).tolist()
    likely = proba.argmax(axis=1)
    data = shown(details, [keys[i] for i in chosen])
    rows = (
        Doubtful(keys[i], classes[likely[i]], float(proba[i].max()), float(scores[i]), tuple(told.items()))
        for i, told in zip(chosen, data, strict=True)
    )
    return Unlabelled(tuple(rows), len(keys))


def suspects(details: Mapping[str, Any]) -> Judged:
    """Labels that models of the other rows doubt."""
    import pyarrow.parquet as pq

    root, one = Path(details["root"]), _model(details)
    classes = _classes(one)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keys, numbers, groups = labelled(details, folder / "rows.parquet", classes)
        given = np.array(numbers, np.int64)
        folds = fold_of(given, groups, int(details["params"].get("seed", 0)))
        proba, rows = np.zeros((len(keys), len(classes))), pq.read_table(folder / "rows.parquet")
        for fold in sorted(set(folds[folds >= 0].tolist())):
            judged = np.flatnonzero(folds == fold)
            proba[judged] = _out_of_fold(root, details, one, rows, folder, np.flatnonzero(folds != fold), judged)
    seen = np.flatnonzero(folds >= 0)
    found = confident(given[seen], proba[seen])
    pairs = ((int(seen[i]), int(found.likely[i])) for i in found.suspects)
    told = (Suspect(keys[i], classes[given[i]], classes[j], float(proba[i, given[i]]), float(proba[i, j])) for i, j in pairs)
    return Judged(tuple(told), len(seen), len(keys) - len(seen), found.share)


def fold_of(given: Whole, groups: Sequence[Any] | None, seed: int) -> Whole:
    """The fold of each row, (n,); -1 where its class would be missing from the training of that fold, so that nobody can judge it.

    Rows of a group stay together; without groups each class is dealt out evenly.
    """
    dice = np.random.default_rng(seed)
    found = np.empty(len(given), np.int64)
    if groups is None:
        for label in np.unique(given):
            mine = np.flatnonzero(given == label)
            found[dice.permutation(mine)] = np.arange(len(mine)) % FOLDS
    else:
        names, numbers = np.unique(np.array([str(g) for g in groups]), return_inverse=True)
        dealt = np.empty(len(names), np.int64)
        dealt[dice.permutation(len(names))] = np.arange(len(names)) % FOLDS
        found[:] = dealt[numbers]
    for label in np.unique(given):
        mine = given == label
        if len(set(found[mine].tolist())) == 1:
            found[mine] = -1
    return found


def _model(details: Mapping[str, Any]) -> Contestant:
    candidate = from_candidate_form(details["candidate"])
    return contestant(Path(details["root"]), f"model/{candidate.model}", candidate.artifacts.model, candidate.digest, kept)


def _classes(one: Contestant) -> tuple[Any, ...]:
    if one.signature.classes is None or len(one.signature.classes) < 2 or TASKS[one.signature.task].is_cluster:
        raise problem(
            "MLS0698", f"{one.who} predicts no classes", help="doubt and suspicion are of classes: use a model of a classification task"
        )
    return tuple(one.signature.classes)


def _shares(one: Contestant, answers: Predictions) -> Any:
    if answers.proba is None:
        raise problem("MLS0698", f"{one.who} gives no probabilities", help="use an estimator with `predict_proba`")
    return answers.proba


def _out_of_fold(root: Path, details: Mapping[str, Any], one: Contestant, rows: Any, folder: Path, train: Whole, judged: Whole) -> Any:
    """Probabilities of the judged rows, (m, k), by the declared training on the others."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    paths = folder / "train.parquet", folder / "judged.parquet"
    for path, positions in zip(paths, (train, judged), strict=True):
        pq.write_table(rows.take(pa.array(positions)), path)
    return _shares(one, retrained(root, one, details["params"], *paths, len(judged)))


def _chosen(details: Mapping[str, Any], one: Contestant, path: Path, scores: Any) -> Whole:
    count = int(details["count"])
    if details["by"] == "doubt":
        return most(scores, count)
    pool = most(scores, POOL * count)
    return pool[spread(_points(details, one, path, pool), 0, count)]


def _points(details: Mapping[str, Any], one: Contestant, path: Path, pool: Whole) -> Any:
    """Rows as points: their features prepared as the section declares, by themselves; many columns are projected to few (seeded)."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from sklearn.random_projection import GaussianRandomProjection

    from mlspec.runtime.frames import read_frame
    from mlspec.runtime.inputs import prepare
    from mlspec.runtime.train.preprocess import transformer

    few = path.with_name("pool.parquet")
    pq.write_table(pq.read_table(path).take(pa.array(pool)), few)
    features = prepare(one.signature, read_frame(few))
    steps = details["params"]["preprocess"]
    if steps["categorical"]["encode"] == "target":  # there are rows without one
        steps = {**steps, "categorical": {**steps["categorical"], "encode": "onehot"}}
    made = transformer(one.signature, steps).fit_transform(features)
    if made.shape[1] > _WIDE:
        made = GaussianRandomProjection(_WIDE, random_state=0).fit_transform(made)
    made = np.asarray(made.toarray() if hasattr(made, "toarray") else made, np.float64)
    return np.nan_to_num(made, nan=0.0, posinf=0.0, neginf=0.0)
