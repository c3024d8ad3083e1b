"""Codes of scheduled work: refreshing data, retraining, and the proposals that both leave."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0520": Code(
        "the budget can't be judged in a shallow clone",
        "`ci.retrain.cooldown` and `maxPerMonth` are judged by when the main branch's `dvc.lock` files changed. A shallow clone holds the "
        "newest commits only, so it can't tell a model that was never trained from one that was trained yesterday.\n\nRun "
        "`git fetch --unshallow`, or check out with `fetch-depth: 0`.",
    ),
    "MLS0521": Code(
        "a proposal that can't be used",
        "`mlspec ci propose` reads a folder that another job wrote, and that job ran code of the project. So the folder is checked like input "
        "from a stranger: a `proposal.json` of the known form, plain UTF-8 files of bounded size below `files/`, no links, nothing else.",
    ),
    "MLS0522": Code(
        "a proposal that asks for too much",
        "Each kind of proposal may touch a few files, and has one branch, one title and one message, which follow from its content. This one "
        "differs, which no step of mlspec's does by itself. Nothing was pushed.\n\nFind out what ran in the job that wrote it: code of the "
        "project runs there.",
    ),
    "MLS0523": Code(
        "somebody else's work is on the branch",
        "The branch of a proposal is mlspec's own, and is replaced when there is something new to propose. This one holds a commit that "
        "mlspec did not make, or that somebody amended, and would lose it.\n\nKeep it under another name, merge or close the pull request, and "
        "delete the branch, here and on the remote; the next run makes it anew.",
    ),
    "MLS0524": Code(
        "a proposal that does not build on the main branch",
        "The branch of a proposal is built on the commit it was made at. Were that commit not on the main branch, the pull request would "
        "bring along whatever stands in its history.",
    ),
    "MLS0525": Code(
        "the main branch has moved on",
        "Files of the proposal, or what its claim was judged by, were changed on the main branch after it was made, so that it would undo that "
        "change, or could not be merged. Nothing was pushed. Run the workflow again. What a schedule makes is left for its next run: MLS0528.",
    ),
    "MLS0526": Code(
        "a source that can't be refreshed by itself",
        "The source's new content was found, and its pull request can't be made by a program: its pinned digest is made of a variable, say, "
        "or a source that its rules need is itself stale. The message says what a person must do first.",
    ),
    "MLS0527": Code(
        "new data was refused",
        "The source was fetched again, and its new content does not hold what its rules say, or can't be read. The rule, the column and the "
        "number of rows stand above. There is no pull request for it; what is on the main branch stays.\n\nSet it right where the data comes "
        "from, or change the rules in a pull request of your own.",
    ),
    "MLS0528": Code(
        "left for the next run",
        "A retraining or refresh takes its time, and its pull request builds on what the main branch is at the end. What the main branch "
        "changed of it meanwhile (an object's parameters, code, data, lock files, or those of what it reads from) is left out, since it says "
        "nothing of what is there now; the rest is proposed. The message names the files. It is a warning: the exit code is 0, and the next "
        "run makes it anew.",
    ),
}
