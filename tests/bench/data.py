"""Millions of rows: the stages ingest, clean and validate, against the build before; the checks alone, against reading the columns, and from
the file to the verdict against pandera and Great Expectations, imports left out, medians of three. Run alone (`python tests/bench/data.py [ROWS [ROUNDS]]`), or by run.py.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import peers
from many import many_models
from timing import ENVIRONMENT, Took, judge, line, run
from verbs import HERE, before

BEFORE = "76a4749"
OURS = str(Path(__file__).with_name("checks_alone.py"))
ROWS, ROUNDS, SMALL = 10_000_000, 3, 1_000_000
STAGES = ("ingest", "clean", "validate")
BUSY, MEGABYTES, DECODING, PANDERA, EXPECTATIONS = 0.35, 1_000, 4, 3, 10
COLUMNS = {
    "id": "integer",
    "at": "timestamp",
    "shop": "string",
    "kind": "string",
    "price": "number",
    "count": "integer",
    "t1": "number",
    "t2": "number",
    "n1": "integer",
    "flag": "boolean",
    "mail": "string",
    "day": "date",
}
_ROWS = """
SELECT i AS id, TIMESTAMP '2020-01-01' + to_seconds(i) AS at, 'shop-' || hash(i) % 500 AS shop, ['a', 'b', 'c', 'd'][(hash(i + 1) % 4)::BIGINT + 1] AS kind,
  (hash(i + 2) % 10000) / 100.0 AS price, (hash(i + 3) % 50)::BIGINT AS count, CASE WHEN hash(i + 4) % 50 > 0 THEN (hash(i + 5) % 100000) / 1000.0 END AS t1,
  (hash(i + 6) % 100000) / 7.0 AS t2, (hash(i + 7) % 1000)::BIGINT AS n1, hash(i + 8) % 2 = 0 AS flag,
  'user' || hash(i + 9) % 1000000 || '@example.org' AS mail, DATE '2020-01-01' + (i // 86400)::INTEGER AS day
FROM range({rows}) AS r(i)
"""
_RULES = """\
---
apiVersion: mlspec/v1
kind: ValidationRules
metadata: {name: many}
spec:
  source: many
  rules:
    - rowCount: {min: 1000}
    - unique: [id]
    - {column: id, notNull: true}
    - {column: kind, in: [a, b, c, d]}
    - {column: price, between: [0, 100], notNull: true}
    - {column: t1, maxMissing: 3%, between: [0, 100]}
    - {column: count, mean: {between: [10, 40]}}
    - {column: mail, matches: "^[^@]+@[^@]+$"}
    - {column: n1, quantile: {q: 0.99, max: 1000}}
    - {name: sane, expression: "price >= 0 AND count >= 0"}
"""
_PANDERA = """
import json, resource, sys
import pandas as pd
import pandera.pandas as pa

def busy():
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])

check, column = pa.Check, pa.Column
schema = pa.DataFrameSchema(
    {
        "id": column(unique=True, nullable=False),
        "kind": column(checks=check.isin(["a", "b", "c", "d"])),
        "price": column(checks=check.between(0, 100), nullable=False),
        "t1": column(checks=[check.between(0, 100), check(lambda s: s.isna().mean() <= 0.03, ignore_na=False)], nullable=True),
        "count": column(checks=check(lambda s: 10 <= s.mean() <= 40)),
        "mail": column(checks=check.str_matches("^[^@]+@[^@]+$")),
        "n1": column(checks=check(lambda s: s.quantile(0.99) <= 1000)),
    },
    checks=[check(lambda d: (d["price"] >= 0) & (d["count"] >= 0)), check(lambda d: len(d) >= 1000)],
)
took = []
for _ in range(3):
    began = busy()
    schema.validate(pd.read_parquet(sys.argv[1]), lazy=True)
    took.append(busy() - began)
print(json.dumps([sorted(took)[1]]))
"""
_EXPECTATIONS = """
import json, logging, resource, sys, warnings
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
import pandas as pd
import great_expectations as gx
import great_expectations.expectations as e

def busy():
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])

context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
definition = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
suite = gx.ExpectationSuite(
    name="s",
    expectations=[
        e.ExpectTableRowCountToBeBetween(min_value=1000),
        e.ExpectColumnValuesToBeUnique(column="id"),
        e.ExpectColumnValuesToNotBeNull(column="id"),
        e.ExpectColumnValuesToBeInSet(column="kind", value_set=["a", "b", "c", "d"]),
        e.ExpectColumnValuesToBeBetween(column="price", min_value=0, max_value=100),
        e.ExpectColumnValuesToNotBeNull(column="price"),
        e.ExpectColumnValuesToNotBeNull(column="t1", mostly=0.97),
        e.ExpectColumnValuesToBeBetween(column="t1", min_value=0, max_value=100),
        e.ExpectColumnMeanToBeBetween(column="count", min_value=10, max_value=40),
        e.ExpectColumnValuesToMatchRegex(column="mail", regex="^[^@]+@[^@]+$"),
        e.ExpectColumnQuantileValuesToBeBetween(column="n1", quantile_ranges={"quantiles": [0.99], "value_ranges": [[None, 1000]]}),
        e.ExpectColumnValuesToBeBetween(column="count", min_value=0),
    ],
)
took = []
for _ in range(3):
    began = busy()
    found = definition.get_batch({"dataframe": pd.read_parquet(sys.argv[1])}).validate(suite)
    assert found.success, found
    took.append(busy() - began)
