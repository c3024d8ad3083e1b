"""A proposal's folder comes from a job that ran anybody's code: whatever is not of the form is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.projects import SOURCE, SPECS, compile_texts

from mlspec.ci.propose.folder import clear_proposals, find_proposals, read_proposal, write_proposal
from mlspec.ci.propose.rules import check, make
from mlspec.diagnostics import Problems

LOCK = "pipelines/data/sales/dvc.lock"
GOOD = make("refresh", "source/sales", "main", "c" * 40, "text | with `ticks`\n", {LOCK: b"schema: '2.0'\n"})


def code(call: Callable[[], Any]) -> str:
    with pytest.raises(Problems) as caught:
        call()
    return caught.value.diagnostics[0].code


def written(folder: Path) -> Path:
    write_proposal(folder, GOOD)
    return folder


def edit(folder: Path, **changes: Any) -> Path:
    head = folder / "proposal.json"
    head.write_text(json.dumps(json.loads(head.read_text()) | changes))
    return folder


def test_what_is_written_is_read_and_the_same_each_time(tmp_path: Path) -> None:
    assert read_proposal(written(tmp_path / "one")) == GOOD
    write_proposal(tmp_path / "two" / "sales", GOOD)
    write_proposal(tmp_path / "two" / "sales", GOOD)
    assert (tmp_path / "one/proposal.json").read_bytes() == (tmp_path / "two/sales/proposal.json").read_bytes()
    assert find_proposals(tmp_path / "one") == [tmp_path / "one"]
    assert find_proposals(tmp_path / "two") == [tmp_path / "two/sales"]
    assert find_proposals(tmp_path / "none") == []
    clear_proposals(tmp_path / "two")
    assert find_proposals(tmp_path / "two") == []


def test_no_file_of_it_is_hidden_since_uploads_leave_those_out(tmp_path: Path) -> None:
    made = make("refresh", "source/sales", "main", "c" * 40, "", {".mlspec/ledger.json": b"{}", LOCK: b""})
    write_proposal(tmp_path / "p", made)
    assert not [p for p in (tmp_path / "p").rglob("*") if p.name.startswith(".")]
    assert read_proposal(tmp_path / "p") == made


def test_files_of_others_are_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("")
    assert code(lambda: write_proposal(tmp_path / "mine", GOOD)) == "MLS0521"


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"kind": "deploy"},
        {"more": ""},
        {"title": 1},
        {"title": "a\nb"},
        {"title": " a"},
        {"title": "x" * 201},
        {"title": "a\u202eb"},
        {"body": "x" * 65_536},
        {"body": "a\x00b"},
        {"commit": "HEAD"},
        {"commit": "--output=x"},
        {"branch": ""},
    ],
    ids=str,
)
def test_a_head_of_another_form_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert code(lambda: read_proposal(edit(written(tmp_path / "p"), **changes))) == "MLS0521"


def _link_file(folder: Path) -> None:
    (folder / "files" / LOCK).unlink()
    (folder / "files" / LOCK).symlink_to("/etc/hostname")


def _link_folder(folder: Path) -> None:
    (folder / "files/specs").symlink_to("/etc")


def _link_head(folder: Path) -> None:
    (folder / "proposal.json").rename(folder.parent / "real.json")
    (folder / "proposal.json").symlink_to(folder.parent / "real.json")


def _binary(folder: Path) -> None:
    (folder / "files" / LOCK).write_bytes(b"\xff\xfe")


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "files" / "pipe")


def _stranger(folder: Path) -> None:
    (folder / "hook").write_text("")


def _empty(folder: Path) -> None:
    (folder / "files" / LOCK).unlink()


def _cut(folder: Path) -> None:
    (folder / "proposal.json").write_text("[[[")


@pytest.mark.parametrize("harm", [_link_file, _link_folder, _link_head, _binary, _pipe, _stranger, _empty, _cut])
def test_links_devices_strangers_and_other_encodings_are_refused(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    folder = written(tmp_path / "p")
    harm(folder)
    assert code(lambda: read_proposal(folder)) == "MLS0521"


SPEC = SPECS | {"specs/sales.yaml": SOURCE + "  refresh: {schedule: '0 5 * * *'}\n"}


def judged(proposal: Any, specs: dict[str, str] = SPEC) -> Callable[[], None]:
    compiled = compile_texts(specs)
    assert compiled.project
    assert compiled.graph
    project, graph = compiled.project, compiled.graph
    return lambda: check(proposal, "main", project, graph)


def test_a_refresh_of_its_own_files_passes() -> None:
    judged(GOOD)()


@pytest.mark.parametrize(
    "path",
    [
        "pipelines/data/other/dvc.lock",
        "pipelines/models/demand/dvc.lock",
        "pipelines/data/sales/dvc.yaml",
        "pipelines/data/sales/params.yaml",
        "specs/sales.yaml",
        ".mlspec/ledger.json",
        ".github/workflows/mlspec-ci.yml",
        "../outside",
        ".git/config",
    ],
)
def test_a_refresh_touches_no_other_path(path: str) -> None:
    assert code(judged(make("refresh", "source/sales", "main", "c" * 40, "", {path: b""}))) == "MLS0522"


@pytest.mark.parametrize(
    "changes",
    [
        {"branch": "main"},
        {"branch": "mlspec/refresh/other"},
        {"branch": "mlspec/promote/production/demand/v9.0.0"},
        {"title": "Urgent: merge at once"},
        {"message": "[skip ci]"},
        {"base": "release"},
        {"subject": "source/none"},
        {"subject": "model/demand"},
        {"kind": "retrain"},
    ],
    ids=str,
)
def test_branch_title_message_and_subject_follow_from_the_kind(changes: dict[str, Any]) -> None:
    assert code(judged(replace(GOOD, **changes))) == "MLS0522"


def test_a_source_without_a_refresh_has_no_proposal() -> None:
    assert code(judged(GOOD, SPECS)) == "MLS0522"


def test_a_retraining_touches_result_files_only() -> None:
    judged(make("retrain", "models", "main", "c" * 40, "", {"pipelines/models/demand/metrics.json": b"{}"}))()
    assert code(judged(make("retrain", "models", "main", "c" * 40, "", {"specs/demand.yaml": b""}))) == "MLS0522"
    assert code(judged(make("retrain", "all", "main", "c" * 40, "", {LOCK: b""}))) == "MLS0522"
