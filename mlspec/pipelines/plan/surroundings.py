"""What stands around the generated files and would make them useless: no repository, or a rule that hides them from Git and DVC."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from mlspec.adapters.git.ignored import Ignored, find_ignored
from mlspec.diagnostics import Diagnostic, Problems, Span
from mlspec.diagnostics.words import and_more
from mlspec.pipelines.plan.dvc_config import CONFIG

_NO_GIT = "`git init --initial-branch main`; DVC, promotions and history go by Git"


def around(root: Path, paths: Iterable[str]) -> list[Diagnostic]:
    """Return a warning where there is no Git, and a diagnostic for each line that hides files of `paths`, which are to be generated.

    It is an error where DVC would refuse to read the file, else a warning.
    """
    try:
        found = hidden(root, paths)
    except Problems as problems:
        return [replace(d, severity="warning") for d in problems.diagnostics]
    if found is None:
        return [Diagnostic("MLS0511", "this folder is in no Git repository", None, _NO_GIT, "warning")]
    return list(_hidden(found))


def hidden(root: Path, paths: Iterable[str]) -> list[Ignored] | None:
    """What Git ignores of the files to be generated; None where no repository is. DVC goes by rules alone."""
    paths = list(paths)
    return find_ignored(root, paths, by_rules=[p for p in paths if _is_pipeline(p)])


def _is_pipeline(path: str) -> bool:
    return path.rpartition("/")[2] == "dvc.yaml"


def require_seen(found: Iterable[Diagnostic]) -> None:
    """Raise the errors among the diagnostics of `around`."""
    errors = [d for d in found if d.is_error]
    if errors:
        raise Problems(errors)


def require_readable(root: Path, pipelines: Iterable[str]) -> None:
    """Raise what keeps DVC from running the pipelines (their dvc.yaml): MLS0512, or MLS0511 unless DVC was told to do without Git."""
    found = around(root, pipelines)
    if not _does_without_git(root):
        found = [replace(d, severity="error") for d in found]
    require_seen(found)


def _does_without_git(root: Path) -> bool:
    config = root / CONFIG
    text = config.read_text(encoding="utf-8", errors="replace") if config.is_file() else ""
    return re.search(r"^\s*no_scm\s*=\s*true", text, re.MULTILINE | re.IGNORECASE) is not None


def _hidden(found: list[Ignored]) -> Iterator[Diagnostic]:
    groups: dict[tuple[str, int], list[Ignored]] = {}
    for one in found:
        groups.setdefault((one.file, one.line), []).append(one)
    for group in groups.values():
        # DVC refuses a pipeline file that is ignored; of the others it reads what is on this disk, and other machines get none
        refused = next((g for g in group if _is_pipeline(g.path)), None)
        first = refused or group[0]
        more = and_more(len(group), 1)
        message = f"the line `{first.pattern}` hides {first.path}{more} from Git"
        yield Diagnostic("MLS0512", message, Span(first.file, first.line), first.mend, "error" if refused else "warning")
