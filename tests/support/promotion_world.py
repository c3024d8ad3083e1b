"""A small project with a Git remote and a DVC remote, for tests of promotions: trained once, copied for each test.

`deployed`: v1.0.0 stands in staging. `proposed`: a better model is trained and merged, and its promotion to staging waits on a branch.
Everything is named by relative paths, so that a copy is a world of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml
from support.cli import BIN, Result, command, environment, git
from support.projects import KPIS, MODEL, PROJECT, SPECS
from support.shared import Shared, copy_into

BRANCH = "mlspec/promote/staging/demand/v1.1.0"
RECORD, CLAIM = "registry/demand/v1.1.0.yaml", "promotions/staging/demand/v1.1.0.yaml"
ENVIRONMENT = "environments/staging/demand.yaml"
LOCK = "pipelines/models/demand/dvc.lock"

CODE = '''\
"""An estimator of the project's own."""

from sklearn.linear_model import Ridge


class Level(Ridge):
    """Ridge, by another name."""
'''
ESTIMATOR = "{class: worldcode.level.Level, params: {alpha: 200.0}}"


def rows(days: int = 300) -> str:
    """CSV rows with a signal and no two alike: count falls with price."""
    dice = random.Random(5)
    lines = ["day,shop,price,count"]
    for number in range(days):
        for shop, level in (("north", 75), ("south", 77)):
            price = round(dice.uniform(1, 5), 5)
            day = f"2024-{1 + number // 28:02d}-{1 + number % 28:02d}"
            lines.append(f"{day},{shop},{price},{max(0, round(level - 8 * price + dice.gauss(0, 3)))}")
    return "\n".join(lines) + "\n"


WORLD = SPECS | {
    "mlspec.yaml": PROJECT.replace("  seed: 7", "  seed: 7\n  code: [worldcode]"),
    "specs/demand.yaml": MODEL.replace("{class: sklearn.linear_model.Ridge, params: {alpha: 1.0}}", ESTIMATOR),
    "specs/demand-kpis.yaml": KPIS,
    "worldcode/level.py": CODE,
    "data/sales.csv": rows(),
    "requirements.lock": "# locked\n",
}


def run(root: Path, *words: str, check: int | None = None, env: Mapping[str, str] | None = None) -> Result:
    """`mlspec …` in this process (a tenth of a process's start-up), with a clean environment and `env`; a bug of ours fails the test."""
    from mlspec.cli import console
    from mlspec.cli.main import app

    out, err = io.StringIO(), io.StringIO()
    before = Path.cwd()
    with (
        patch.dict(os.environ, {**environment(), **(env or {})}, clear=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        os.chdir(root)
        try:
            code = console.guard(lambda **_: app.main(args=list(words), standalone_mode=False))
        finally:
            os.chdir(before)
    result = Result(code, out.getvalue(), err.getvalue())
    assert code != console.EXIT_BUG, result.text
    assert "Traceback" not in result.text, result.text
    if check is not None:
        assert code == check, f"mlspec {' '.join(words)} exited {code}\n{result.text}"
    return result


def read(root: Path, path: str) -> Any:
    """A YAML file as data."""
    return yaml.safe_load((root / path).read_text())


def replace(root: Path, path: str, old: str, new: str) -> None:
    """Replace the one place where `old` stands in a file."""
    text = (root / path).read_text()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}:\n{text}"
    (root / path).write_text(text.replace(old, new))


def commit(root: Path, message: str = "Change") -> None:
    """Commit everything."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message)


@dataclass(frozen=True)
class World:
    """`home`/project, `home`/remote.git, `home`/storage."""

    home: Path

    @property
    def root(self) -> Path:
        return self.home / "project"

    @property
    def remote(self) -> Path:
        return self.home / "remote.git"

    @property
    def storage(self) -> Path:
        return self.home / "storage"

    def copy(self, home: Path) -> World:
        """A world of its own."""
        copy_into(self.home, home)
        return World(home)

    def clone(self, name: str, *options: str) -> Path:
        """Another machine's clone, without any cache."""
        git(self.home, "clone", "--quiet", *options, "remote.git" if not options else f"file://{self.remote}", name)
        return self.home / name

    def train(self, message: str = "Train") -> None:
        """Apply and run what is stale, commit and push it: results by content, too."""
        run(self.root, "apply", check=0)
        command(self.root, str(BIN / "mlspec"), "run", check=0)
        command(self.root, "dvc", "push", "--quiet", check=0)
        commit(self.root, message)
        git(self.root, "push", "--quiet", "--set-upstream", "origin", "main")

    def promote(self, to: str = "staging", *options: str) -> Result:
        return run(self.root, "promote", "model/demand", "--to", to, *options, check=0)

    def propose(self, branch: str = BRANCH) -> None:
        """Check out main with a promotion's branch merged, not pushed: what a required check sees."""
        git(self.root, "fetch", "--quiet", "origin")
        git(self.root, "merge", "--quiet", "--no-ff", "--message", f"Merge {branch}", f"origin/{branch}")

    def merge(self, branch: str = BRANCH) -> None:
        """Merge a promotion and push main."""
        self.propose(branch)
        git(self.root, "push", "--quiet", "origin", "main")

    def verify(self, base: str = "origin/main", now: datetime | None = None) -> Result:
        """`mlspec verify --base`; with `now`, the same check at another time."""
        if now is None:
            return run(self.root, "verify", "--base", base)
        from mlspec.promotion.verify import change as check_change

        original: Callable[..., Any] = check_change.check_change
        with patch.object(check_change, "check_change", lambda *args: original(*args, now=now)):
            return run(self.root, "verify", "--base", base)

    def refused(self, result: Result, code: str, *words: str) -> None:
        """The check said no, with this code, and named what moved."""
        assert result.code == 1, result.text
        assert f"[{code}]" in result.text, result.text
        for word in words:
            assert word in result.text, f"{word!r} is not named:\n{result.text}"


def make_trained(home: Path, files: Mapping[str, str]) -> World:
    """A project of these files beside its remote, trained, and merged."""
    world = World(home)
    for path, text in files.items():
        (world.root / path).parent.mkdir(parents=True, exist_ok=True)
        (world.root / path).write_text(text)
    git(home, "init", "--quiet", "--bare", "--initial-branch", "main", "remote.git")
    git(world.root, "init", "--quiet", "--initial-branch", "main")
    git(world.root, "remote", "add", "origin", "../remote.git")
    world.train("Start")
    return world


def make_deployed(home: Path) -> World:
    """Train v1.0.0 and merge its promotion to staging."""
    world = make_trained(home, WORLD)
    world.promote()
    world.merge("mlspec/promote/staging/demand/v1.0.0")
    return world


def make_better(deployed: World, home: Path) -> World:
    """Train a better model, and merge it."""
    world = deployed.copy(home)
    replace(world.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 1.0")
    world.train("A better model")
    return world


def make_proposed(better: World, home: Path) -> World:
    """Propose the better model to staging."""
    world = better.copy(home)
    world.promote()
    return world


def deployed_of(shared: Shared) -> World:
    """`make_deployed`, once in a run; to be copied."""
    return World(shared.once("deployed", make_deployed))


def better_of(shared: Shared) -> World:
    """`make_better`, once in a run; to be copied."""
    deployed = deployed_of(shared)
    return World(shared.once("better", lambda home: make_better(deployed, home)))


def proposed_of(shared: Shared) -> World:
    """`make_proposed`, once in a run; to be copied."""
    better = better_of(shared)
    return World(shared.once("proposed", lambda home: make_proposed(better, home)))


def rebind(root: Path) -> None:
    """What a forger does after an edit: make record, claim and environment file name each other's digests again."""
    for path, key, of in ((CLAIM, "registry", RECORD), (ENVIRONMENT, "claim", CLAIM)):
        named = read(root, path)
        old = named["spec"][key] if "spec" in named else named[key]
        new = "sha256:" + hashlib.sha256((root / of).read_bytes()).hexdigest()
        if old != new:
            replace(root, path, old, new)


def forge(root: Path, path: str, edit: Callable[[Any], None]) -> None:
    """Edit a record or a claim as data, write it back, bind all digests again, commit."""
    from mlspec.language.yaml.write import dump

    data = read(root, path)
    edit(data)
    (root / path).write_text(dump(data))
    rebind(root)
    commit(root, f"Forge {path}")
