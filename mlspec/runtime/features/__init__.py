"""Stage features: features that several models share, one row for each row of the spine -> features.parquet, features.json."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from mlspec.diagnostics.atomic import PREFIX, write_json
from mlspec.runtime import report, tables
from mlspec.runtime.context import Context
from mlspec.runtime.fence import standing


def run(context: Context) -> None:
    """Join, make, check the shape, check that no value has seen the future; then write."""
    from mlspec.runtime.features.given import give
    from mlspec.runtime.features.look_ahead import check
    from mlspec.runtime.features.make import make
    from mlspec.runtime.features.plan import read_plan
    from mlspec.runtime.features.shape import finish

    plan = read_plan(context)
    with _scratch(context) as folder, closing(_database()) as database:
        found, whole = folder / "found.parquet", folder / "whole.parquet"
        make(context, give(plan, folder, database), found)
        summary = finish(plan, found, whole)
        cuts = check(plan, partial(make, context), found, folder, database) if plan.time and plan.cuts else 0
        whole.replace(context.out("features.parquet"))
    write_json(context.out("features.json"), {**summary, "lookAhead": {"cuts": cuts}})
    report.say(f"features: {summary['rows']} rows, {len(summary['columns'])} columns, {cuts} cuts looked at")


def _database() -> Any:
    """One for all instants. What it read of a file it must not remember: the next instant's is written under the same name."""
    connection = tables.connect()
    connection.execute("SET enable_external_file_cache = false")
    return connection


@contextmanager
def _scratch(context: Context) -> Iterator[Path]:
    """A folder that may be written and read again, fence or none, on the disk of the outputs."""
    place = Path.cwd() if standing() else context.folder
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