print(json.dumps([sorted(took)[1]]))
"""


def data(folder: Path, rows: int = ROWS, rounds: int = ROUNDS) -> list[bool]:
    """The three stages by both builds in turn, then the checks alone."""
    large, small = (_project(folder / name, count) for name, count in (("large", rows), ("small", min(rows, SMALL))))
    return [*_stages(large, folder, rounds), *_checks(large, small)]


def _project(root: Path, rows: int) -> Path:
    """A project whose one source has so many rows; return the folder of its stages."""
    import duckdb

    many_models(root, 1)
    shutil.rmtree(root / "specs")
    (root / "specs").mkdir()
    columns = "".join(f"    - {{name: {name}, type: {kind}}}\n" for name, kind in COLUMNS.items())
    source = "apiVersion: mlspec/v1\nkind: DataSource\nmetadata: {name: many}\nspec:\n  file: {path: data/many.parquet}\n"
    (root / "specs/many.yaml").write_text(f"{source}  key: [id]\n  timeColumn: at\n  columns:\n{columns}{_RULES}")
    duckdb.connect().execute(f"COPY ({_ROWS.format(rows=rows)}) TO '{root}/data/many.parquet' (FORMAT parquet)")
    run([str(Path(sys.executable).parent / "mlspec"), "apply"], root)
    return root / "pipelines/data/many"


def _stages(folder: Path, scratch: Path, rounds: int) -> list[bool]:
    then = before(scratch / "before", BEFORE)
    pairs = [(None if then is None else _run(folder, then), _run(folder, HERE)) for _ in range(rounds)]
    now = [pair[1] for pair in pairs]
    found = []
    if then is None:
        print(f"stages against the build before: left out, since {BEFORE} is not in this clone's history", flush=True)
    else:
        ratio = statistics.median(_busy(b) / _busy(a) for a, b in pairs if a)
        found.append(judge("ingest, clean, validate: now / before, busy", ratio, BUSY, "x"))
    peak = max(took.megabytes for stages in now for took in stages)
    return [*found, judge("ingest, clean, validate: largest process", peak, MEGABYTES, "MB")]


def _run(folder: Path, build: Path) -> list[Took]:
    ENVIRONMENT["PYTHONPATH"] = str(build)
    try:
        took = [run([sys.executable, "-P", "-m", "mlspec.runtime", stage], folder) for stage in STAGES]
    finally:
        del ENVIRONMENT["PYTHONPATH"]
    for stage, one in zip(STAGES, took, strict=True):
        line(f"{stage}, {'now' if build == HERE else 'before'}", one)
    return took


def _busy(stages: list[Took]) -> float:
    return sum(took.busy for took in stages)


def _checks(large: Path, small: Path) -> list[bool]:
    decoding, checks = _answer([sys.executable, "-P", OURS], large)
    found = [judge("checks / reading the columns, busy", checks / decoding, DECODING, "x")]
    python = peers.environment("pandera and Great Expectations", peers.ROOT / ".venv-checks", "checks.lock")
    if python is None:
        return found
    _run(small, HERE)
    peers_ = (("pandera", _PANDERA, PANDERA, large), ("Great Expectations", _EXPECTATIONS, EXPECTATIONS, small))
    for name, code, times, folder in peers_:
        _, ours = _answer([sys.executable, "-P", OURS], folder)
        (theirs,) = _answer([str(python), "-P", "-c", code], folder)
        print(f"the checks, {folder.parents[2].name}: {name} {theirs:.2f} s busy, mlspec {ours:.2f} s", flush=True)
        found.append(judge(f"mlspec's checks / {name}, busy", ours / theirs, 1 / times, "x"))
    return found


def _answer(program: list[str], folder: Path) -> list[float]:
    environment = os.environ | {"PYTHONPATH": str(HERE)} if OURS in program else os.environ
    done = subprocess.run([*program, "clean.parquet"], cwd=folder, stdout=subprocess.PIPE, check=True, text=True, env=environment)
    return [float(seconds) for seconds in json.loads(done.stdout.splitlines()[-1])]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        sys.exit(0 if all(data(Path(name), *(int(word) for word in sys.argv[1:]))) else 1)
