"""A contract through the command line: it decides what runs, what fails, and what a change of it does; export gives it back."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import mlspec, repository
from support.projects import PROJECT, SOURCE

pytestmark = pytest.mark.e2e
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: sales-contract
version: "1.0.0"
status: active
team: {name: data}
schema:
  - name: sales
    properties:
      - {name: day, logicalType: date, primaryKey: true, primaryKeyPosition: 1}
      - {name: shop, logicalType: string, primaryKey: true, primaryKeyPosition: 2, quality: [{type: text, description: Fine}]}
      - {name: price, logicalType: number, logicalTypeOptions: {minimum: 0, maximum: 99}}
      - {name: count, logicalType: integer, required: true}
    quality:
      - {metric: rowCount, mustBeGreaterThan: 100, name: Enough rows}
"""
RULES = """\
apiVersion: mlspec/v1
kind: ValidationRules
metadata: {name: sales}
spec: {source: sales, contract: contracts/sales.odcs.yaml}
"""
BARE = SOURCE[: SOURCE.index("  columns:")] + "  contract: contracts/sales.odcs.yaml\n  timeColumn: day\n"
SPECS = {"mlspec.yaml": PROJECT, "specs/sales.yaml": BARE, "specs/rules.yaml": RULES, "contracts/sales.odcs.yaml": CONTRACT}


def test_from_contract_to_rows_and_back(tmp_path: Path) -> None:
    root = repository(tmp_path, SPECS)
    contract = root / "contracts/sales.odcs.yaml"
    mlspec(root, "run", "source/sales", check=0)
    assert mlspec(root, "contract", "export", "source/sales", check=0).out == CONTRACT
    mlspec(root, "contract", "export", "source/sales", "--out", "new.yaml", "--version", "3.2.0", check=0)
    assert "apiVersion: v3.2.0" in (root / "new.yaml").read_text()

    contract.write_text(CONTRACT.replace("name: data", "name: people"))
    assert "up to date" in mlspec(root, "run", check=0).out, "another team trains nothing"

    contract.write_text(CONTRACT.replace("mustBeGreaterThan: 100", "mustBeGreaterThan: 100000"))
    planned = " ".join(mlspec(root, "plan", check=0).out.split())
    assert "pipelines/data/sales/params.yaml" in planned
    mlspec(root, "apply", check=0)
    failed = mlspec(root, "run", "source/sales", check=1)
    assert "rule `enough-rows`: there are 240 rows, less than 100001" in failed.err

    contract.write_text(CONTRACT.replace("logicalType: number", "logicalType: float"))
    wrong = mlspec(root, "validate", "--format", "github", check=1)
    assert "file=contracts/sales.odcs.yaml,line=12" in wrong.text
