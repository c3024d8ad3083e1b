"""A generated folder to run stages in, in this process."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest


class Repository:
    """A repository on disk, and stages run in one generated folder of it."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / "pipelines" / "data" / "rentals"
        self.folder.mkdir(parents=True)
        (root / "mlspec.yaml").write_text("kind: Project\n")

    def write(self, path: str, text: str | bytes) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
        return target

    def run(self, stage: str, params: dict[str, Any]) -> None:
        """Run a stage as DVC would, but in this process."""
        from mlspec.diagnostics import Problems
        from mlspec.runtime.__main__ import run_stage

        (self.folder / "params.yaml").write_text(json.dumps({stage: params} | _elsewhere(stage, params)))
        try:
            run_stage(stage, self.folder)
        except Problems as found:
            if os.environ.get("RULES_ON") and any(d.code == "MLS0539" for d in found.diagnostics):
                pytest.skip("Spark is not asked this")
            raise

    def fails(self, stage: str, params: dict[str, Any]) -> list[Any]:
        """Run a stage that must fail; return its diagnostics."""
        from mlspec.diagnostics import Problems

        with pytest.raises(Problems) as found:
            self.run(stage, params)
        return list(found.value.diagnostics)

    def parquet(self, name: str) -> Any:
        """A file of the folder as a pandas frame."""
        import pyarrow.parquet as pq

        return pq.read_table(self.folder / name).to_pandas()

    def put(self, name: str, columns: dict[str, Any]) -> None:
        """Write an input of a stage."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), self.folder / name)

    def json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text())


def _elsewhere(stage: str, params: dict[str, Any]) -> dict[str, Any]:
    """Where `RULES_ON` names a variable with Spark's address, all rules that can be are measured there: see unit/runtime/validate/test_on_spark.py."""
    variable = os.environ.get("RULES_ON") if stage == "validate" else None
    names = [rule["name"] for rule in params.get("rules", ()) if "python" not in rule and "drift" not in rule]
    return {"engine": {"spark": {variable: {"rules": [*names, "key"], "seconds": 300.0}}}} if variable else {}
