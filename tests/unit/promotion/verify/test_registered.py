"""A record that is only registered: cheap checks first, and no store is asked where the change does more."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.changes import BASE, CLAIM, HEAD, RECORD, Files, change
from support.records import record

from mlspec.adapters.git.repository import Repository
from mlspec.diagnostics import Diagnostic
from mlspec.promotion.verify import registered
from mlspec.promotion.verify.registered import check_record


def codes(head: Files, path: str = RECORD, *, alone: bool = True) -> list[str]:
    found = change({**BASE, CLAIM: None, **head})
    return [d.code for d in check_record(Repository(Path("/nowhere")), found, path, alone=alone)]


@pytest.mark.parametrize("content", [b"", b"a: [", b"kind: Claim\n", record("v1.2.0"), b"- a\n"])
def test_a_broken_record_ends_as_its_diagnostics(content: bytes) -> None:
    assert codes({RECORD: content})


def test_a_record_of_a_model_that_no_spec_declares_is_refused() -> None:
    path = "registry/other/v1.0.0.yaml"
    assert codes({path: record(model="other")}, path) == ["MLS0738"]


def test_bytes_are_asked_for_when_all_else_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(registered, "_costly", lambda *args: (asked.append("store"), iter(()))[1])
    monkeypatch.setattr(registered, "check_new_record", lambda *_: iter(()))
    assert codes({RECORD: HEAD[RECORD]}) == []
    assert asked == ["store"]
    assert codes({RECORD: HEAD[RECORD]}, alone=False) == []
    monkeypatch.setattr(registered, "check_new_record", lambda *_: iter([Diagnostic("MLS0738", "x")]))
    assert codes({RECORD: HEAD[RECORD]}) == ["MLS0738"]
    assert asked == ["store"]
