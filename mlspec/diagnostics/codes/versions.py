"""Codes of the language's versions."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0210": Code(
        "old version of the language",
        "The document is written in a version of the language before `mlspec/v1`. It is read as if it were written in the newest, and means the "
        "same; `mlspec migrate` rewrites the file, comments kept. Old versions are read for as long as docs/reference/versions.md says.",
    ),
    "MLS0211": Code(
        "not of this version",
        "The document's `apiVersion` says one version of the language, and here it speaks another: a key that was renamed, a form that changed. "
        "The help line says how the document's own version puts it. Or write the document in `mlspec/v1` from the start.",
    ),
    "MLS0212": Code(
        "can't be said in that version",
        "`mlspec migrate --to` was asked for an older version, and the document says something that it has no words for. Nothing is dropped "
        "silently: the file stays as it is.",
    ),
    "MLS0213": Code(
        "can't be migrated",
        "`mlspec migrate` reads what it wrote again before it keeps it. Here the values would not have been the same, so the file was left "
        "alone. This is a bug.",
    ),
    "MLS0214": Code("no such version", "`mlspec migrate --to` names a version of the language that mlspec does not know."),
}
