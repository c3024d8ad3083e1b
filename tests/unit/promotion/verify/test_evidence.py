"""Is the evidence about what would be merged? The claim against the base branch, a new record against the commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.changes import BASE, CLAIM, ENVIRONMENT, RECORD, change, staging
from support.git_repos import commit_all, sh, start
from support.projects import SPECS, write_project
from support.records import artifacts, claim, deployed, entry, record, sha

from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.diagnostics import Diagnostic
from mlspec.promotion.verify.evidence import _check_champion, _check_twin, check_inputs, check_new_record
from mlspec.promotion.verify.proposed import Change
from mlspec.registry.at_commit import compile_at
from mlspec.registry.chain import find_chain
from mlspec.registry.digests import object_digest
from mlspec.registry.entries import Entry

FOLDER = "pipelines/models/demand"
LOCK = "schema: '2.0'\nstages:\n  train:\n    cmd: x\n    outs:\n" + "".join(
    f"    - {{path: {part['path'].removeprefix(FOLDER + '/')}, hash: md5, md5: {part['md5']}}}\n" for part in artifacts().values()
)
WHERE = "deployment/staging/demand"


def told(found: Iterable[Diagnostic], code: str = "MLS0738") -> list[str]:
    """What each says after its place."""
    found = list(found)
    assert {d.code for d in found} <= {code}, found
    return [d.message.removeprefix(f"{WHERE}: ") for d in found]


# ---------------------------------------------------------------------------------------------- a new record, in Git


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The base branch: specs, and the lock file of a trained model."""
    root = write_project(start(tmp_path_factory.mktemp("evidence") / "project"), {**SPECS, f"{FOLDER}/dvc.lock": LOCK})
    commit_all(root)
    return open_repository(root)


def against(repository: Repository, **more: Any) -> tuple[Change, Entry]:
    """The checkout's commit as base and head, and the record that it should have."""
    there = compile_at(repository, "HEAD")
    commit = repository.resolve("HEAD")
    facts = {"commit": commit, "spec": there.project.spec_digest("demand"), "environment": sha("# locked\n"), **more}
    return Change(replace(there, commit=commit), replace(there, commit=commit), {}), entry(record("v1.1.0", **facts))


def test_a_record_of_what_is_merged_passes(trained: Repository) -> None:
    found, made = against(trained)
    assert told(check_new_record(trained, found, made, WHERE)) == []


def artifact(name: str, **edit: str) -> dict[str, Any]:
    found = artifacts()
    return {"artifacts": found | {name: found[name] | edit}}


@pytest.mark.parametrize(
    ("forged", "words"),
    [
        ({"spec": sha("other")}, "the specs changed after the evaluation"),
        ({"code": sha("other")}, "the code changed after the evaluation"),
        ({"environment": sha("other")}, "the environment lock changed after the evaluation"),
        (artifact("model", md5="0" * 32), "the model changed after the evaluation: the record says md5 " + "0" * 32),
        (artifact("baseline", md5="0" * 32), "the baseline changed"),
        (artifact("train", md5="0" * 32), "the training data changed"),
        (artifact("test", md5="0" * 32), "the test data changed"),
        (artifact("test", path=f"{FOLDER}/other.parquet"), "the test data changed after the evaluation"),
        (artifact("test", path="pipelines/models/other/test.parquet"), "the test data changed after the evaluation"),
        ({"commit": "0" * 40}, "the commit that the record names, " + "0" * 40 + ", is not on the base branch"),
    ],
    ids=str,
)
def test_each_part_that_is_not_what_is_merged_is_named(trained: Repository, forged: dict[str, Any], words: str) -> None:
    found, made = against(trained, **forged)
    messages = told(check_new_record(trained, found, made, WHERE))
    assert any(m.startswith(words) for m in messages), messages
    assert len(messages) == (2 if "spec" in forged else 1)  # other specs are not those of the commit either


