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
        "mlspec makes a proposal's branch without touching the working tree, so the branch must not be checked out anywhere. Commits that "
        "somebody else put on it are never replaced: see MLS0523.",
    ),
    "MLS0962": Code(
        "push rejected",
        "The remote did not take the branch. If somebody else pushed it meanwhile, look at theirs first: mlspec never overwrites a branch "
        "that it did not see.",
    ),
    "MLS0963": Code(
        "GitHub made another commit",
        "In a workflow, mlspec has GitHub make its commits, so that GitHub signs them. Each is made here first, and GitHub's must have the same "
        "files to the byte, the same parents and the same message. This one has not, so that it was not pushed, and no branch has it.",
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
    "MLS0974": Code(
        "DVC is at work", "`mlspec gc` deletes nothing while a `dvc` command of the same project works: it may need what has no name yet."
    ),
    "MLS0975": Code(
        "this clone does not know what is needed",
        "`mlspec gc` keeps what open branches and pull requests need, and for that each of their commits must be in this clone. A remote has "
        "one that is not here, or does not say which pull requests are open. Nothing was deleted.\n\nFetch what the message names, and run it "
        "again.",
    ),
    "MLS0976": Code(
        "something was pushed meanwhile",
        "Between looking at what is needed and deleting the rest, `mlspec gc` asks the remotes again. A branch or pull request came or moved, "
        "and may need what was to go. Nothing was deleted: run it again.",
    ),
    "MLS0977": Code(
        "others may use the same store",
        "Objects that another project keeps in the same cache or on the same remote look like garbage from here.\n\nName the other projects' "
        "folders by `--shared-with`: what they need is kept, too. Or say by `--sole-user` that there is none.",
    ),
    "MLS0978": Code(
        "too short an age",
        "`mlspec gc` keeps what was written in the last days: whoever pushes data to the remote pushes the commit that names it a while later. "
        "`--keep-days` is 14 by default, and on a remote at least 1.",
    ),
    "MLS0979": Code(
        "nobody to look for",
        "`mlspec forget` looks for a person's rows by the columns of a source's `key`, and by those of personal data (`pii: true`): it needs one of "
        "them, or `--column`, and an id that is not empty.",
    ),
    "MLS0980": Code(
        "no token for GitHub",
        "Opening a pull request needs a token in `GH_TOKEN` or `GITHUB_TOKEN` (the first that is set counts). `mlspec promote` without "
        "one pushes the branch and names the address where a person opens the pull request.",
    ),
    "MLS0981": Code(
        "GitHub refused the token",
        "The token is wrong, expired or revoked, or it was pasted with something around it. mlspec never prints a token.",
    ),
    "MLS0982": Code(
        "the token may not open pull requests",
        "The token is valid and lacks a right. A workflow's own token needs `contents: write` and `pull-requests: write` under the "
        "job's `permissions:`; a fine-grained token needs the same two on the repository; a classic one `repo`. Where the organization "
        "has single sign-on, the token must be authorized for it.",
    ),
    "MLS0983": Code(
        "no such repository on GitHub",
        "GitHub answers 'not found' both for a repository that does not exist and for one that the token may not see. A renamed "
        "repository is followed by Git, and not by mlspec: set the remote to the new name.",
    ),
    "MLS0984": Code(
        "GitHub did not take the pull request",
        "The request was understood and refused: a branch is missing on GitHub, there is nothing to merge, or a rule of the repository "
        "stands against it. The message is GitHub's own.",
    ),
    "MLS0985": Code(
        "GitHub's rate limit",
        "GitHub limits how many requests a token may make. mlspec waits up to 30 seconds where GitHub asks for that, and stops where it "
        "asks for more. The branch is pushed: run the command again later.",
    ),
    "MLS0986": Code(
        "GitHub's API does not answer",
        "The network failed, or GitHub answered with server errors, also when asked again. The branch is pushed: the same command takes "
        "up where it stopped.",
    ),
    "MLS0987": Code(
        "an answer that is not GitHub's",
        "What answered does not speak GitHub's REST API: often a proxy's page of its own, or `GITHUB_API_URL` names the web address "
        "instead of the API's.",
    ),
    "MLS0988": Code(
        "GitHub Actions may not open pull requests",
        "A workflow's own token opens pull requests only where the repository's settings allow it: Settings, Actions, General, 'Allow "
        "GitHub Actions to create and approve pull requests'. Or give the workflow the token of a GitHub App.",
    ),
    "MLS0989": Code(
        "GITHUB_API_URL can't be used",
        "The API's address is `https://api.github.com`, or `https://HOST/api/v3` on an enterprise server. Without TLS the token would be "
        "readable on the way, so `http://` is taken only for this machine itself.",
    ),
    "MLS0990": Code(
        "the job may not ask for an identity token",
        "`spec.storage.oidc` has the DVC remote opened by GitHub's own token, and GitHub gives one only to a job with `permissions: id-token: "
        "write`. `mlspec apply` writes that into the jobs that use the storage. A pull request from a fork never gets a token, whatever the "
        "workflow says. Other credentials in the job's environment (such as `AWS_ACCESS_KEY_ID`) are used instead where they are set.",
    ),
    "MLS0991": Code(
        "GitHub gave no identity token",
        "The job asked GitHub for its identity token, by which the DVC remote is opened, and got none: the network, or GitHub, failed. Run "
        "the job again.",
    ),
}
