"""Runs the command with the hook, and reads what it noted, as strictly as a spec: the code that ran is anybody's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.setup.adopt.facts import Place
from mlspec.setup.adopt.found.stages import split

_HOOK = Path(__file__).with_name("sitecustomize.py")
_MOST, _LARGEST = 1000, 16_000_000


@dataclass(frozen=True, slots=True)
class Observed:
    """A `fit` that ran; of a pipeline its last estimator. `params`: those that are not the class's defaults, which `defaults` has.

    `columns`: None where the features had no names.
    """

    path: str
    params: Mapping[str, Any]
    defaults: Mapping[str, Any]
    columns: tuple[str, ...] | None
    target: str | None
    rows: int | None
    place: Place


def observe(root: Path, command: str) -> list[Observed]:
    """Run a command in `root` without a shell, in the user's environment, and return the fits. Its output is shown as it comes.

    Raises MLS0556 where it can't be started, ends with an error, or fits nothing.
    """
    words, why = split(command)
    if not words:
        raise problem(
            "MLS0556", f"the command needs a shell: {why}", help="no shell reads it: put it into a script, `--observe 'sh run.sh'`"
        )
    with tempfile.TemporaryDirectory(prefix="mlspec-observe-") as folder:
        shutil.copyfile(_HOOK, Path(folder) / "sitecustomize.py")
        out = Path(folder) / "fits.jsonl"
        path = os.pathsep.join([folder, *filter(None, [os.environ.get("PYTHONPATH")])])
        variables = os.environ | {
            "PYTHONPATH": path,
            "MLSPEC_OBSERVE_OUT": str(out),
            "MLSPEC_OBSERVE_ROOT": str(root.resolve()),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        try:
            done = subprocess.run(words, cwd=root, env=variables, stdout=sys.stderr, check=False)
        except OSError as error:
            raise problem(
                "MLS0556", f"`{words[0]}` can't be started: {error.strerror}", help="name a program that is on the PATH"
            ) from None
        if done.returncode:
            raise problem("MLS0556", f"`{command}` ended with {done.returncode}", help="what it says stands above; nothing was written")
        found = _read(out)
    if not found:
        raise problem(
            "MLS0556", f"`{command}` called `fit` of no estimator with scikit-learn's interface", help="observe the script that trains"
        )
    return found


def _read(path: Path) -> list[Observed]:
    if not path.is_file() or path.stat().st_size > _LARGEST:
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines()[:_MOST]:
        try:
            found.append(_observed(json.loads(line)))
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
    return list({repr(o): o for o in found}.values())


def _observed(form: Mapping[str, Any]) -> Observed:
    columns, rows, target = form["columns"], form["rows"], form["target"]
    place = Place(str(form["file"] or "?"), int(form["line"] or 1))
    model = form["last"] if isinstance(form.get("last"), dict) else form
    params, defaults = (model[key] if isinstance(model.get(key), dict) else {} for key in ("params", "defaults"))
    names = tuple(map(str, columns)) if isinstance(columns, list) else None
    return Observed(
        str(model["class"]), params, defaults, names, target if isinstance(target, str) else None, int(rows) if rows else None, place
    )
