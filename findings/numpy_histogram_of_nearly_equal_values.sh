#!/usr/bin/env bash
# Good guess: np.histogram takes any finite values: equal ones get a range of their own (it widens to value - 0.5 .. value + 0.5), so nearly equal ones do.
# Seen:       equal values give a histogram; values that differ by a rounding error raise "Too many bins for data range". Residuals of a model that
#             is right on every row are such values.
# Versions:   numpy 2.4.1.
# Source:     neither case was found in np.histogram's documentation; tried.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'numpy==2.4.1' >/dev/null
cat > ask.py <<'PY'
import numpy as np

counts, edges = np.histogram([1.0, 1.0], bins=40)
said = "nothing"
try:
    np.histogram([1.0, 1.0 + 1e-15], bins=40)
except ValueError as error:
    said = str(error).split(".")[0]
print(f"equal: {counts.sum()} values from {edges[0]} to {edges[-1]}; nearly equal: {said}")
PY
seen=$(venv/bin/python ask.py)
echo "$seen"
[[ "$seen" == "equal: 2 values from 0.5 to 1.5; nearly equal: Too many bins for data range"* ]]
