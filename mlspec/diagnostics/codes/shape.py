"""Codes of the shape of specs."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0101": Code(
        "unknown key",
        "The key is not part of this kind. Keys are camelCase; the help line names the nearest one, or lists what is allowed here.",
    ),
    "MLS0102": Code(
        "missing key", "A required key is not there. Add it; `mlspec schema` writes JSON Schemas that let an editor complete it."
    ),
    "MLS0103": Code(
        "wrong type of value", "The value has another type than the key takes: a list where a mapping is expected, text where a number is."
    ),
    "MLS0104": Code(
        "quote it",
        'Text is expected here, and YAML reads the value as a number: `python: 3.10` is the number 3.1. Put it in quotes: `python: "3.10"`.',
    ),
    "MLS0105": Code(
        "value not allowed", "The key takes one of a few words, and this is not one of them. The help line names the nearest, or all."
    ),
    "MLS0106": Code(
        "exactly one is needed", "Some keys exclude each other: a source is a `file` or `http`, never both, and never neither."
    ),
    "MLS0107": Code(
        "not a valid name",
        "Names become names of files, branches and URLs. They match `^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$` and are no device name of Windows (`con`, `nul`, …).",
    ),
    "MLS0108": Code(
        "path not allowed",
        "Paths are relative to mlspec.yaml, stay inside the repository, and hold no character that means something to a shell, to DVC or to GitHub.",
    ),
    "MLS0109": Code("not a quantity", "Write a number with its unit: shares `20%`, durations `30s 15m 24h 7d 2w`, sizes `50MB`."),
    "MLS0110": Code("listed twice", "The same name stands twice in one list."),
    "MLS0111": Code("not a KPI", "Write `mae <= 50`, `r2 >= 0.8`, or a mapping such as `{metric: mae, versus: champion, notWorseBy: 0%}`."),
    "MLS0112": Code("value not valid", "The value breaks a rule of its key; the message says which."),
}
