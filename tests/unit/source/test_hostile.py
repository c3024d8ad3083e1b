"""Hostile input costs no time and no stack: every answer within a second."""

from __future__ import annotations

import time

import pytest

from mlspec.source.yaml import load_documents

BOMB = "".join(f"a{i}: &a{i} [{', '.join(['x' if not i else f'*a{i - 1}'] * 10)}]\n" for i in range(60))
HOSTILE: dict[str, str | bytes] = {
    "alias bomb": BOMB,
    "alias bomb of mappings": BOMB.replace("[", "{k: [").replace("]", "]}"),
    "open brackets": "[" * 1_000_000,
    "open braces": "{a: " * 100_000,
    "brackets after brackets": "a: " + "[]" * 300_000,
    "brackets in a string": 'a: "' + "[" * 500_000 + '"',
    "dashes": "- " * 20_000,
    "dashes on lines": "".join(" " * i + "-\n" for i in range(2_000)),
    "deep block": "".join(" " * i + "a:\n" for i in range(2_000)),
    "explicit keys": "? " * 20_000,
    "keys and dashes": "? - " * 10_000,
    "colons": ": " * 20_000,
    "long line": "a: " + "x" * 3_900_000,
    "long key": "x" * 100_000 + ": 1",
    "many keys": "".join(f"k{i}: 1\n" for i in range(20_000)),
    "one key many times": "a: 1\n" * 3_000,
    "many documents": "--- a\n" * 10_000,
    "many anchors": "".join(f"- &a{i} x\n" for i in range(20_000)),
    "nothing but tabs": "\t" * 3_900_000,
    "nothing but spaces": " " * 3_900_000,
    "spaces and tabs": " \t" * 1_900_000,
    "blank lines": "\n" * 3_900_000,
    "control characters": "\x00" * 3_900_000,
    "conflicts": "<<<<<<< a\n" * 300_000,
    "long numbers": "a: " + "1" * 3_900_000,
    "almost a float": "a: " + "1" * 200_000 + "e",
    "tags": "!!x " * 20_000,
    "anchors": "&a " * 20_000,
    "quotes": "'" * 3_900_000,
    "directives": "%YAML 1.2\n" * 20_000,
    "bytes": b"\xff" * 3_900_000,
    "too large": b"a" * 100_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_answered_within_a_second(name: str) -> None:
    text = HOSTILE[name]
    start = time.process_time()
    load_documents("a.yaml", text)
    assert time.process_time() - start < 1.0
