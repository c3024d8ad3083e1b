"""The notebook of the documentation runs from its first cell to its last, and is kept without outputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from support.cli import environment

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs/guides/python.ipynb"


def cells() -> list[Any]:
    return [c for c in nbformat.read(NOTEBOOK, as_version=4).cells if c.cell_type == "code"]


def test_it_is_kept_without_outputs() -> None:
    assert all(not c.outputs and c.execution_count is None for c in cells())
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert text == nbformat.writes(nbformat.reads(text, as_version=4)) + "\n", "as nbformat writes it"


@pytest.mark.slow
@pytest.mark.e2e
def test_it_runs(tmp_path: Path) -> None:
    found = nbformat.read(NOTEBOOK, as_version=4)
    home = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "IPYTHONDIR": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "run")}
    client = NotebookClient(found, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=environment() | home)
    outputs = [o for c in found.cells if c.cell_type == "code" for o in c.outputs]
    told = "".join(o.get("text", "") for o in outputs)
    for words in (
        "specs/models/shop.yaml:9:3: error[MLS0101]",
        "6 stages ran in",
        "ok: 1 source",
        "`targt` -> `target`",
        "0.2 -> 0.25",
    ):
        assert words in told, words
    pages = [o.data["text/html"] for o in outputs if "text/html" in o.get("data", {}) and "iframe" in o.data["text/html"]]
    assert len(pages) == 3, "a plan, a status and verdicts are shown as pages"
    assert all("<script" not in page for page in pages)
    assert outputs[-1].data["text/plain"] == "True"
