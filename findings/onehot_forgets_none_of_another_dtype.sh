#!/usr/bin/env bash
# Good guess: OneHotEncoder fitted on a text column with a missing value knows missing values: None and NaN are one category.
# Seen:       fitted on pandas 3's `str` column, its categories are a, b and nan. NaN gets nan's column, in a `str` as in an `object` column; None
#             in an `object` column (rows from JSON or a database) gets all zeros, as an unknown category would, with no message under
#             handle_unknown="ignore". The same None in a `str` column is NaN and is known.
# Versions:   scikit-learn 1.9.1, pandas 3.1.1.
# Source:     not found in scikit-learn's documentation; tried.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'scikit-learn==1.9.1' 'pandas==3.1.1' >/dev/null
cat > ask.py <<'PY'
import pandas as pd
from sklearn.preprocessing import OneHotEncoder

encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(pd.DataFrame({"c": ["a", "b", None]}))
ask = lambda value, dtype: int(encoder.transform(pd.DataFrame({"c": pd.Series([value], dtype=dtype)})).sum())
print({"None as str": ask(None, "str"), "NaN as object": ask(float("nan"), object), "None as object": ask(None, object)})
PY
seen=$(venv/bin/python -W ignore ask.py)
echo "ones in the encoded row: $seen"
[ "$seen" = "{'None as str': 1, 'NaN as object': 1, 'None as object': 0}" ]
