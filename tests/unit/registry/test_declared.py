"""What an environment file declared, however broken it is; and which files are looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.git_repos import commit_all, start
from support.line_world import LineWorld
from support.records import deployment

from mlspec.adapters.git.repository import Repository
from mlspec.registry.branch import Line, open_line
from mlspec.registry.declared import Declared, deployments_at, has_word, only, read_deployments
from mlspec.registry.tags.merged import read_merged

FULL = deployment(
    "staging", version="v1.0.0", digest="'sha256:a'", previous="none", claim="'sha256:b'", hold="{until: '2026-12-01', reason: no}"
)


def test_everything_that_history_tells_of_is_read() -> None:
    (found,) = read_deployments(FULL.encode())
    hold = {"until": "2026-12-01", "reason": "no"}
    assert found == Declared("staging", "demand", "demand", "v1.0.0", "sha256:a", "none", "sha256:b", "local-rest", hold)
    assert (found.ref, found.standing) == ("deployment/staging/demand", ("v1.0.0", "sha256:a", "sha256:b"))


def test_several_documents_declare_several_and_one_broken_declares_nothing() -> None:
    text = f"{FULL}---\n{deployment('canary', 'second')}---\nkind: Policy\n---\n"
    assert [d.ref for d in read_deployments(text.encode())] == ["deployment/staging/demand", "deployment/canary/second"]
    assert read_deployments(b"kind: Deployment\nspec: [") == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: Deployment", "kind: Model"),
        ("environment: staging", "environment: [staging]"),
        ("name: demand", "name: 3"),
        ("  model: demand\n", ""),
        ("spec:\n", "spec: text\nrest:\n"),
        ("metadata: {", "metadata: [], other: {"),
    ],
)
def test_a_deployment_without_its_names_is_none(old: str, new: str) -> None:
    assert old in FULL
    assert read_deployments(FULL.replace(old, new).encode()) == ()


@pytest.mark.parametrize("value", ["3", "[v1.0.0]", "{a: b}", "null", "true"])
def test_a_version_that_is_no_text_is_no_version(value: str) -> None:
    (found,) = read_deployments(FULL.replace("version: v1.0.0", f"version: {value}").encode())
    assert found.version is None
    (found,) = read_deployments(FULL.replace("{until: '2026-12-01', reason: no}", value).encode())
    assert found.hold in (None, {"a": "b"})


def test_one_is_found_by_environment_and_name() -> None:
    both = read_deployments(f"{FULL}---\n{deployment('staging', 'second')}".encode())
    assert only(both, "staging", "second") == both[1]
    assert only(both, "production", "second") is None
    assert only((), "staging", "demand") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("model: demand", True), ("demand", True), ("{demand}", True), ("demand-2", False), ("on-demand", False), ("demands", False),
        ("xdemand demand", True), ("", False), ("Demand", False),
    ],
)  # fmt: skip
def test_a_word_is_looked_for_as_a_whole(text: str, found: bool) -> None:
    assert has_word(text.encode(), "demand") is found
    assert has_word(text.encode(), None)


def test_a_name_is_no_pattern() -> None:
    assert has_word(b"a.b", "a.b")
    assert not has_word(b"axb", "a.b")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    files = {
        "environments/staging/demand.yaml": FULL,
        "environments/staging/second.yml": deployment("staging", "second", "other"),
        "environments/staging/elsewhere.yaml": deployment("production", "stray"),
        "environments/staging/notes.txt": deployment("staging", "text"),
        "environments/production/broken.yaml": "kind: [",
        "specs/demand.yaml": deployment("staging", "spec"),
    }
    return open_line(LineWorld(tmp_path_factory.mktemp("deployments") / "project").start(files).write())


@pytest.mark.parametrize(
    ("environment", "word", "names"),
    [
        (None, None, ["demand", "second", "stray"]),
        ("staging", None, ["demand", "second"]),  # what a folder holds of another environment is not of this one
        ("production", None, []),
        (None, "other", ["second"]),
        ("staging", "demand", ["demand"]),
        ("absent", None, []),
    ],
)
def test_those_of_a_commit(line: Line, environment: str | None, word: str | None, names: list[str]) -> None:
    found = deployments_at(line, line.tip, environment, word)
    assert sorted(d.name for _, d in found.values()) == names
    assert all(path.endswith((".yaml", ".yml")) for path, _ in found.values())


NEW = "apiVersion: mlspec/v1\nkind: Deployment\nmetadata: {name: demand, environment: staging}\nspec: {model: demand, version: v1.0.0, digest: d}\n"
OLD = NEW.replace("/v1\n", "/v1alpha1\n").replace(", environment: staging}", "}").replace("{model:", "{environment: staging, model:")


@pytest.mark.parametrize("text", [NEW, OLD], ids=["v1", "v1alpha1"])
def test_every_version_of_the_language_is_read(text: str) -> None:
    [found] = read_deployments(text.encode())
    assert (found.ref, found.model, found.version, found.digest, found.claim) == (
        "deployment/staging/demand",
        "demand",
        "v1.0.0",
        "d",
        None,
    )


@pytest.mark.parametrize("text", [NEW, OLD], ids=["v1", "v1alpha1"])
def test_tags_and_history_have_it_from_one_reader(tmp_path: Path, text: str) -> None:
    root = start(tmp_path / "work")
    (root / "environments/staging").mkdir(parents=True)
    (root / "environments/staging/demand.yaml").write_text(text)
    (root / "environments/staging/link.yaml").symlink_to("demand.yaml")
    (root / "mlspec.yaml").write_text("")
    tip = commit_all(root)
    [move] = read_merged(Repository(root), tip).moves
    assert (move.place, move.commit, move.model, move.version, move.before, move.claim) == (
        ("staging", "demand"), tip, "demand", "v1.0.0", None, None,
    )  # fmt: skip
    assert list(deployments_at(open_line(root), tip)) == ["deployment/staging/demand"]
