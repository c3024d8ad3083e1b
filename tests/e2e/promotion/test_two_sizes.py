"""Both sizes of an installation give one answer wherever the base gives one, and where it can't, it names the extra: every verb there is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from support import base_install
from support.cli import git
from support.promotion_world import World, commit, replace, run

from mlspec.cli.ci import STEPS
from mlspec.cli.main import VERBS
from mlspec.diagnostics import extras

pytestmark = pytest.mark.e2e

ANSWERS = {
    "plan": ("plan --format json", "plan"),
    "apply": ("apply --check", "apply"),
    "fmt": ("fmt --check",),
    "migrate": ("migrate --check",),
    "explain": ("explain model/demand",),
    "run": ("run",),  # all is current
    "history": ("history deployment/staging/demand --format json",),
    "at": ("at 2099-01-01 staging",),
    "diff": ("diff model/demand@v1.0.0 model/demand@v1.0.0",),
    "lineage": ("lineage model/demand",),
    "tag": ("tag --dry-run",),
    "evidence": ("evidence demand v1.0.0",),
    "export": ("export feast",),  # there is no set to write
    "approvals": ("approvals --base HEAD~1",),
    "deployment": ("deployment add model/demand --env production",),
    "eject": ("eject --dry-run",),
    "materialize": ("materialize",),  # no set is online
    "ci plan": ("ci plan --base HEAD~1 --format json",),
    "ci refresh": ("ci refresh",),
    "ci deploys": ("ci deploys",),
    "ci supersede": ("ci supersede staging",),
    "ci batches": ("ci batches",),
}
"""Verb -> commands that print, write and end the same in both sizes."""
LACKS = {
    "gate": "gate",
    "import": "import dvc.yaml --dry-run",
    "forget": "forget --key north",
    "gc": "gc",
    "labels": "labels next",
    "profile": "profile source/sales",
    "register": "register model/demand",
    "promote": "promote model/demand --to staging",
    "verify": "verify",
    "compare": "compare model/demand demand@v1.0.0",
    "leaderboard": "leaderboard model/demand demand@v1.0.0",
    "experiment": "experiment try model/demand estimator.params.alpha=5",
    "seeds": "seeds model/demand",
    "why": "why model/demand --since v1.0.0",
    "reproduce": "reproduce model/demand --here",
    "rollback": "rollback deployment/staging/demand --reason slow",
    "reconcile": "reconcile --env staging",
    "ci train": "ci train --shard models-1 --results results",
    "ci gather": "ci gather --results results --report report",
}
"""Verb -> a command that says which extra to install, where the base is all there is. Here something is stale."""
OTHERWISE = {"ci", "validate", "doctor", "schema", "lsp", "status", "init", "contract"} | {
    f"ci {step}" for step in ("record", "statuses", "retarget", "sign", "propose")
}
"""Told apart below; `ci` is the group; five steps of it need the extra only once there is something to do."""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base_install.make(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def roots(proposed_once: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A world for each size."""
    small, large = (proposed_once.copy(tmp_path_factory.mktemp(name)).root for name in ("small", "large"))
    return small, large


