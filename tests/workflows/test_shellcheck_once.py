"""What the tests remember of shellcheck is what it says: output and code, the first time and the next, for scripts of the same length, too."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from support.workflow_checks import BIN, ONCE

WORDS = ("--norc", "-f", "json", "-x", "--shell", "bash")
SCRIPTS = ("echo $1", "echo 12", "echo 12\n", 'x="ä*\n\n"; [ $x ]\n\n', "if then", "")


def asked(program: Path, kept: Path, words: tuple[str, ...], script: str) -> tuple[int, str]:
    environment = os.environ | {"SHELLCHECK": str(BIN / "shellcheck"), "KEPT": str(kept)}
    done = subprocess.run([program, *words, "-"], input=script, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.rstrip("\n")


def test_it_says_what_shellcheck_says(tmp_path: Path) -> None:
    questions = [(words, script) for words in (WORDS, (*WORDS, "-e", "SC2086")) for script in SCRIPTS]
    expected = [asked(BIN / "shellcheck", tmp_path, *question) for question in questions]
    assert len(set(expected)) > 3
    for _ in range(2):
        assert [asked(ONCE, tmp_path, *question) for question in questions] == expected
    assert len(list(tmp_path.glob("*.asked"))) == len(questions), "each was asked once"
