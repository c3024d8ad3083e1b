#!/usr/bin/env bash
# Good guess: what `DataFrame.to_csv` writes, `read_csv` reads back; a line break within a text is quoted.
# Seen:       a text with a bare carriage return (pasted from an old spreadsheet) is written without quotes, since lines end with "\n" here, and
#             read back as the end of a row: two rows come back as three, the numbers beside them as NaN, with no message. With
#             lineterminator="\r\n" it is quoted, and comes back as it was.
# Versions:   pandas 3.1.1, Python 3.11.
# Source:     the documentation of Python's csv module: by QUOTE_MINIMAL the characters of its own line end are quoted, and no other line break.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'pandas==3.1.1' >/dev/null
cat > ask.py <<'PY'
import pandas as pd

frame = pd.DataFrame({"note": ["a\rb", "c"], "n": [1, 2]})
for end in ("\n", "\r\n"):
    frame.to_csv("frame.csv", index=False, lineterminator=end)
    back = pd.read_csv("frame.csv")
    print(len(back), back.equals(frame), end=" ")
PY
seen=$(venv/bin/python ask.py)
echo "rows read back of 2, equal: by LF, by CRLF: $seen"
[ "$seen" = "3 False 2 True " ]