@pytest.fixture(scope="module")
def stale(python: Path, proposed_once: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = proposed_once.copy(tmp_path_factory.mktemp("stale")).root
    replace(root, "specs/demand.yaml", "alpha: 1.0", "alpha: 2.0")
    assert base_install.run(python, root, "apply").code == 0
    commit(root)
    planned = base_install.run(python, root, "ci", "plan")
    assert planned.code == 0 and "models-1" in planned.out
    return root


def test_every_verb_is_tried() -> None:
    assert {*ANSWERS, *LACKS} | OTHERWISE == set(VERBS) | {f"ci {step}" for step in STEPS}


@pytest.mark.parametrize("words", [words for commands in ANSWERS.values() for words in commands])
def test_the_answer_is_the_same(python: Path, roots: tuple[Path, Path], words: str) -> None:
    small, large = roots
    base, whole = base_install.run(python, small, *words.split()), run(large, *words.split())
    assert (base.code, base.out) == (whole.code, whole.out), base.text + whole.text
    assert base.text.strip() and "MLS0008" not in base.text
    assert written(small) == written(large)


def written(root: Path) -> dict[str, bytes]:
    """What stands in the working tree, but for the notes of the one machine."""
    found = git(root, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    return {path: (root / path).read_bytes() for path in found if (root / path).is_file()}


@pytest.mark.parametrize("words", LACKS.values())
def test_what_needs_the_extra_names_it(python: Path, stale: Path, words: str) -> None:
    before = git(stale, "status", "--porcelain")
    told = base_install.run(python, stale, *words.split())
    assert (told.code, "[MLS0008]" in told.err, "`pip install 'mlspec-gitops[local]'`" in told.err) == (1, True, True), told.text
    assert git(stale, "status", "--porcelain") == before


def test_a_contract_is_written_with_an_extra_of_its_own(python: Path, roots: tuple[Path, Path]) -> None:
    small, large = roots
    told = base_install.run(python, small, "contract", "export", "source/sales")
    assert (told.code, "[MLS0008]" in told.err, "`pip install 'mlspec-gitops[contract]'`" in told.err) == (1, True, True), told.text
    assert "kind: DataContract" in run(large, "contract", "export", "source/sales").out


def test_a_proposal_is_pushed_by_the_base_too_and_goes_unsigned_where_there_is_no_key(
    python: Path, proposed_once: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = proposed_once.copy(tmp_path_factory.mktemp("proposals"))
    folder = world.home / "proposals"
    for step in ("sign", "propose"):
        nothing = base_install.run(python, world.root, "ci", step, "--from", str(folder))
        assert (nothing.code, nothing.err) == (0, "")
    run(world.root, "promote", "model/demand", "--to", "staging", "--proposal", str(folder), check=0)
    unsigned = base_install.run(python, world.root, "ci", "sign", "--from", str(folder))
    assert (unsigned.code, "not signed: there is no key here" in unsigned.out) == (0, True), unsigned.text
    pushed = base_install.run(python, world.root, "ci", "propose", "--from", str(folder))
    assert (pushed.code, "MLS0008" in pushed.err) == (0, False), pushed.text
    assert "mlspec/promote" in git(world.root, "ls-remote", "origin")


def test_run_stops_before_the_first_stage(python: Path, stale: Path) -> None:
    told = base_install.run(python, stale, "run")
    assert told.code == 1 and "[MLS0008]" in told.err and "failed" not in told.err


def test_validate_says_what_it_left_out(python: Path) -> None:
    """Nobody takes for checked what nobody looked at: a note and other words, with --strict an error; with the extra, neither."""
    example = base_install.ROOT / "example-project"
    told = base_install.run(python, example, "validate")
    assert told.code == 0 and told.err.count("MLS0009") == 1 and told.out.startswith("ok, as far as it was checked: ")
    assert "7 texts of SQL, 3 estimator classes (duckdb, scikit-learn not installed)" in told.err
    strict = base_install.run(python, example, "validate", "--strict", "--format", "json")
    assert strict.code == 1 and [d["severity"] for d in json.loads(strict.out)["diagnostics"] if d["code"] == "MLS0009"] == ["error"]
    whole = run(example, "validate", "--strict")
    assert (whole.code, whole.out.startswith("ok: "), "MLS0009" in whole.err) == (0, True, False)


def test_status_needs_the_extra_where_a_server_may_run(python: Path, roots: tuple[Path, Path]) -> None:
    small, large = roots
    base, whole = base_install.run(python, small, "status", "model/demand"), run(large, "status", "model/demand")
    assert (base.code, base.out) == (whole.code, whole.out)


def test_schemas_are_the_same(python: Path, tmp_path: Path) -> None:
    for name, size in (("small", python), ("large", Path(sys.executable))):
        assert base_install.run(size, tmp_path, "schema", "--out", name).code == 0
    small, large = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("small", "large"))
    assert small == large and len(small) > 10


def test_doctor_goes_on_and_tells_the_size(python: Path, roots: tuple[Path, Path]) -> None:
    told = base_install.run(python, roots[0], "doctor", "--format", "json")
    found = {f["check"]: f for f in json.loads(told.out)["findings"]}
    assert told.code == 1
    assert {name: found[name]["outcome"] for name in ("libraries", "DVC", "DVC's YAML parser", "read and write", "generated files")} == {
        "libraries": "problem",
        "DVC": "problem",
        "DVC's YAML parser": "skipped",
        "read and write": "skipped",
        "generated files": "ok",
    }
    assert "mlspec-gitops[local]" in found["libraries"]["fix"]


@pytest.mark.parametrize(("words", "code", "extra"), [("init", "MLS0008", "local"), ("lsp", "MLS0005", "lsp")])
def test_outside_of_a_project(python: Path, tmp_path: Path, words: str, code: str, extra: str) -> None:
    told = base_install.run(python, tmp_path, words)
    assert (told.code, f"[{code}]" in told.err, f"[{extra}]" in told.err) == (1, True, True), told.text
    assert list(tmp_path.iterdir()) == []


def test_it_is_the_base_that_was_tried(python: Path) -> None:
    found = {name.lower() for name in base_install.base_distributions()}
    assert {"click", "pydantic", "pyyaml"} <= found and len(found) < 12
    assert not found & set(extras.LOCAL.values())
