"""Codes of the stage `features`: what can go wrong when a FeatureSet is made. MLS0686 to MLS0689."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0686": Code(
        "not one row for each row of the spine",
        "A FeatureSet gives one row for each row of its spine, and `key` names it: unique, never missing, and the same in both. The message "
        "shows the first row that is missing, comes twice, or is nobody's. A join with rows that are not unique makes rows; an inner join "
        "loses them.",
    ),
    "MLS0687": Code(
        "a tie in an as-of join",
        "Several rows of the input are the newest ones for a row of the spine, and they differ. Which one is joined would depend on how "
        "rows are stored. `ties: [COLUMN, …]` says which one counts: the one with the greatest value, column by column.",
    ),
    "MLS0688": Code(
        "a feature has seen the future",
        "The set was made again with all inputs cut off at an instant, and a value that stood before it came out otherwise: it depends on "
        "rows that were not known then, or on the target of its own row. A model would look good on the test rows, and fail in use. The "
        "message names the column, the row and the instant. docs/guides/features.md shows the usual causes with their cures.",
    ),
    "MLS0689": Code(
        "an as-of join can't be made",
        "`on`, `known` and the set's `timeColumn` are dates or timestamps, and a column of `by` has one type in the spine and in the "
        "input. Nothing is converted without a word.",
    ),
}
