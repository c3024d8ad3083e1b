"""One module spells the folders of a project."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlspec.compiler.project import layout
from mlspec.runtime.fence import refused

ROOT = Path(layout.__file__).resolve().parents[2]
FOLDERS = ("pipelines", "registry", "promotions", "environments", "specs", ".mlspec", ".github/workflows")
PATH = re.compile(rf"[!^]?(\./)?(\*\*/)?({'|'.join(map(re.escape, FOLDERS))})(/\S*)?")
HOMES = {
    "compiler/project/layout.py": "the home itself",
    "language/yaml/spec_files.py": "the language says where specs stand; the home has it from there",
    "runtime/fence/refused.py": "stages know nothing of the compiler; held against it below",
}
WORDS = {
    "environments": "a key of a Project or Waiver, and a page of GitHub's",
    "specs": "a digest's name, and a check's",
    "registry": "a key of a Claim",
    "pipelines": "the ejected workflow's name",
}
"""Words that name no folder where they stand alone, in these modules."""
WORDED = {
    "adapters/github/settings.py", "ci/propose/refresh_body.py", "compiler/check/schedules.py", "compiler/memory/known.py", "compiler/check/waivers.py", "language/kinds/versions/v1alpha1/policy.py",
    "lsp/symbols.py", "promotion/body.py", "promotion/loosening/project.py", "promotion/proposals/kinds.py", "promotion/register/body.py",
    "registry/history/diff_forms.py", "registry/history/objects.py", "setup/doctor/files.py", "setup/doctor/github/environments.py",
    "setup/doctor/github/settings.py", "setup/eject/workflow.py", "setup/export/feast.py", "setup/init/files.py",
}  # fmt: skip


def paths_in(text: str) -> Iterator[tuple[int, str]]:
    """Strings that are such a folder, or begin with one and have no space; what people read and docstrings are not meant."""
    tree = ast.parse(text)
    docstrings = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings and PATH.fullmatch(node.value):
            yield node.lineno, node.value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('a = "pipelines/models/x"', True),
        ('a = f"pipelines/data/{x}"', True),
        ('a = root / ".mlspec" / "state"', True),
        ('a = ["--", "registry"]', True),
        ('a = "!pipelines/**/*.json"', True),
        ('a = "declare it under specs/"', False),
        ('def f():\n    """pipelines/models"""', False),
        ('a = "spec.environments"', False),
    ],
)
def test_what_spells_a_folder(text: str, *, found: bool) -> None:
    assert bool(list(paths_in(text))) is found


def test_no_other_module_spells_the_folders() -> None:
    wrong = []
    for module in sorted(ROOT.rglob("*.py")):
        name = module.relative_to(ROOT).as_posix()
        if name not in HOMES:
            found = [(n, s) for n, s in paths_in(module.read_text(encoding="utf-8")) if not (name in WORDED and s in WORDS)]
            wrong += [f"mlspec/{name}:{line}: {text!r}: use mlspec.compiler.project.layout" for line, text in found]
    assert not wrong, "\n".join(wrong)


def test_a_stage_s_advice_knows_the_same_places(tmp_path: Path) -> None:
    source = Path(refused.__file__).read_text(encoding="utf-8")
    pattern = next(text for _, text in paths_in(source) if "(" in text)
    made = re.fullmatch(pattern, layout.source_output("sales"))
    assert made
    assert made[1] == "sales"
    assert {text for _, text in paths_in(source)} == {pattern, f"{layout.PIPELINES}/"}


def test_places() -> None:
    assert layout.object_folder("source/sales") == layout.source_folder("sales") == "pipelines/data/sales"
    assert layout.object_folder("model/demand") == layout.model_folder("demand") == "pipelines/models/demand"
    assert layout.lock_of(layout.model_folder("demand")) == "pipelines/models/demand/dvc.lock"
    assert (layout.is_made("pipelines/data/x"), layout.is_made("pipelines"), layout.is_made("pipelines.csv")) == (True, False, False)
    assert layout.record_path("demand", "v1.0.0") == "registry/demand/v1.0.0.yaml"
    assert layout.environment_file("staging", "demand") == "environments/staging/demand.yaml"
    assert layout.pull_request_text("mlspec/promote/staging/demand/v1.0.0") == ".mlspec/pull-requests/promote-staging-demand-v1.0.0.md"
