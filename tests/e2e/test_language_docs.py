"""Every YAML sample of the documentation that is a spec is valid, and the reference shows every kind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from mlspec.language.kinds.catalog import KINDS
from mlspec.language.yaml.load import load_documents

DOCS = Path(__file__).resolve().parents[2] / "docs"
REFERENCE = DOCS / "reference" / "language.md"
PAGES = [REFERENCE, *sorted((DOCS / "guides").glob("*.md")), DOCS.parent / "README.md"]
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def samples(page: Path) -> list[tuple[str, Any]]:
    """(place, document) of every spec in the YAML blocks of a page (others are workflows, claims, …)."""
    text = page.read_text(encoding="utf-8")
    found = []
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        if "/overlays/" in block[1]:  # a patch is no whole object; tests/unit/compiler/load/test_overlays.py has them
            continue
        documents, problems = load_documents(f"{page.name}:{line}", block[1])
        assert not problems or "apiVersion" not in block[1]
        found += [(d.path, d.value) for d in documents if isinstance(d.value, dict) and "apiVersion" in d.value]
    return found


@pytest.mark.parametrize(("place", "document"), [pytest.param(*s, id=s[0]) for page in PAGES for s in samples(page)])
def test_sample_is_a_valid_spec(place: str, document: Any) -> None:
    assert document["kind"] in KINDS, place
    assert KINDS[document["kind"]].model_validate(document).canonical()["apiVersion"] == "mlspec/v1"


def test_reference_has_a_section_and_a_sample_for_every_kind() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    shown = {document["kind"] for _, document in samples(REFERENCE)}
    assert shown == set(KINDS)
    for kind in KINDS:
        assert f"\n## {kind}\n" in text, kind