def test_a_commit_beside_the_base_branch_is_none_of_it(trained: Repository) -> None:
    foreign = sh(trained.root, "git", "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "Beside")
    found, made = against(trained, commit=foreign)
    (message,) = told(check_new_record(trained, found, made, WHERE))
    assert message.endswith("is not on the base branch")


def test_a_commit_before_the_model_was_declared_has_other_specs(tmp_path: Path) -> None:
    without = {p: t for p, t in SPECS.items() if "demand" not in p}
    root = write_project(start(tmp_path / "project"), without)
    before = commit_all(root)
    write_project(root, {**SPECS, f"{FOLDER}/dvc.lock": LOCK})
    commit_all(root)
    repository = open_repository(root)
    found, made = against(repository, commit=before)
    (message,) = told(check_new_record(repository, found, made, WHERE))
    assert message.endswith("has other specs than the record")


@pytest.mark.parametrize("lock", [None, "", "[", "stages: {train: {outs: 5}}", "stages: {train: {outs: [{path: model, md5: [x]}]}}"])
def test_a_lock_of_anything_records_nothing(tmp_path: Path, lock: str | None) -> None:
    root = write_project(start(tmp_path / "project"), {**SPECS, **({} if lock is None else {f"{FOLDER}/dvc.lock": lock})})
    commit_all(root)
    repository = open_repository(root)
    found, made = against(repository)
    messages = told(check_new_record(repository, found, made, WHERE))
    assert len(messages) == 4
    assert all("the checkout has md5 " in m for m in messages)


def test_the_same_bytes_are_no_second_version() -> None:
    found = change()
    twin = entry(record("v1.1.0", digest=sha("v1.0.0")))
    assert told(_check_twin(found, twin, WHERE), "MLS0708") == ["the bytes of v1.1.0 are v1.0.0 already: the same model has one version"]
    assert told(_check_twin(found, entry(record("v1.1.0")), WHERE), "MLS0708") == []


# ---------------------------------------------------------------------------------------------- the claim


@pytest.mark.parametrize(
    ("champion", "previous", "words"),
    [
        ("none", sha("v1.0.0"), "the claim was judged against none, and replaces"),
        ({"version": "v1.0.0", "digest": sha("v1.0.0")}, sha("v1.0.0"), None),
        ({"version": "v1.0.0", "digest": sha("other")}, sha("v1.0.0"), "the claim was judged against sha256:"),
        ({"version": "v0.9.0", "digest": sha("v1.0.0")}, sha("v1.0.0"), "the claim was judged against v0.9.0, and v1.0.0 is deployed"),
        ("none", "none", None),
    ],
)
def test_the_champion_is_what_is_replaced(champion: Any, previous: str, words: str | None) -> None:
    text = claim("staging", "v1.1.0", record("v1.1.0"), about={"previous": previous}, champion=champion)
    found = change({CLAIM: text, ENVIRONMENT: deployed("staging", "v1.1.0", text, previous=previous)})
    chain = find_chain(found.head.files, staging(found))
    assert chain.claim is not None
    messages = told(_check_champion(found, chain, chain.claim.claim), "MLS0733")
    assert (messages == []) if words is None else messages[0].startswith(words)


def test_kpis_and_test_rows_are_the_base_branchs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that eases its own KPIs is judged by those of the base branch."""
    monkeypatch.setattr("mlspec.promotion.verify.evidence.uses_of", lambda *_: {})
    monkeypatch.setattr("mlspec.promotion.verify.evidence.check_uses", lambda *_: iter(()))
    kpis = change().base.project.kpis_of("demand")
    assert kpis is not None
    known = {"kpis": object_digest(kpis), "policy": "none", "champion": {"version": "v1.0.0", "digest": sha("v1.0.0")}}

    def inputs(specs: dict[str, str], **more: Any) -> list[str]:
        text = claim("staging", "v1.1.0", record("v1.1.0"), about={"previous": sha("v1.0.0")}, **{**known, **more})
        old = {**BASE, RECORD: record("v1.1.0")}  # merged before, so that no record is new
        found = change({**specs, CLAIM: text, ENVIRONMENT: deployed("staging", "v1.1.0", text, previous=sha("v1.0.0"))}, old)
        return [d.code for d in check_inputs(Repository(Path()), found, find_chain(found.head.files, staging(found)))]

    assert inputs({}) == []
    assert inputs({"specs/demand-kpis.yaml": SPECS["specs/demand-kpis.yaml"].replace("<= 50", "<= 500")}) == []
    assert inputs({}, kpis=sha("eased")) == ["MLS0737"]
    assert inputs({}, test=sha("other rows")) == ["MLS0738"]
    assert inputs({}, policy=sha("none")) == ["MLS0746"]
