"""What DVCLive wrote: `dvclive/metrics.json`, its last numbers, and `dvclive/plots/metrics/*.tsv`, the course of each."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.diagnostics.atomic import new_folder, write_json

FOLDER = "dvclive"
_LARGEST = 10_000_000


def keep(base: Path, numbers: Path, plots: Path) -> None:
    """Keep the numbers as a metrics file, and the tables as a folder of plots. Raises MLS0667 where there are none."""
    found = _numbers(base / FOLDER / "metrics.json")
    tables = base / FOLDER / "plots" / "metrics"
    with new_folder(plots) as folder:
        for path in sorted(p for p in tables.rglob("*.tsv") if p.is_file() and not p.is_symlink()):
            target = folder / path.relative_to(tables)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        if not any(folder.iterdir()):
            (folder / "none.tsv").write_text("step\n", encoding="utf-8")  # DVC keeps no plots of an empty folder
    write_json(numbers, found)


def _numbers(path: Path) -> dict[str, Any]:
    help_text = "let it log by DVCLive, to its usual folder; or remove `live: true`"
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
        raise problem("MLS0667", f"the program wrote no `{FOLDER}/metrics.json`, and `live: true` asks for it", help=help_text)
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise problem("MLS0667", f"`{FOLDER}/metrics.json` is no JSON: {error}", help=help_text) from error
    if not isinstance(found, dict):
        raise problem("MLS0667", f"`{FOLDER}/metrics.json` is no mapping", help=help_text)
    return {str(name): value for name, value in sorted(found.items()) if _is_metric(value)}


def _is_metric(value: Any) -> bool:
    """A finite number, or a mapping of such: JSON has no NaN, and DVC shows no text."""
    if isinstance(value, Mapping):
        return all(map(_is_metric, value.values()))
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
