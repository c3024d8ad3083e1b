"""Which pull request a job is about: only what the runner wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlspec.promotion.approvals.facts import Event, read_event

SHA = "a" * 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'{{"pull_request": {{"number": 7, "head": {{"sha": "{SHA}"}}}}}}', Event(7, SHA)),
        (f'{{"merge_group": {{"head_ref": "refs/heads/gh-readonly-queue/release/1/pr-12-{SHA}", "head_sha": "{SHA}"}}}}', Event(12, SHA)),
        (f'{{"merge_group": {{"head_ref": "refs/heads/pr-12-{SHA}", "head_sha": "--all"}}}}', Event(None, None)),
        ('{"pull_request": {"number": "7", "head": {"sha": "--upload-pack=x"}}}', Event(None, None)),
        ('{"inputs": {"pull": "3"}}', Event()),
        ('{"sender": {"login": "github-actions[bot]"}}', Event(sender="github-actions[bot]")),
        ('{"sender": "ada"}', Event()),
        ("[]", Event()),
        ("no JSON", Event()),
        (None, Event()),
    ],
)
def test_the_event(text: str | None, expected: Event, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "event.json"
    if text is not None:
        path.write_text(text)
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(path))
    assert read_event() == expected
