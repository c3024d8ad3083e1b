"""Ten million rows of a spine, five inputs joined as of each row's time, by key: the stage `features`, against pandas.merge_asof from the
same files to the same columns. The look-ahead check is timed apart. Run alone: `python tests/bench/asof.py [ROWS [ROUNDS [CUTS]]]`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from timing import judge, line, median, run

ROWS, ROUNDS, INPUTS = 10_000_000, 3, 5
SECONDS, MEGABYTES, PANDAS = 60, 4_096, 5
_SPINE = """
SELECT i AS id, TIMESTAMP '2020-01-01' + to_seconds(i) AS at, (hash(i) % 500)::BIGINT AS shop, (hash(i + 1) % 100) / 7.0 AS price FROM range({rows}) AS r(i)
"""
_INPUT = """
SELECT TIMESTAMP '2020-01-01' + to_seconds(i * 5 + {k}) AS moment, (hash(i + {k}) % 500)::BIGINT AS shop, (hash(i + 9 * {k}) % 1000) / 3.0 AS value
FROM range({rows} // 5) AS r(i)
"""
_PANDAS = """
import sys
import pandas as pd
rows = pd.read_parquet("spine.parquet")
for k in range(int(sys.argv[1])):
    other = pd.read_parquet(f"in{k}.parquet").rename(columns={"value": f"f{k}", "moment": "at"})
    rows = pd.merge_asof(rows, other, on="at", by="shop")
rows.to_parquet("pandas.parquet", compression="zstd", index=False)
"""
_MATCHES = """
import resource, sys
from pathlib import Path
import pandas as pd
from mlspec.runtime import tables
from mlspec.runtime.features import as_of
from mlspec.runtime.features.declared import AsOf, Spine
from mlspec.runtime.features.matching import Places

def busy():
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])

inputs = [f"in{k}" for k in range(int(sys.argv[1]))]
began = busy()
places = Places(tables.connect(), Spine(Path("spine.parquet"), ("id",), "at"))
for name in inputs:
    as_of._found(places, Path(f"{name}.parquet"), AsOf(name, "moment", by=("shop",), ties=("value",)))
ours = busy() - began
began = busy()
rows = pd.read_parquet("spine.parquet", columns=["at", "shop"])
others = [pd.read_parquet(f"{name}.parquet").rename(columns={"moment": "at", "value": name}) for name in inputs]
read = busy() - began
for other in others:
    rows = pd.merge_asof(rows, other, on="at", by="shop")
print(ours, read, busy() - began - read)
"""
_SAME = """
SELECT count(*) FROM 'pandas.parquet' AS p JOIN 'features.parquet' AS f USING (id) WHERE {tests}
"""


def prepare(folder: Path, rows: int) -> None:
    """Write the inputs, the query and the parameters."""
    import duckdb

    connection = duckdb.connect()
    for name, query in (("spine", _SPINE.format(rows=rows)), *((f"in{k}", _INPUT.format(rows=rows, k=k)) for k in range(INPUTS))):
        connection.execute(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    aliases = [f"in{k}" for k in range(INPUTS)]
    joins = "".join(f"\nJOIN {a} USING (id)" for a in aliases)
    values = ", ".join(f"{a}.value AS f{k}" for k, a in enumerate(aliases))
    (folder / "query.sql").write_text(f"SELECT s.id, s.at, s.shop, s.price, {values} FROM spine AS s{joins}\n")
    (folder / "mlspec.yaml").write_text("kind: Project\n")


def write_params(folder: Path, cuts: int) -> None:
    aliases = [f"in{k}" for k in range(INPUTS)]
    section = {
        "inputs": {"spine": {"path": "spine.parquet"}} | {a: {"path": f"{a}.parquet", "time": "moment"} for a in aliases},
        "spine": "spine",
        "key": ["id"],
        "timeColumn": "at",
        "asOf": {a: {"on": "moment", "by": ["shop"], "ties": ["value"]} for a in aliases},
        "sql": "query.sql",
        "columns": [],
        "lookAhead": {"cuts": cuts, "seed": 7},
    }
    (folder / "params.yaml").write_text(json.dumps({"features": section}))


def main(rows: int = ROWS, rounds: int = ROUNDS, cuts: int = 4) -> bool:
    """Time both in turn, compare what they made, and judge the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, rows)
        write_params(folder, 0)
        ours_is = [sys.executable, "-m", "mlspec.runtime", "features"]
        pairs = [(run(ours_is, folder), run([sys.executable, "-c", _PANDAS, str(INPUTS)], folder)) for _ in range(rounds)]
        ours, theirs = (median(column) for column in zip(*pairs, strict=True))
        line(f"{rows:,} rows x {INPUTS} joins", ours)
        line("pandas.merge_asof", theirs)
        _compare(folder, rows)
        _matches(folder)
        write_params(folder, cuts)
        line(f"with {cuts} cuts looked at", run(ours_is, folder))
    return all(
        [
            judge("seconds", ours.seconds, SECONDS * max(rows / ROWS, 0.1), "s"),
            judge("memory", ours.megabytes, MEGABYTES, "MB"),
            judge("of the time of pandas", ours.seconds / theirs.seconds, 1 / PANDAS, "x"),
        ]
    )


def _matches(folder: Path) -> None:
    """The match alone, which of ours reads its columns from the files: told, and held to no target."""
    done = subprocess.run([sys.executable, "-c", _MATCHES, str(INPUTS)], cwd=folder, capture_output=True, check=True, text=True)
    ours, read, matched = map(float, done.stdout.split())
    print(f"the match alone: {ours:.2f} s busy with reading; pandas {read:.2f} s of reading, {matched:.2f} s of matching", flush=True)
    print(f"ratio: {ours / (read + matched):.2f} with pandas' reading, {ours / matched:.2f} without", flush=True)


def _compare(folder: Path, rows: int) -> None:
    """Both must have found the same values: inputs have no ties but of equal rows."""
    import duckdb

    tests = " AND ".join(f"p.f{k} IS NOT DISTINCT FROM f.f{k}" for k in range(INPUTS))
    query = _SAME.format(tests=tests).replace("'pandas", f"'{folder}/pandas").replace("'features", f"'{folder}/features")
    same = duckdb.execute(query).fetchall()[0][0]
    if same != rows:
        raise SystemExit(f"{rows - same} rows differ")


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
