"""How a stage ended, by what DVC said of it or by DVC's own exit code."""

from __future__ import annotations

import signal

import pytest

from mlspec.pipelines.run.killed import killed, killed_by

FAILED = "ERROR: failed to reproduce 'train': failed to run: python -m mlspec.runtime train, exited with {}"


@pytest.mark.parametrize(
    ("status", "code", "number"), [("-9", 255, 9), ("137", 255, 9), ("-11", 255, 11), ("139", 1, 11), ("1", 255, None), ("3", 1, None)]
)
def test_dvc_says_how_the_stage_ended(status: str, code: int, number: int | None) -> None:
    assert killed_by(["| a line", FAILED.format(status)], code) == number


@pytest.mark.parametrize(("code", "number"), [(-9, 9), (137, 9), (1, None), (255, None)])
def test_dvc_itself_may_be_killed(code: int, number: int | None) -> None:
    assert killed_by(["a line"], code) == number


def test_each_signal_has_a_way_out() -> None:
    assert "most likely for memory" in killed("model/demand: the stage train", signal.SIGKILL).message
    assert "resources.runsOn" in str(killed("x", signal.SIGKILL).help)
    assert "a fault in a library" in str(killed("x", signal.SIGSEGV).help)
    assert "SIGTERM" in killed("x", signal.SIGTERM).message
