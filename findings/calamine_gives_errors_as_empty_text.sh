#!/usr/bin/env bash
# Good guess: a cell with an error, such as #N/A, is told apart from an empty one.
# Seen:       python-calamine gives '' for an error, for an empty cell and for a formula without a value; openpyxl gives '#N/A' with the type `e`, and None.
# Versions:   python-calamine 0.9.1, openpyxl 3.1.5.
# Source:     nothing was found of it in calamine's readme.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'openpyxl==3.1.5' 'python-calamine==0.9.1' >/dev/null
cat > ask.py <<'PY'
import openpyxl
import python_calamine

book = openpyxl.Workbook()
book.active.append(["#N/A", None, "=1+1", 1])
book.save("a.xlsx")
one = [(cell.value, cell.data_type) for cell in openpyxl.load_workbook("a.xlsx", data_only=True).active[1][:3]]
print(python_calamine.CalamineWorkbook.from_path("a.xlsx").get_sheet_by_index(0).to_python()[0][:3], one)
PY
seen=$(venv/bin/python ask.py)
echo "calamine, openpyxl: $seen"
[ "$seen" = "['', '', ''] [('#N/A', 'e'), (None, 'n'), (None, 'n')]" ]
