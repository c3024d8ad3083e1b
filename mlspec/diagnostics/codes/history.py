"""Codes MLS0720 to MLS0729: history, and registering versions."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0720": Code(
        "no history",
        "The base branch has nothing of this object, now or before. A version gets its record by `mlspec promote` or `mlspec register`, and counts "
        "from the merge on.",
    ),
    "MLS0721": Code(
        "no such date",
        "`mlspec at` reads a day (`2026-05-01`: its end, in UTC) or a moment with its time zone (`2026-05-01T12:00Z`, "
        "`2026-05-01T14:00+02:00`), and nothing in the future.",
    ),
    "MLS0722": Code(
        "before the first commit", "The base branch did not exist at that moment, so nothing was deployed through this repository."
    ),
    "MLS0723": Code(
        "no such tag",
        "`mlspec register --from-tag` takes a tag in GTO's grammar, `demand@v1.0.0`, of the model that it registers. A shallow clone, or one made "
        "without tags, has none: `git fetch --tags`.",
    ),
    "MLS0724": Code(
        "the tag marks another model",
        "A tag can be moved, so it is no evidence: what is registered is what the base branch has, and it gets the tag's version only if the "
        "tagged commit's `dvc.lock` names the same bytes. An older version can't be checked any more: its rows can't be made again from today's "
        "specs. Keep its tag, and register what is trained now under the next version.",
    ),
}
