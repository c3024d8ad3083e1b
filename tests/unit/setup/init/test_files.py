"""What `init` and `deployment add` write is in the canonical form that `fmt --check` asks for."""

from __future__ import annotations

from pathlib import Path

from support.projects import sales_rows

from mlspec.language.format.layout import format_text
from mlspec.setup.init.files import deployment_file, project_files, target_file
from mlspec.setup.init.inspect_data import inspect


def test_new_specs_are_canonical(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text(sales_rows())
    files = project_files("sales", inspect(tmp_path, "sales.csv", "count", None), "numpy==2\n")
    files |= dict([target_file("local"), deployment_file("sales", "staging", "sales", "local")])
    specs = {path: text for path, text in files.items() if path.endswith(".yaml")}
    assert len(specs) >= 8
    for path, text in specs.items():
        assert format_text(path, text.encode())[0] == text, path
        assert text.startswith("# yaml-language-server"), path
