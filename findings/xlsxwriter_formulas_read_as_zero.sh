#!/usr/bin/env bash
# Good guess: a formula that no program computed has no value: a reader of values gives None, or NaN.
# Seen:       XlsxWriter stores 0 as the value of each formula, and asks for a computation at load: openpyxl (data_only), pandas and calamine all read 0.
# Versions:   xlsxwriter 3.2.9, openpyxl 3.1.5, python-calamine 0.9.1.
# Source:     XlsxWriter, "Working with Formulas", Formula Results: the value 0 is stored, and programs that don't calculate show it.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'xlsxwriter==3.2.9' 'openpyxl==3.1.5' 'python-calamine==0.9.1' >/dev/null
cat > ask.py <<'PY'
import openpyxl
import python_calamine
import xlsxwriter

with xlsxwriter.Workbook("a.xlsx") as book:
    book.add_worksheet("rows").write_formula("A1", "=40+2")
one = openpyxl.load_workbook("a.xlsx", data_only=True)["rows"]["A1"].value
other = python_calamine.CalamineWorkbook.from_path("a.xlsx").get_sheet_by_name("rows").to_python()[0][0]
print(one, other)
PY
seen=$(venv/bin/python ask.py)
echo "=40+2 by openpyxl, calamine: $seen"
[ "$seen" = "0 0.0" ]
