"""The generated registry is what mlspec writes; and of a large one, only what is asked for is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.registry_world import ENVIRONMENTS, Registry, write_registry

from mlspec.adapters.git.repository import Repository
from mlspec.diagnostics import Problems
from mlspec.registry.at_commit import compile_at, read_files
from mlspec.registry.branch import Line, open_line
from mlspec.registry.chain import find_chain
from mlspec.registry.declared import deployments_at
from mlspec.registry.entries import entries, next_version
from mlspec.registry.history.diff import compare
from mlspec.registry.history.lineage import lineage
from mlspec.registry.history.objects import Named, parse_object
from mlspec.registry.history.tell import tell
from mlspec.registry.record_files import CommitFiles
from mlspec.registry.tags.versions import tagged_versions


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    return open_line(write_registry(tmp_path_factory.mktemp("large") / "project", Registry(4, 5, tags=True, exact="m2")))


def test_every_chain_holds_but_for_the_bytes(line: Line) -> None:
    there = compile_at(line.repository, line.tip)
    for deployment in there.project.deployments.values():
        chain = find_chain(there.files, deployment)
        assert chain.claim is not None
        assert chain.entry is not None
        assert chain.claim.claim.registry == chain.entry.digest
        assert chain.claim.claim.subject.digest == chain.entry.record.digest == deployment.envelope.spec.digest
    assert {d.environment for _, d in deployments_at(line, line.tip).values()} == set(ENVIRONMENTS)


def test_only_what_is_asked_for_is_read(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    original = Repository.contents
    monkeypatch.setattr(Repository, "contents", lambda self, blobs: (read.append(len(blobs)), original(self, blobs))[1])
    files = read_files(line.repository, line.tip)
    assert isinstance(files, CommitFiles)
    assert not read
    assert [e.record.version for e in entries(files, "m1")] == [f"v1.{n}.0" for n in range(5)]
    assert next_version(files, "m1", "minor") == "v1.5.0"
    assert next_version(files, "m1", "minor", ["v1.6.0"]) == "v1.7.0"
    assert next_version(files, "other", "minor") == "v1.0.0"
    assert sum(read) == 5
    assert files["registry/m2/v1.0.0.yaml"].startswith(b"apiVersion")
    assert sum(read) == 10
    assert "registry/m2/v9.0.0.yaml" not in files
    with pytest.raises(KeyError):
        files["registry/m2/v9.0.0.yaml"]


def test_tags_name_versions_of_their_own_model_only(line: Line) -> None:
    assert tagged_versions(line.repository, "m1") == [f"v1.{n}.0" for n in range(5)]
    assert tagged_versions(line.repository, "m") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model/m1", Named("model", "m1")),
        ("m1", Named("model", "m1")),
        ("m1@v1.0.0", Named("version", "m1", version="v1.0.0")),
        ("model/m1@v1.0.0", Named("version", "m1", version="v1.0.0")),
        ("deployment/staging/m1", Named("deployment", "m1", "staging")),
        ("staging/m1", Named("deployment", "m1", "staging")),
        ("staging", Named("environment", "staging", "staging")),
        ("environment/staging", Named("environment", "staging", "staging")),
        ("source/s1", Named("source", "s1")),
        ("0" * 32 + ".dir", Named("digest", "0" * 32 + ".dir")),
        ("sha256:" + "0" * 64, Named("digest", "sha256:" + "0" * 64)),
    ],
)
def test_objects_are_told_by_their_names(line: Line, text: str, expected: Named) -> None:
    assert parse_object(line, text) == expected


@pytest.mark.parametrize("text", ["stagin", "environment/m1", "model/", "../x", "a/b/c", "m1@1.0.0", "-x", ""])
def test_what_is_no_object_is_refused(line: Line, text: str) -> None:
    with pytest.raises(Problems) as caught:
        parse_object(line, text)
    assert [d.code for d in caught.value.diagnostics] == ["MLS0003"]


def test_a_version_has_the_step_that_merged_it(line: Line) -> None:
    versions = tell(line, Named("model", "m3")).versions
    assert versions is not None
    assert [v.version for v in versions] == [f"v1.{n}.0" for n in reversed(range(5))]
    for version in versions:
        there, before = (line.repository.show(f"{version.merged.commit}{up}", version.path) for up in ("", "^"))
        assert there is not None
        assert before is None
        assert version.merged.author == "Bob <bob@example.org>"


def test_few_specs_prove_by_their_digest_what_differs(line: Line) -> None:
    found = compare(line, Named("version", "m2", version="v1.0.0"), Named("version", "m2", version="v1.3.0"))
    assert found.specs.changes == [("model/m2 estimator.params.alpha", 1.0, 4.0)]
    assert [(p.name, p.before, p.after) for p in found.packages or ()] == [("numpy", "2.0", "2.3")]


def test_a_source_is_followed_down(line: Line, tmp_path: Path) -> None:
    found = lineage(line, Named("source", "s1"))
    assert [n.name for n in found.down] == [f"m1@v1.{n}.0" for n in reversed(range(5))]
    (tree,) = found.up
    leaf = tree.children[0].children[0]
    assert (leaf.name, "git" in leaf.facts) == ("data/sales.csv", True)
