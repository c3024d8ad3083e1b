"""`mlspec fmt`, to the letter. To change on purpose: `MLSPEC_UPDATE=1 pytest tests/golden/fmt`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlspec.language.format.layout import format_text

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("case", sorted(p.name.removesuffix(".in.yaml") for p in FOLDER.glob("*.in.yaml")))
def test_the_canonical_form_is_as_expected(case: str) -> None:
    text, found = format_text("a.yaml", (FOLDER / f"{case}.in.yaml").read_bytes())
    assert text is not None, found
    kept = FOLDER / f"{case}.out.yaml"
    if os.environ.get("MLSPEC_UPDATE"):
        kept.write_bytes(text.encode())
    assert text.encode() == kept.read_bytes()
    assert format_text("a.yaml", text.encode())[0] == text
