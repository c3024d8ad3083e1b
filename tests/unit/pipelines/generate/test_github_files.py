"""CODEOWNERS and dependabot.yml: what they say, that hostile text adds no line, that GitHub's reader and the linters take them."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from support.cli import BIN
from support.projects import PROJECT, SPECS
from support.workflow_projects import HOSTILE, hostile

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import compile_inputs
from mlspec.compiler.project.codeowners import owners_of, read
from mlspec.compiler.project.github import CODEOWNERS, DEPENDABOT, PINNED_ACTIONS
from mlspec.language.yaml.header import HEADER_LINE
from mlspec.language.yaml.write import Commented
from mlspec.pipelines.generate.github_actions import pins
from mlspec.pipelines.generate.render import render

OWNED = SPECS | {"mlspec.yaml": PROJECT.replace("{name: shop}", '{name: shop, owner: "@acme/ml"}')}
POLICY = """\
apiVersion: mlspec/v1
kind: Policy
metadata: {name: careful}
spec: {environments: [production], require: {maxEvaluationAge: 14d}}
"""


def files(specs: dict[str, str], *, lock: str = "requirements.lock", written: Mapping[str, bytes] | None = None) -> dict[str, str]:
    by_path = {path.replace("__", "/").replace("_", "."): text for path, text in (written or {}).items()}
    inputs = Inputs({path: text.encode() for path, text in specs.items()}, {}, frozenset({lock}), hand_written=by_path)
    compiled = compile_inputs(Path("/nowhere"), inputs)
    assert compiled.project and compiled.graph, compiled.diagnostics
    texts = render(compiled.project, compiled.graph)
    return {path: text for path, text in texts.items() if path in (CODEOWNERS, DEPENDABOT)}


def owner(specs: dict[str, str], path: str, text: str) -> dict[str, str]:
    """The specs with an owner for the object in a file."""
    return specs | {path: specs[path].replace("metadata: {name:", f'metadata: {{owner: "{text}", name:', 1)}


def test_who_owns_what() -> None:
    specs = owner(owner(OWNED, "specs/demand.yaml", "@acme/sales"), "environments/production/demand.yaml", "@acme/leads @ada")
    text = files(specs | {"specs/policies.yaml": POLICY})[CODEOWNERS]
    assert text.splitlines() == [
        HEADER_LINE,
        "# Who must approve what. GitHub takes the last line that matches, so folders come first. Owners are those of the specs.",
        "/.github/ @acme/ml",
        "/environments/ @acme/ml",
        "/promotions/ @acme/ml",
        "/registry/ @acme/ml",
        "/mlspec.yaml @acme/ml",
        "/requirements.lock @acme/ml",
        "/environments/production/demand.yaml @acme/leads @ada",
        "/specs/demand.yaml @acme/sales",
        "/specs/policies.yaml @acme/ml",
    ]
    lines = read(text.encode())
    assert len(lines) == 9
    assert owners_of(lines, "environments/staging/demand.yaml") == ("@acme/ml",)
    assert owners_of(lines, "environments/production/demand.yaml") == ("@acme/leads", "@ada")
    assert owners_of(lines, "specs/sales.yaml") == ()


def test_a_policy_is_approved_by_its_own_owner_whoever_else_is_in_the_file() -> None:
    shared = POLICY + "---\n" + owner(SPECS, "specs/demand.yaml", "@acme/sales")["specs/demand.yaml"]
    specs = {path: text for path, text in OWNED.items() if path != "specs/demand.yaml"} | {"specs/all.yaml": shared}
    assert "/specs/all.yaml @acme/ml\n" in files(specs)[CODEOWNERS]
    own = specs | {"specs/all.yaml": shared.replace("{name: careful}", '{name: careful, owner: "@acme/risk"}')}
    assert "/specs/all.yaml @acme/risk\n" in files(own)[CODEOWNERS]


def test_objects_in_one_file_share_their_owners() -> None:
    both = (
        owner(SPECS, "specs/demand.yaml", "@b")["specs/demand.yaml"] + "---\n" + owner(SPECS, "specs/sales.yaml", "@a")["specs/sales.yaml"]
    )
    specs = {path: text for path, text in OWNED.items() if path not in ("specs/demand.yaml", "specs/sales.yaml")}
    assert "/specs/all.yaml @a @b\n" in files(specs | {"specs/all.yaml": both})[CODEOWNERS]


@pytest.mark.parametrize("name", ["Ada Lovelace", "acme", "@acme/ml\\n* @eve", "@acme/ml # all", "${{ x }}"])
def test_without_an_owner_that_github_knows_there_is_none(name: str) -> None:
    assert [*files(owner(SPECS, "mlspec.yaml", name))] == [*files(SPECS)] == [DEPENDABOT]
    strange = owner(OWNED, "specs/demand.yaml", name)
    assert files(strange)[CODEOWNERS] == files(OWNED)[CODEOWNERS]


def test_a_file_name_adds_no_line() -> None:
    path = "specs/a b#[x]*?\\\n* @eve.yaml"
    specs = {p: t for p, t in OWNED.items() if p != "specs/demand.yaml"} | {
        path: owner(SPECS, "specs/demand.yaml", "@ada")["specs/demand.yaml"]
    }
    text = files(specs)[CODEOWNERS]
    assert text.splitlines()[-1] == "/specs/a\\ b??x??????\\ @eve.yaml @ada"
    assert owners_of(read(text.encode()), path) == ("@ada",)
    assert owners_of(read(text.encode()), "src/x.py") == ()


@pytest.mark.parametrize("text", HOSTILE)
def test_free_text_reaches_neither(text: str) -> None:
    assert files(hostile(text)) == files(SPECS)


@pytest.mark.parametrize("place", ["_github__CODEOWNERS", "CODEOWNERS", "docs__CODEOWNERS"])
def test_a_hand_written_one_is_left_alone_wherever_it_is(place: str) -> None:
    assert [*files(OWNED, written={place: b"* @ada\n"})] == [DEPENDABOT]


@pytest.mark.parametrize("place", ["_github__dependabot_yml", "_github__dependabot_yaml", "renovate_json", "_renovaterc"])
def test_so_is_another_bots(place: str) -> None:
    assert [*files(OWNED, written={place: b"{}"})] == [CODEOWNERS]


def test_a_lock_that_dependabot_reads_is_kept_up_to_date() -> None:
    def updates(lock: str) -> list[tuple[str, str]]:
        text = files(SPECS | {"mlspec.yaml": PROJECT.replace("requirements.lock", lock)}, lock=lock)[DEPENDABOT]
        assert all(u["cooldown"] == {"default-days": 7} for u in yaml.safe_load(text)["updates"])
        assert ("Dependabot reads only" in text) == lock.endswith(".lock")
        return [(u["package-ecosystem"], u["directory"]) for u in yaml.safe_load(text)["updates"]]

    assert updates("requirements.txt") == [("pip", "/"), ("github-actions", "/")]
    assert updates("locks/train.txt") == [("pip", "/locks"), ("github-actions", "/")]
    assert updates("requirements.lock") == [("github-actions", "/")]


def test_zizmor_has_nothing_to_say(tmp_path: Path) -> None:
    def findings(text: str) -> str:
        (tmp_path / "dependabot.yml").write_text(text, encoding="utf-8")
        words = [str(BIN / "zizmor"), "--offline", "--quiet", "--persona=auditor", "--format=plain", str(tmp_path / "dependabot.yml")]
        return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False).stdout

    text = files(SPECS | {"mlspec.yaml": PROJECT.replace("requirements.lock", "requirements.txt")}, lock="requirements.txt")[DEPENDABOT]
    assert "No findings" in findings(text)
    assert "No findings" in findings(files(SPECS)[DEPENDABOT])
    assert "dependabot-cooldown" in findings(text.replace("default-days: 7", "default-days: 1"))


def test_the_actions_that_are_left_alone_are_those_of_the_workflows() -> None:
    pinned = {str(value.value).partition("@")[0] for value in vars(pins).values() if isinstance(value, Commented)}
    assert pinned == {*PINNED_ACTIONS}
