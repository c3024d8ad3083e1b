"""The guide "First day on GitHub", walked line by line: bash runs its commands, the settings land on a stand-in for GitHub that knows each
plan's limits, and what doctor is quoted with is what doctor says at that point. At the end nothing is left to mend.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.cli import BIN, environment, git
from support.doctor_world import outcomes, template, told_of_github
from support.github_server import TOKEN
from support.github_settable import SettableServer, install_gh

from mlspec.setup.doctor.examine import open_project

pytestmark = pytest.mark.e2e
GUIDE = Path(__file__).resolve().parents[2] / "docs/guides/first-day-on-github.md"
BLOCK = re.compile(r"^```(sh|text)(?: ([a-z ]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLANS = {"enterprise": "enterprise", "team": "team", "free": "free", "public": "free"}
"""What a block of the guide is for -> the owner's plan; `public` is a public repository, all others are private."""
OIDC = '{url: s3://acme-ml/shop, oidc: {role: "arn:aws:iam::123456789012:role/ci", region: eu-west-1}}'
MLSPEC = f"""#!{sys.executable}
import runpy, sys
from mlspec.cli.main import app as main
if sys.argv[1] not in ("doctor", "promote", "run"):  # these three need a token's owner, a trained model, a storage: they are parsed
    runpy.run_path({str(BIN / "mlspec")!r}, run_name="__main__")
with main.make_context("mlspec", sys.argv[1:]) as context:
    name, command, rest = main.resolve_command(context, sys.argv[1:])
    command.make_context(name, rest, parent=context)
"""


@dataclass(frozen=True)
class Block:
    kind: str
    plans: frozenset[str]
    text: str


def blocks() -> Iterator[Block]:
    for found in BLOCK.finditer(GUIDE.read_text(encoding="utf-8")):
        yield Block(found[1], frozenset((found[2] or " ".join(PLANS)).split()), found[3])


@dataclass(frozen=True)
class Walk:
    """A project on somebody's machine, with `gh` and `mlspec` that the guide's lines call."""

    root: Path
    github: SettableServer
    tools: Path

    def run(self, script: str) -> None:
        """One block, in a shell that has what earlier blocks set."""
        state = self.tools / "state"
        state.touch()
        more = {"GITHUB_API_URL": self.github.url, "GH_TOKEN": TOKEN, "GH_LOG": str(self.tools / "log")}
        more |= {"PATH": f"{self.tools}{os.pathsep}{environment()['PATH']}"}
        # to the bare repository goes what is pushed; what doctor reads of the remote stays github.com's
        more |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{self.github.bare}.pushInsteadOf", "GIT_CONFIG_VALUE_0": "https://github.com/acme/shop.git"}  # fmt: skip
        whole = f"set -euo pipefail; set -a; . {state}; \n{script}\nexport -p | grep -E '^declare -x (REPO|TEAM)=' > {state} || true\n"
        done = subprocess.run(["bash", "-c", whole], cwd=self.root, env=environment() | more, capture_output=True, text=True, check=False, timeout=120)  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"

    def said(self) -> list[str]:
        """Doctor's lines about GitHub now, with single spaces."""
        return [f"{v.outcome} {check} {v.what}" for check, v in told_of_github(open_project(self.root)).items()]


def _bare(folder: Path) -> Path:
    git(folder.parent, "init", "--quiet", "--bare", "--initial-branch", "main", str(folder))
    return folder


@pytest.fixture
def walk(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walk]:
    root = template(tmp_path) / "project"
    git(root, "remote", "remove", "origin")
    spec = root / "mlspec.yaml"
    spec.write_text("\n".join(f"  storage: {OIDC}" if "storage:" in line else line for line in spec.read_text().splitlines()) + "\n")
    tools = install_gh(tmp_path / "tools")
    (tools / "mlspec").write_text(MLSPEC)
    shutil.copymode(tools / "gh", tools / "mlspec")
    with SettableServer("acme/shop", _bare(tmp_path / "github.git"), PLANS[request.param]) as github:
        for name in [n for n in os.environ if n.startswith(("GIT", "AWS_", "ACTIONS_"))]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        monkeypatch.setenv("GH_TOKEN", TOKEN)
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        yield Walk(root, github, tools)
        assert github.violations == []


@pytest.mark.parametrize(("walk", "plan"), [(p, p) for p in PLANS], indirect=["walk"], ids=list(PLANS))
def test_line_by_line(walk: Walk, plan: str) -> None:
    quoted = 0
    for block in blocks():
        if plan not in block.plans:
            continue
        if block.kind == "sh":
            walk.run(block.text)
            continue
        said = [" ".join(line.split()) for line in walk.said()]
        for line in (" ".join(line.split()) for line in block.text.splitlines()):
            quoted += 1
            assert any(s.startswith(line.removesuffix("…")) if line.endswith("…") else s == line for s in said), (
                f"{line}\nis not in\n" + "\n".join(said)
            )
    found = told_of_github(open_project(walk.root))
    assert outcomes(found, "problem") == outcomes(found, "skipped") == set()
    assert walk.github.made and walk.github.repository.private == (plan != "public")
    assert (outcomes(found, "limited") == set()) == (plan in ("enterprise", "public"))
    assert quoted > 12


@pytest.mark.parametrize("plan", PLANS)
def test_every_plan_has_its_own_words(plan: str) -> None:
    """A block that names plans names known ones, and each plan has one that is not for all."""
    assert all(block.plans <= set(PLANS) for block in blocks())
    assert [block for block in blocks() if plan in block.plans and block.plans != set(PLANS)]


@pytest.mark.parametrize("walk", ["team"], indirect=True)
def test_a_step_that_is_left_out_is_told(walk: Walk) -> None:
    """Without the ruleset, doctor has problems: the walk proves something."""
    for block in blocks():
        if block.kind == "sh" and "team" in block.plans and "/rulesets" not in block.text:
            walk.run(block.text)
    found = told_of_github(open_project(walk.root))
    assert {"pull requests", "required checks", "bypass"} <= outcomes(found, "problem")


@pytest.mark.parametrize(("walk", "says"), [("team", "billing plan"), ("free", "Upgrade to GitHub Pro")], indirect=["walk"])
def test_what_a_plan_lacks_is_refused(walk: Walk, says: str) -> None:
    """The lines for another plan do not work: that is why the guide has others."""
    mine, other = ("/environments/production", "enterprise") if says == "billing plan" else ("/rulesets", "team")
    lines = [b.text for b in blocks() if b.kind == "sh" and other in b.plans and any(w in b.text for w in ("REPO=", "TEAM=", mine))]
    with pytest.raises(AssertionError, match=says):
        walk.run("\n".join(lines))
