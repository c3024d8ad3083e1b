"""Codes of one area; see the package's docstring for the ranges."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0950": Code("Git is not installed", "mlspec calls the program `git` (2.30 or later). Install it, and put it on the PATH."),
    "MLS0951": Code(
        "not at the top of a Git repository",
        "What is desired stands in Git, so promotion, verification and rollback need the project to be a Git repository, with "
        "`mlspec.yaml` at its top level.",
    ),
    "MLS0952": Code("no commits yet", "A promotion names the commit that a model was trained at, and there is none. Commit first."),
    "MLS0953": Code(
        "shallow clone",
        "A shallow clone holds the newest commits only (GitHub's checkout action takes one by default), and no older claim, record or "
        "branch point can be looked up in it.\n\nRun `git fetch --unshallow`, or check out with `fetch-depth: 0`.",
    ),
    "MLS0954": Code(
        "uncommitted work",
        "A promotion binds an approval to what Git holds. What is only in the working tree can't be seen by a reviewer, so it is "
        "committed first. Untracked files count where mlspec reads: specs, environments, pipelines, records and user code.",
    ),
    "MLS0955": Code(
        "detached HEAD", "No branch is checked out, so mlspec can't tell which branch a promotion starts from. Name it: `--base main`."
    ),
    "MLS0956": Code(
        "Git does not know who you are", "Records and commits carry a name. Set `user.name` and `user.email` in Git's configuration."
    ),
    "MLS0957": Code("no such remote", "The promotion's branch is pushed to a Git remote, `origin` unless `--remote` names another."),
    "MLS0958": Code("no such commit", "A branch, tag or commit that was named does not exist in this clone. Fetch it, or name another."),
    "MLS0959": Code("a Git command failed", "Git refused something that mlspec expected to work. The message is Git's own."),
    "MLS0960": Code(
        "the remote can't be reached", "Git could not read from the remote: its address, the network, or the rights are wrong."
    ),
    "MLS0961": Code(
        "a branch can't be moved",
        "mlspec makes the promotion's branch without touching the working tree, so the branch must not be checked out anywhere.",
    ),
    "MLS0962": Code(
        "push rejected",
        "The remote did not take the branch. If somebody else pushed it meanwhile, look at theirs first: mlspec never overwrites a branch "
        "that it did not see.",
    ),
    "MLS0970": Code("DVC's store can't be opened", "mlspec reads DVC's configuration (`.dvc/config`) to find the cache and the remote."),
    "MLS0971": Code(
        "an artifact is not in the store",
        "A model or a data set is looked up by content, in DVC's cache and then on the DVC remote, and neither has it.\n\nRun `dvc push` "
        "where it was made, or run the pipeline again.",
    ),
    "MLS0972": Code(
        "an artifact was altered",
        "The bytes that the store holds under a name do not have that name's digest: the file was changed or damaged after it was stored. "
        "Nothing of it was used.\n\nPush the right bytes again from where they were made (remove the damaged file on the remote first).",
    ),
    "MLS0973": Code(
        "the DVC remote does not answer", "Reading from or writing to the DVC remote failed: its address, the network, or the rights."
    ),
}
