"""What mlspec prints in a job of GitHub Actions gives the runner no commands but mlspec's own annotations."""

from __future__ import annotations

import pytest

from mlspec.cli import console
from mlspec.diagnostics import Diagnostic

LINES = ("::error::evil", "  ::add-mask::a", "cell\n::stop-commands::x", "cell\r::error::evil", "a ##[error]evil", "::set-output name=a::b")


@pytest.mark.parametrize("text", LINES)
def test_a_text_is_no_command_there(text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    console.out(text)
    console.err(text)
    for told in capsys.readouterr():
        assert not [line for line in told.splitlines() if line.strip().startswith("::") or "##[" in line]
        assert told.replace(": :", "::").replace("## [", "##[") == text + "\n"


@pytest.mark.parametrize("text", [*LINES, "a::b", "std::vector"])
def test_elsewhere_it_is_as_it_stands(text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    console.out(text)
    assert capsys.readouterr().out == text + "\n"


def test_annotations_are_commands(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    console.show([Diagnostic("MLS0580", "a\n::error::evil")], "github")
    assert capsys.readouterr().out.startswith("::error ")
