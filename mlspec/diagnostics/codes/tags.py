"""Codes MLS0780 to 0789: Git tags that mark versions and where they stand."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0780": Code(
        "a tag says something else than Git's history",
        "`demand@v1.2.0` belongs to the commit that brought the version's record into the main branch, and `demand#production#3` to that of the "
        "version which went there. The tag was moved (`git tag -f`), or somebody wrote it by hand. Nothing that mlspec verifies or deploys depends on "
        "a tag; what GTO and `dvc artifacts get` answer does. mlspec moves and deletes none: take the wrong one away, and fetch or write the right one.",
    ),
    "MLS0781": Code(
        "a tag that GTO does not see", "GTO reads annotated tags only. Delete the lightweight one, and let `mlspec tag` write it."
    ),
    "MLS0782": Code(
        "a version that can't be tagged",
        "A tag is there to get the model by: at its commit, `dvc.lock` must name the version's bytes. Where the record came in by a commit whose "
        "lock names others, tools that go by tags would get another model, so none is written.",
    ),
    "MLS0783": Code(
        "a tag differs between this clone and the remote",
        "The same name points at two commits. Compare both with what `mlspec tag` says, and put the wrong one right; mlspec overwrites neither.",
    ),
    "MLS0784": Code(
        "the remote did not take the tags",
        "No access, or a rule for tags. The tags are in this clone; a later `mlspec tag --push` goes on.",
    ),
    "MLS0785": Code(
        "a tag names an unknown version",
        "Somebody registered a version by hand that was never promoted: no record, no evidence. It is only told.",
    ),
    "MLS0786": Code(
        "two versions at one commit",
        "GTO can't read a registry in which one commit has two versions of a model, so the second gets no tag.",
    ),
    "MLS0787": Code("a commit that is not merged", "Tags say what was merged into the main branch; a commit beside it gets none."),
}
