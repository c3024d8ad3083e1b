"""Makes the schemas of `mlspec/compiler/load/contracts/published/` from those of the package `open-data-contract-standard`.

`python tools/odcs_schemas.py VERSION=FILE…`, such as `3.2.0=…/open_data_contract_standard/schema.json`. Texts for people are left out. A
condition on `logicalType` holds only where there is one: as published, a property without one must be a map (findings/).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "mlspec/compiler/load/contracts/published"
FOR_PEOPLE = ("description", "examples", "title", "markdownDescription")


def adapted(form: Any, *, named: bool = False) -> Any:
    """The schema without texts, its conditions mended. `named`: the keys are names of properties, not words of JSON Schema."""
    if isinstance(form, list):
        return [adapted(item) for item in form]
    if not isinstance(form, dict):
        return form
    kept = {k: adapted(v, named=k in ("properties", "$defs") and not named) for k, v in form.items() if named or k not in FOR_PEOPLE}
    if not named and "if" in kept:
        kept["if"] = _only_where_given(kept["if"])
    return kept


def _only_where_given(condition: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in condition:
        return condition | {"anyOf": [_only_where_given(one) for one in condition["anyOf"]]}
    return condition | {"required": ["logicalType"]} if list(condition.get("properties", ())) == ["logicalType"] else condition


if __name__ == "__main__":
    for version, _, path in (given.partition("=") for given in sys.argv[1:]):
        form = adapted(json.loads(Path(path).read_text(encoding="utf-8")))
        (FOLDER / f"odcs-{version}.json").write_text(json.dumps(form, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
