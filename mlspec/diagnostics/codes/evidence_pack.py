"""Codes MLS0790 to 0792: the evidence pack, and reports."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0790": Code("no such version", "Versions of a model are the files of `registry/<model>/`; `mlspec promote` makes them."),
    "MLS0791": Code("the pack can't be written", "The folder of `--output` must be one that you may write to."),
    "MLS0792": Code("the report can't be written", "The file of `--report` must lie in a folder that is there and that you may write to."),
}
