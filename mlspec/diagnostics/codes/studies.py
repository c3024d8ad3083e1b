"""Codes MLS0793 to 0799: models that are made for a question (`reproduce`, `compare`, `seeds`, `why`)."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0793": Code(
        "it can't be made again",
        "`mlspec reproduce` starts from a commit: its specs, code and locks, and by the locks the rows that sources gave. The message says what of "
        "that is not there, or does not belong together.\n\nWhat is no part of a commit can't be reproduced by anybody: commit it, or `dvc add` it.",
    ),
    "MLS0794": Code(
        "the locked environment can't be made",
        "The libraries of a model are those of its requirements lock, with their hashes. They are installed into a temporary folder by uv, where that is "
        "installed, else by pip in a new virtual environment of the Python that mlspec.yaml names. The message has the installer's last words.\n\n"
        "`--here` trains in the environment that mlspec runs in instead; the report then lists each library that is not the locked one.",
    ),
    "MLS0795": Code(
        "these can't be compared",
        "Models are compared row by row, so they need the same task, target and test rows: the digest of the test rows must be equal. On other rows a difference says "
        "as much of the rows as of the models. A ranking needs a metric that has a better and a worse.\n\n"
        "Give the models the same `data` and `split`. A challenger and an older version are compared on the new rows by `mlspec gate`.",
    ),
    "MLS0796": Code(
        "the change can't be taken apart",
        "`mlspec why` trains recipes that are mixed of a version and of what stands here: rows of one, parameters of the other. Both must answer the same question, the commit of the version must "
        "be at hand with its lock, each mixed recipe must be one that can be trained, and together they must not take longer than `--budget` allows. The message says what stands in the way.\n\n"
        "What was trained before is kept: the next try goes on from there.",
    ),
}
