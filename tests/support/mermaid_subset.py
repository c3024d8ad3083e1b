"""The part of Mermaid's grammar that our charts use, to the letter: a text that does not match is no chart of ours.

Tried against Mermaid itself (docs/decisions/0007-plots-in-comments.md).
"""

from __future__ import annotations

import re

STRING = r'"[^"`\n;%#{}<>\\|&@$*~^=\[\]!?]*"'
NUMBER = r"-?\d+(\.\d+)?"
LINES = (
    r"---", r"config:", r"  xyChart:", r"    width: \d+", r"    height: \d+", r"    xAxis:", r"      labelFontSize: \d+",
    r"  themeVariables:", r"    xyChart:", r'      plotColorPalette: "#[0-9a-f]{6}(, #[0-9a-f]{6})*"', r"---", r"xychart-beta",
    rf"    title {STRING}", rf"    x-axis {STRING} \[{STRING}(, {STRING})*\]", rf"    y-axis {STRING} {NUMBER} --> {NUMBER}",
)  # fmt: skip
SERIES = re.compile(rf"    (bar|line) \[{NUMBER}(, {NUMBER})*\]")


def check_chart(text: str) -> None:
    """Assert that a Mermaid text (without its fence) is a chart of ours, with as many values in each series as it has labels."""
    lines = text.rstrip("\n").split("\n")
    for line, form in zip(lines, LINES, strict=False):
        assert re.fullmatch(form, line), line
    series = lines[len(LINES) :]
    assert series
    labels = re.findall(r'"[^"]*"', lines[len(LINES) - 2].split("[", 1)[1])
    assert len(set(labels)) == len(labels) and '""' not in labels
    low, high = (float(part) for part in lines[len(LINES) - 1].rsplit('"', 1)[1].split("-->"))
    assert low < high
    for line in series:
        assert SERIES.fullmatch(line), line
        values = [float(value) for value in line.split("[")[1].rstrip("]").split(",")]
        assert len(values) == len(labels)
        assert low <= min(values) and max(values) <= high
