"""Runs the golden cases of diagnostics: a project with one mistake in, what `mlspec validate` prints out."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from mlspec.language.yaml.limits import LIMITS, Limits

FOLDER = Path(__file__).parents[1] / "golden" / "diagnostics"
BASE = FOLDER / "_base"
EXPECTED, REMOVED = "expected.txt", "removed.txt"


def cases() -> list[str]:
    """The names of all cases, sorted."""
    return sorted(p.name for p in FOLDER.iterdir() if p.is_dir() and p != BASE)


def observe(case: str, root: Path, *options: str) -> str:
    """Lay the case over the base project in the empty folder `root`; return what `mlspec validate` (with options) prints there, and its exit code."""
    _lay_out(case, root)
    printed = io.StringIO()
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        contextlib.chdir(root),
        _arguments("validate", *options),
        _limits(case),
    ):
        from mlspec.cli import console
        from mlspec.cli.main import app

        code = console.guard(app)
    return f"{printed.getvalue()}exit code {code}\n"


def expected(case: str) -> str | None:
    """What the case should print, or None for a new case."""
    path = FOLDER / case / EXPECTED
    return path.read_bytes().decode() if path.exists() else None


def write_expected(case: str, text: str) -> None:
    """Keep `text` as what the case should print."""
    (FOLDER / case / EXPECTED).write_bytes(text.encode())


def _lay_out(case: str, root: Path) -> None:
    shutil.copytree(BASE, root, dirs_exist_ok=True)
    for path in _removed(FOLDER / case / REMOVED):
        (root / path).unlink()
    shutil.copytree(FOLDER / case, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(EXPECTED, REMOVED, ".gitkeep"))
    MADE.get(case, _nothing)(root)


def _limits(case: str) -> contextlib.AbstractContextManager[object]:
    return mock.patch("mlspec.language.yaml.load.LIMITS", LOW.get(case, LIMITS))


def _removed(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split() if path.exists() else []


@contextlib.contextmanager
def _arguments(*arguments: str) -> Iterator[None]:
    environment = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "GITHUB_ACTIONS")}
    with mock.patch("sys.argv", ["mlspec", *arguments]), mock.patch.dict(os.environ, environment, clear=True):
        yield


def _nothing(root: Path) -> None:
    """Most cases are files as they stand."""


def _link_out(root: Path) -> None:
    outside = root.parent / f"{root.name}-outside.yaml"
    outside.write_text("apiVersion: mlspec/v1\n", encoding="utf-8")
    (root / "specs" / "borrowed.yaml").symlink_to(outside)


def _link_to_nothing(root: Path) -> None:
    (root / "specs" / "gone.yaml").symlink_to("not-there.yaml")


def _folder_as_file(root: Path) -> None:
    (root / "specs" / "folder.yaml").mkdir()
    (root / "specs" / "folder.yaml" / "demnd.yaml").write_bytes((root / "specs" / "demand.yaml").read_bytes())


def _too_large(root: Path) -> None:
    (root / "specs" / "large.yaml").write_text("# a long comment\n" * 150, encoding="utf-8")


def _specs_out(root: Path) -> None:
    outside = root.parent / f"{root.name}-specs"
    (root / "specs").rename(outside)
    (root / "specs").symlink_to(outside)


def _pipe(root: Path) -> None:
    os.mkfifo(root / "specs" / "pipe.yaml")


MADE: dict[str, Callable[[Path], None]] = {
    "load-link-out-of-the-repository": _link_out,
    "load-link-to-nothing": _link_to_nothing,
    "load-folder-named-like-a-file": _folder_as_file,
    "load-file-too-large": _too_large,
    "load-specs-folder-is-a-link-out": _specs_out,
    "load-pipe": _pipe,
}
"""Cases whose mistake can't stand in Git, or should not: links out of the repository, a file that is large."""
LOW: dict[str, Limits] = {
    "load-aliases-expand-too-far": Limits(values=100),
    "load-file-too-large": Limits(size=2_000),
    "load-nested-far-too-deep": Limits(depth=8),
    "load-nested-too-deep": Limits(depth=8),
    "load-nested-too-deep-in-blocks": Limits(depth=8),
}
"""Cases with limits set low: nothing in them would harm other software."""
