"""A healthy project to examine, copied for each test, and shorthand for asking what one check says."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from support.cli import commit, repository
from support.projects import SPECS

from mlspec.setup.doctor.examine import open_project
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Finding, Verdict

LOCK = """\
dvc==3.67.1 \\
    --hash=sha256:065665c041c42a5938ed220bdcd7230f22527fbec085e1853d2402c8a3615d9d
dvc-s3==3.3.0 --hash=sha256:065665c041c42a5938ed220bdcd7230f22527fbec085e1853d2402c8a3615d9d
mlspec_gitops[s3] @ https://example.org/mlspec_gitops-0.1.0-py3-none-any.whl \\
    --hash=sha256:065665c041c42a5938ed220bdcd7230f22527fbec085e1853d2402c8a3615d9d
"""
HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
OWNED = SPECS["mlspec.yaml"].replace("{name: shop}", '{name: shop, owner: "@ada"}') + f'  python: "{HERE}"\n'


def template(folder: Path) -> Path:
    """A project, its bare remote and its storage, with nothing wrong."""
    root = repository(folder, {**SPECS, "mlspec.yaml": OWNED})
    (root / "requirements.lock").write_text(LOCK)
    commit(root, "Lock")
    return folder


def copied(template: Path, folder: Path) -> Path:
    """A copy to spoil; the project's root."""
    shutil.copytree(template, folder, dirs_exist_ok=True, symlinks=True)
    return folder / "project"


def ask(root: Path, check: Callable[[Examined], Verdict]) -> Verdict:
    return check(open_project(root))


def told(root: Path, examine: Callable[[Examined], Iterator[Finding]], check: str) -> Verdict:
    """What an area's check says."""
    return next(f.verdict for f in examine(open_project(root)) if f.check == check)
