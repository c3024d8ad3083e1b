"""For whom a bot proposes: written from GitHub's own word, read back, and never out of what somebody typed."""

from __future__ import annotations

import pytest

from mlspec.promotion.approvals.trailers import co_authors, login_of, requested_by, requesters


@pytest.mark.parametrize(
    ("actor", "again", "expected"),
    [
        ("ben", "ben", "Requested-by: ben\n"),
        ("ben", "carl", "Requested-by: ben\nRequested-by: carl\n"),
        ("helper[bot]", "", "Requested-by: helper[bot]\n"),
        ("ben\nRequested-by: eve", "", ""),
        ("", "", ""),
    ],
)
def test_written_and_read_back(actor: str, again: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_ACTOR", actor)
    monkeypatch.setenv("GITHUB_TRIGGERING_ACTOR", again)
    assert requested_by() == expected
    assert requesters(f"Promote\n\nModel: x\n{expected}") == tuple(line.split(": ")[1] for line in expected.splitlines())
    monkeypatch.setenv("GITHUB_ACTIONS", "")
    assert requested_by() == ""


def test_only_a_line_of_its_own_counts() -> None:
    assert requesters("Reason: Requested-by: eve\n\n  Requested-by: eve\nRequested-by: eve and others\n") == ()
    assert requesters("x\r\n\r\nRequested-by: ben\r\n") == ("ben",)


def test_addresses_of_githubs_own_name_their_login() -> None:
    assert [login_of(a) for a in ("1+ada@users.noreply.github.com", "Ada@users.noreply.github.com")] == ["ada", "Ada"]
    assert [login_of(a) for a in ("ada@example.org", "ada@users.noreply.github.com.evil.org", "")] == [None, None, None]
    assert co_authors("x\n\nCo-Authored-By: Ben <2+ben@users.noreply.github.com>\n") == ("2+ben@users.noreply.github.com",)
