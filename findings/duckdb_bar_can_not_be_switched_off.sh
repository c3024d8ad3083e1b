#!/usr/bin/env bash
# Good guess: `SET enable_progress_bar = false` is taken everywhere, and least of all needs a package that draws bars.
# Seen:       in a Jupyter kernel without ipywidgets DuckDB refuses it: "Could not change the progress bar setting because: required package
#             'ipywidgets' is missing". Whoever switches the bar off to be quiet in notebooks fails in just these. The same statement is
#             taken by a plain Python of the same environment, and by the kernel once ipywidgets is there.
# Versions:   DuckDB 2.0.1, ipykernel 7.1.0, nbclient 0.10.2.
# Source:     the message of DuckDB's Python package; its pages on the client do not speak of it.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1 IPYTHONDIR="$work/ipython" JUPYTER_PLATFORM_DIRS=1 HOME="$work"
python3 -m venv venv && venv/bin/pip install -q 'duckdb==2.0.1' 'ipykernel==7.1.0' 'nbclient==0.10.2' 'nbformat==5.10.4' >/dev/null
cat > ask.py <<'PY'
import nbformat
from nbclient import NotebookClient

CELL = """
import duckdb
try:
    duckdb.connect(":memory:").execute("SET enable_progress_bar = false")
    print("taken")
except duckdb.InvalidInputException:
    print("refused")
"""
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
NotebookClient(notebook, kernel_name="python3").execute()
exec(CELL)
print(notebook.cells[0].outputs[0]["text"].strip())
PY
without=$(venv/bin/python -W ignore ask.py 2>/dev/null | xargs)
venv/bin/pip install -q 'ipywidgets==8.1.8' >/dev/null
with=$(venv/bin/python -W ignore ask.py 2>/dev/null | xargs)
echo "plain Python, and a kernel: without ipywidgets $without; with it $with"
[ "$without / $with" = "taken refused / taken taken" ]
