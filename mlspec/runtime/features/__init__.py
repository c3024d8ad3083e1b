"""Stage features: features that several models share, one row for each row of the spine -> features.parquet, features.json."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from mlspec.diagnostics.atomic import PREFIX, write_json
from mlspec.runtime import report
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
    with _scratch(context) as folder:
        found, whole = folder / "found.parquet", folder / "whole.parquet"
        make(context, give(plan, folder), found)
        summary = finish(plan, found, whole)
        cuts = check(plan, partial(make, context), found, folder) if plan.time and plan.cuts else 0
        whole.replace(context.out("features.parquet"))
    write_json(context.out("features.json"), {**summary, "lookAhead": {"cuts": cuts}})
    report.say(f"features: {summary['rows']} rows, {len(summary['columns'])} columns, {cuts} cuts looked at")


@contextmanager
def _scratch(context: Context) -> Iterator[Path]:
    """A folder that may be written and read again, fence or none, on the disk of the outputs."""
    place = Path.cwd() if standing() else context.folder
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
