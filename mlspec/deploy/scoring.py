"""One scoring run, in a process of its own: `python -m mlspec.deploy.scoring --config FILE`, which `mlspec reconcile` writes."""

from __future__ import annotations

import dataclasses
import json
import logging
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from mlspec.deploy.child import Report, arguments, run_reporting
from mlspec.deploy.side_by_side import cores, side_by_side
from mlspec.deploy.targets.batch_input import private_copy
from mlspec.diagnostics import did_you_mean, problem
from mlspec.runtime.compiled.refused import REASONS

log = logging.getLogger("mlspec.server")

ROWS_AT_ONCE = 50_000
"""Rows of a chunk; of chunks, as many are held as are scored side by side, and one more."""
READ_BYTES = 1 << 20
"""Read at a time of each column: without it a row group is held as a whole, and a file can be one."""
PREDICTED, PROBABILITIES, POSITION = "predicted", "proba", "row"


@dataclass(frozen=True, slots=True)
class ScoringConfig:
    """What a scoring run is told. Paths are absolute; `rows_md5`: of the content that is to be scored, wherever `rows` points by then;
    `keep`: columns to carry over; `manifest`: what the manifest starts from.
    """

    root: str
    folder: str
    digest: str
    model: str
    version: str
    rows: str
    rows_md5: str
    predictions: str
    manifest_file: str
    keep: Sequence[str]
    manifest: Mapping[str, Any]

    def write(self, path: Path) -> None:
        from mlspec.diagnostics.atomic import replace_file, to_json

        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, to_json(dataclasses.asdict(self)).encode(), mode=0o600, durable=False)


def score(config: ScoringConfig) -> int:
    """Score every row; write the predictions, then the manifest; return the number of rows.

    The rows are read once, into a private copy: what was compared with the declared content is what is scored, whatever is put in their
    place meanwhile. The manifest comes last: a run that is killed leaves none that fits, and is done again. Raises MLS0810 for other rows.
    """
    from mlspec.deploy.server.model import open_model
    from mlspec.diagnostics.atomic import new_file, write_json
    from mlspec.runtime.artifact import digest_file
    from mlspec.runtime.context import add_root

    add_root(Path(config.root))
    model = open_model(Path(config.folder), config.digest, config.model, config.version, sealed=False)
    target = Path(config.predictions)
    with private_copy(Path(config.rows), config.rows_md5) as source, new_file(target) as path:
        rows = _write(_scored(config, model, source), path)
        digest = digest_file(path)
    _tell(config, model, rows)
    output = {"path": target.relative_to(config.root).as_posix(), "digest": digest, "rows": rows}
    write_json(Path(config.manifest_file), {**config.manifest, "output": output})
    return rows


def _tell(config: ScoringConfig, model: Any, rows: int) -> None:
    """Which way the rows were answered, where it was not the proven one: in the log."""
    for (_, step, reason), count in sorted(model.engine.fallbacks.counts().items()):
        log.warning(
            "%s %s: %d of %d rows went by scikit-learn or pandas (%s): %s", config.model, config.version, count, rows, step, REASONS[reason]
        )


def _scored(config: ScoringConfig, model: Any, source: IO[bytes]) -> Iterator[Any]:
    """Tables of at most ROWS_AT_ONCE rows: what is kept, then the answers; at least one, so that there is a schema.

    A compiled model's chunks are scored side by side: its walks over trees leave the interpreter free, and no chunk looks at another, so
    the bits are the same. Whatever runs code that is not ours (an estimator of the project's) sees one chunk after another.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(source, pre_buffer=False, buffer_size=READ_BYTES)
    schema = file.schema_arrow
    _check(config, model, schema.names)
    kept, done = pa.schema([schema.field(n) for n in config.keep]), 0
    read = [*model.signature.names, *(f.name for f in model.signature.taken if f.name in schema.names), *config.keep]
    most = ROWS_AT_ONCE if model.signature.history is None else max(1, file.metadata.num_rows)  # else a step may need one of another chunk
    parts = file.iter_batches(most, columns=list(dict.fromkeys(read)))
    threads = cores() if model.engine.kind == "compiled" else 1
    for table, answers in side_by_side(partial(_answered, model), _tables(parts), threads):
        first = {n: table[n] for n in config.keep} or {POSITION: pa.array(range(done, done + len(table)), pa.int64())}
        done += len(table)
        yield pa.table({**first, **answers})
    if not done:
        empty = {f.name: pa.array([], f.type) for f in kept} or {POSITION: pa.array([], pa.int64())}
        yield pa.table({**empty, **_answered(model, (1, schema.empty_table()))[1]})


def _tables(parts: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """Tables, each with its first row's number in the file, from 1."""
    import pyarrow as pa

    first = 1
    for part in parts:
        yield first, pa.Table.from_batches([part])
        first += len(part)


def _answered(model: Any, chunk: tuple[int, Any]) -> tuple[Any, dict[str, Any]]:
    """A table of rows, and the columns of their answers."""
    import pyarrow.compute as pc

    from mlspec.runtime.predict import predict

    first, table = chunk
    answers = _answers(predict(model.loaded, table.to_pandas(), first, history=True), model.signature)
    history = model.signature.history
    if history is not None and history.name in table.column_names:
        answers[PREDICTED] = pc.if_else(table[history.name].is_valid(), None, answers[PREDICTED])  # what was known was not forecast
    return table, answers


def _answers(found: Any, signature: Any) -> dict[str, Any]:
    import numpy as np
    import pyarrow as pa

    from mlspec.deploy.server.response import class_datatype
    from mlspec.metrics.tasks import TASKS

    types = {"FP64": pa.float64(), "INT64": pa.int64(), "BOOL": pa.bool_(), "BYTES": pa.string()}
    kind = types[class_datatype(signature)]
    one_each = TASKS[signature.task].has_one_answer
    said = pa.array(found.said, kind) if one_each else pa.array([list(row) for row in found.said], pa.list_(kind))
    answers = {PREDICTED: said}
    if found.proba is not None:
        count, width = found.proba.shape
        flat = pa.array(np.ascontiguousarray(found.proba, dtype=np.float64).ravel())
        answers[PROBABILITIES] = pa.ListArray.from_arrays(pa.array(np.arange(count + 1) * width, pa.int32()), flat)
    return answers


def _check(config: ScoringConfig, model: Any, columns: Sequence[str]) -> None:
    missing = [n for n in [*model.signature.names, *config.keep] if n not in columns]
    if missing:
        names = ", ".join(f"`{n}`" for n in missing)
        raise problem(
            "MLS0811",
            f"the rows to score lack {names}",
            help=did_you_mean(missing[0], [c for c in columns if c not in model.signature.names]),
        )
    clash = {PREDICTED, PROBABILITIES} & set(config.keep)
    if clash:
        raise problem("MLS0811", f"the key column `{min(clash)}` has the name of an answer", help="rename the column in the source")


def _write(tables: Iterator[Any], path: Path) -> int:
    import pyarrow.parquet as pq

    first = next(tables)
    rows = len(first)
    with pq.ParquetWriter(path, first.schema) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)
            rows += len(table)
    return rows


def main() -> int:
    """Return the exit code: 0, or 1 with the reason on standard output, as JSON."""
    given = arguments("mlspec.deploy.scoring", __doc__)

    def work(report: Report) -> None:
        report.end_with_parent()
        score(ScoringConfig(**json.loads(given.config.read_text(encoding="utf-8"))))

    return run_reporting(work, given.lock, given.seconds)


if __name__ == "__main__":
    sys.exit(main())
