"""Nothing in the repository would hang or crash other software: limits are shown with limits set low (`support.work`, `source.limits`)."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

from mlspec.language.yaml.load import load_documents

ROOT = Path(__file__).resolve().parents[2]
NESTS = re.compile(r"[\[{(<&?-]")
MOST = 400


def tracked(*patterns: str) -> list[Path]:
    found = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in found.split("\0") if name and (ROOT / name).is_file()]


def repeated(tree: ast.AST) -> list[tuple[str, int]]:
    """Texts that a program repeats: (text, how often)."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            for one, other in ((node.left, node.right), (node.right, node.left)):
                text, times = getattr(one, "value", None), getattr(other, "value", None)
                if isinstance(text, str | bytes) and isinstance(times, int):
                    found.append((text if isinstance(text, str) else text.decode("latin-1"), times))
    return found


def test_no_test_repeats_what_nests() -> None:
    for path in tracked("tests/*.py"):
        harmful = [(text, times) for text, times in repeated(ast.parse(path.read_bytes())) if times > MOST and NESTS.search(text)]
        assert not harmful, (path, harmful)
    assert repeated(ast.parse("x = '[' * 5_000")) == [("[", 5_000)]


def test_no_file_nests_or_expands_without_end() -> None:
    files = [path for path in tracked("*.yaml", "*.yml") if not path.is_symlink()]
    assert len(files) > 100
    for path in files:
        assert {d.code for d in load_documents(path.name, path.read_bytes())[1]}.isdisjoint({"MLS0140", "MLS0142"}), path
