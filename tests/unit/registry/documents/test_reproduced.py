"""A report of `mlspec reproduce` beside a record is evidence where it is of this version, and its verdict is what its stages say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.evidence_world import SPEC_FILES, commit, make

from mlspec.registry.documents.facts import Facts, gather
from mlspec.registry.documents.pack import render
from mlspec.registry.documents.reproduced import FILE, path_of, read

LOCK = "pipelines/models/demand/dvc.lock"
MD5 = "0" * 32
TEXT = f"schema: '2.0'\nstages:\n  train:\n    cmd: python\n    outs:\n    - path: model\n      hash: md5\n      md5: {MD5}.dir\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """v1.0.0, with a lock that has stages."""
    return make(tmp_path_factory.mktemp("reproduced"), SPEC_FILES | {LOCK: TEXT})


def report(facts: Facts, **other: Any) -> dict[str, Any]:
    """As `mlspec reproduce --format json` writes it for the world's version, with these values in place of its own."""
    record = facts.entry.record
    out = {"path": "pipelines/models/demand/model", "before": f"{MD5}.dir", "after": f"{MD5}.dir", "same": True, "note": ""}
    stages = [{"stage": "model/demand:train", "state": "same", "outs": [out]}]
    head = {"version": 1, "kind": "reproduction", "model": "demand", "modelVersion": record.version, "commit": record.commit}
    digests = {"verdict": "identical", "digest": record.digest, "again": record.digest}
    return head | digests | {"stages": stages} | other


def test_a_committed_report_is_in_the_pack_and_counts(world: Path) -> None:
    facts = gather(world, "demand", "v1.0.0", None)
    without = render(replace(facts))
    assert FILE not in without
    text = json.dumps(report(facts))
    commit(world, {path_of("demand", "v1.0.0"): text}, 120)
    found = gather(world, "demand", "v1.0.0", None)
    files = render(found)
    assert files[FILE] == text and found.notes == facts.notes and FILE in json.loads(files["index.json"])["files"]
    judged = replace(found, files={k: v for k, v in found.files.items() if not k.endswith("evaluation.json")})
    assert "`mlspec reproduce` gave the same bytes" in render(judged)["ml-test-score.md"]
    commit(world, {path_of("demand", "v1.0.0"): json.dumps(report(facts, digest="sha256:" + "1" * 64))}, 180)
    refused = gather(world, "demand", "v1.0.0", None)
    assert refused.reproduction is None and "is not used: its digest is not the record's" in refused.notes[-1]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"kind": "gate"}, "no report of `mlspec reproduce"),
        ({"modelVersion": "v9.0.0"}, "its modelVersion is not"),
        ({"commit": "1" * 40}, "its commit is not"),
        ({"stages": []}, "not those of the lock"),
        ({"stages": [{"outs": [{"path": "pipelines/models/demand/model", "before": "1" * 32, "same": True}]}]}, "not those of the lock"),
        ({"stages": [7]}, "names no stages"),
        ({"again": "sha256:" + "1" * 64}, "its verdict is not"),
        ({"verdict": "differs"}, "its verdict is not"),
    ],
)
def test_what_does_not_fit_is_told(world: Path, other: dict[str, Any], why: str) -> None:
    facts = gather(world, "demand", "v1.0.0", None)
    found, said = read(json.dumps(report(facts, **other)).encode(), facts.entry.record, facts.files)
    assert found is None and why in said


@pytest.mark.parametrize(("content", "why"), [(b"\xff", "no JSON"), (b"[]", "no report"), (b"{}", "no report of")])
def test_what_is_no_report_is_told(world: Path, content: bytes, why: str) -> None:
    facts = gather(world, "demand", "v1.0.0", None)
    assert why in read(content, facts.entry.record, facts.files)[1]
