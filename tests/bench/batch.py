"""A batch of a million rows, by the process that `mlspec reconcile` starts, against `predict` on all of them at once.

`python tests/bench/batch.py [rows]`. Ours reads the file, compares digests, proves the model, scores in chunks, and writes Parquet; of theirs only
`predict` is timed: of the fitted pipeline on the whole frame, and of its last estimator on the whole matrix, which stands in memory by then.
Judged is what the rows cost, by the processor's time: of all rows less a fifth of them, so that the start (imports, the proof) is not in it.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from answers_a_second import models, table
from timing import Took, judge, line, median, run

ROWS, ROUNDS = 1_000_000, 3
HALF = 2.0
"""Times that `predict` on the whole takes, which ours may take."""
GROWTH = 1.25
"""Of our peak memory, from a fifth of the rows to all of them."""
AGAINST = {"linear": "frame", "boosting": "matrix", "forest": "matrix"}
"""What ours is judged against. A linear model's product on a matrix that is there already is one pass over memory: nothing that reads rows comes near."""
THEIRS = """
import json, sys, time
from pathlib import Path
import pandas as pd
from mlspec.runtime.artifact import digest_folder, load_model
from mlspec.runtime.inputs import prepare

folder, rows, told = map(Path, sys.argv[1:])
model = load_model(folder, digest_folder(folder))
frame = prepare(model.signature, pd.read_parquet(rows))
pipeline, found = model.estimator, {}

def timed(name, predict, given):
    wall, busy = time.perf_counter(), time.process_time()
    predict(given)
    found[name] = time.perf_counter() - wall, time.process_time() - busy

timed("frame", pipeline.predict, frame)
timed("matrix", pipeline[-1].predict, pipeline[0].transform(frame))
told.write_text(json.dumps(found))
"""


def _rows(folder: Path, count: int) -> Path:
    file = folder / f"rows-{count}.parquet"
    table(count).rename_axis("id").reset_index().to_parquet(file)
    return file


def _ours(folder: Path, name: str, model: Path, rows: Path) -> Took:
    """The scoring process, as `mlspec reconcile` starts it."""
    from mlspec.deploy.scoring import ScoringConfig
    from mlspec.runtime.artifact import digest_folder

    made = folder / f"{name}-{rows.stem}"
    with rows.open("rb") as handle:
        md5 = hashlib.file_digest(handle, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    files = {"predictions": str(made.with_suffix(".out.parquet")), "manifest_file": str(made.with_suffix(".json"))}
    whom = {"root": str(folder), "folder": str(model), "digest": digest_folder(model), "model": name, "version": "v1.0.0"}
    config = ScoringConfig(**whom, rows=str(rows), rows_md5=md5, keep=["id"], manifest={}, **files)
    config.write(made.with_suffix(".config.json"))
    return run([sys.executable, "-P", "-m", "mlspec.deploy.scoring", "--config", str(made.with_suffix(".config.json"))])


def _theirs(folder: Path, model: Path, rows: Path) -> tuple[Took, dict[str, tuple[float, float]]]:
    """The whole process, and wall and processor seconds of each `predict`."""
    told = folder / "told.json"
    whole = run([sys.executable, "-c", THEIRS, str(model), str(rows), str(told)])
    return whole, {name: (wall, busy) for name, (wall, busy) in json.loads(told.read_text()).items()}


def batches(folder: Path, count: int = ROWS, rounds: int = ROUNDS) -> list[bool]:
    """Score them, print times and peaks, and judge both."""
    folder.mkdir(parents=True, exist_ok=True)
    some, all_of_them = _rows(folder, count // 5), _rows(folder, count)
    return [
        held
        for name, model in models(folder / "models", AGAINST).items()
        for held in _batch(folder, name, model, some, all_of_them, rounds)
    ]


def _batch(folder: Path, name: str, model: Path, some: Path, rows: Path, rounds: int) -> list[bool]:
    found = [(_ours(folder, name, model, some), _ours(folder, name, model, rows), *_theirs(folder, model, rows)) for _ in range(rounds)]
    few, whole = median([pair[0] for pair in found]), median([pair[1] for pair in found])
    line(f"batch, {name}, a fifth of the rows", few)
    line(f"batch, {name}, all rows", whole)
    for way in ("frame", "matrix"):
        walls, busy = zip(*(pair[3][way] for pair in found), strict=True)
        line(
            f"  predict on the whole {way}",
            Took(statistics.median(walls), max(pair[2].megabytes for pair in found), statistics.median(busy)),
        )
    way = AGAINST[name]
    times = statistics.median((pair[1].busy - pair[0].busy) * 1.25 / pair[3][way][1] for pair in found)
    by_clock = statistics.median((pair[1].seconds - pair[0].seconds) * 1.25 / pair[3][way][0] for pair in found)
    print(f"batch against predict on the whole {way}, {name}, by the clock: {by_clock:.2f} x", flush=True)
    return [
        judge(f"batch against predict on the whole {way}, {name}", times, HALF, "x"),
        judge(f"peak of all rows against a fifth of them, {name}", whole.megabytes / few.megabytes, GROWTH, "x"),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        results = batches(Path(name), int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
    sys.exit(0 if all(results) else 1)
