"""Codes of one area; see the package's docstring for the ranges."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0750": Code(
        "approvals are missing",
        "A Policy of the base branch asks for approvals (`require.approvals`), and there are too few that count. One counts when\n\n"
        "- it is the person's latest word: a later request for changes, or a dismissal, takes it back, a comment does not;\n"
        "- the account is a person's, and may write to the repository;\n"
        "- the person had no hand in the change (`notAuthor`): did not open or push it, wrote and committed none of its commits, and did not ask for it;\n"
        "- what was looked at is what would be merged, byte for byte. A merge of the base branch that changes nothing else keeps it.\n\n"
        "The message lists each approval that does not count, and why.",
    ),
    "MLS0751": Code(
        "changes are requested",
        "Somebody with write access asked for changes, and that stands until the same person approves, or the review is dismissed.",
    ),
    "MLS0752": Code(
        "a loosening without its owner",
        "The change makes something easier to pass (a threshold, a test set, a rule, a Policy, who owns what), so an owner of it must agree who had no "
        "hand in the change. The owner is `metadata.owner` of the object, else the Project's, as the base branch has them; who stands behind a team "
        "says `spec.teams` in mlspec.yaml, else GitHub. Where nobody is named, any second person with write access will do.",
    ),
    "MLS0753": Code(
        "who had a hand in it can't be told",
        "An approval must be a second person's, so everybody must be known who wrote, pushed or asked for the change. GitHub must know the accounts behind "
        "the commits' addresses. Where a bot opened the pull request, its commit must say for whom (`Requested-by:`, which the job `propose` writes), and "
        "GitHub must tell who pushed: anybody can write a commit in a bot's name.",
    ),
    "MLS0754": Code(
        "who is in a team can't be told",
        "GitHub does not show the team to this token (a job's own token never sees an organization's teams), or the owner is a mail address, which GitHub "
        'compares with nobody. List the people in mlspec.yaml, on the main branch: `teams: {"@acme/forecasting": [anna, ben]}`.',
    ),
    "MLS0755": Code("which pull request?", "Approvals are those of one pull request into the main branch. `--pull NUMBER` names it."),
    "MLS0756": Code(
        "nobody can tell who approved",
        "Something asks for approvals, and they can't be read: the remote is no repository of GitHub's, or no token is set. It is refused then, never passed "
        "over. On a machine that serves, set GH_TOKEN to a fine-grained token with no more than Contents and Pull requests: read.",
    ),
    "MLS0757": Code(
        "the pull request can't be judged as it is",
        "It changed while it was read, does not merge with the base branch by itself, has more commits than GitHub lists, or what would be merged is not what it brings.",
    ),
    "MLS0758": Code(
        "deployed without a pull request",
        "The claim of a deployment came to the main branch otherwise than by a pull request, so nobody can have approved it. Promote again; protect the branch "
        "so that nothing is pushed to it directly.",
    ),
    "MLS0759": Code(
        "the claim is not what was merged",
        "The file of a claim differs from the one that the pull request brought: what was approved is another content. Claims never change; restore the file from Git.",
    ),
}
