#!/usr/bin/env bash
# Good guess: `logicalType` of a property is optional in ODCS 3.2, as it was in 3.1 and as its documentation has it; a contract with `{name: id}` is valid.
# Seen:       the published schema of 3.2.0 refuses it: "'map' is a required property". Its condition `if: {properties: {logicalType: {const: map}}}` has no
#             `required`, so it also holds where there is no logicalType at all. The schema of 3.1.2 takes the same contract.
# Versions:   open-data-contract-standard 3.2.0 and 3.1.2 (the schemas), jsonschema 4.25.1.
# Source:     JSON Schema, `properties` says nothing of a key that is absent; the standard's page says that the text counts where schema and text differ.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'jsonschema==4.25.1' >/dev/null 2>&1
for version in 3.1.2 3.2.0; do venv/bin/pip install -q --no-deps --target "v$version" "open-data-contract-standard==$version" >/dev/null 2>&1; done
cat > ask.py <<'PY'
import json
import sys

from jsonschema import Draft201909Validator

version, api = sys.argv[1:]
schema = json.load(open(f"v{version}/open_data_contract_standard/schema.json", encoding="utf-8"))
contract = {"apiVersion": api, "kind": "DataContract", "id": "a", "version": "1", "status": "active"}
contract["schema"] = [{"name": "t", "properties": [{"name": "id"}]}]
print([error.message for error in Draft201909Validator(schema).iter_errors(contract)])
PY
old=$(venv/bin/python ask.py 3.1.2 v3.1.0); new=$(venv/bin/python ask.py 3.2.0 v3.2.0)
echo "3.1.2: $old; 3.2.0: $new"
[ "$old" = "[]" ] && [ "$new" = "[\"'map' is a required property\"]" ]
