"""Codes of the steps of the generated workflows."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0560": Code(
        "a file that another job wrote can't be used",
        "The steps of the workflow hand each other files (a plan, a shard's report). A job that trains runs the code of the pull request, so "
        "what it hands over is checked as strictly as a spec: no link, no unknown key, no wrong type, no name of another's file.\n\n"
        "Run the workflow again. Where it stays so, the code under test, or a step of your own, wrote into the folder of results.",
    ),
    "MLS0561": Code(
        "a file may not come back from a run",
        "Of a run Git keeps `dvc.lock` and the small text outputs that the compiled pipelines name (`*.json`, `plots/*.csv`), of the objects "
        "that were planned, and nothing else: plain files, UTF-8, at most 20 MB each. Anything else in the folder of results is refused, and "
        "nothing of it is written.",
    ),
    "MLS0562": Code(
        "a link stands where a result belongs",
        "Results are written into the tree at the paths of the compiled pipelines. Where a link (or a folder in a file's place) stands on the "
        "way, a write would reach another place, so nothing is written. Remove it from the branch.",
    ),
    "MLS0563": Code(
        "the merge would leave something stale",
        "A merge queue tests what the main branch will be. Nothing is trained there: what is stale in the result of the merge was trained on "
        "the branch with another main branch's specs or data.\n\nUpdate the branch; its checks train what is stale then, and queue it again.",
    ),
    "MLS0564": Code(
        "more runners than a matrix has jobs",
        "GitHub allows 256 jobs in a matrix, objects that share a job share its runner, and the stale models name more different runners "
        "than that in `resources.runsOn`. Let more models share one.",
    ),
    "MLS0565": Code(
        "the plan has no such shard",
        "A train job names the shard of the plan that it trains, and the plan has none of that name. Name one of those that it lists.",
    ),
    "MLS0566": Code(
        "the plan is of another commit",
        "What is stale was found out at the commit that the plan names; another one is checked out here, where that may not hold. Run "
        "`mlspec ci plan` again at this commit, or check out the plan's.",
    ),
    "MLS0567": Code(
        "still stale after it ran",
        "The stages ran without an error, and by their own record they would run again: something that they read changed meanwhile, most "
        "often because a stage's code writes into its inputs, or into the lock.\n\nA stage may write its own outputs alone.",
    ),
    "MLS0568": Code(
        "it took longer than its time limit",
        "A model's `resources.timeout` says how long it may train. The run was ended at that limit, with all that it had started; the other "
        "objects of the job went on.\n\nGive it more time, or find out what takes it.",
    ),
    "MLS0569": Code(
        "more deploy jobs than a matrix has",
        "GitHub allows 256 jobs in a matrix, and a merge that changes everything starts one for each environment and each runner that its "
        "targets name in `runsOn`. Let more targets share one.",
    ),
}
