"""Codes of `mlspec ci gather` and `mlspec ci record`."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0580": Code(
        "a job brought no results",
        "An object was planned, and no result of it came back: its job failed, was cancelled, or its runner went away. Nothing of this object "
        "was committed; what other jobs brought was.\n\nUse 'Re-run failed jobs' on the run's page. What is in the DVC remote by now is not computed "
        "again. Where training itself failed, the job's log has the diagnostic.",
    ),
    "MLS0581": Code(
        "a lock is not current",
        "After the results were put into the tree, `mlspec plan` would still run this object: its `dvc.lock` was made from something else than "
        "what the branch holds. Either a stage writes other bytes each time it runs, or the lock was edited, or what it depends on changed "
        "meanwhile.\n\nRun `mlspec run` on the object and `mlspec plan` again: a second plan that is not empty names the stage.",
    ),
    "MLS0582": Code(
        "an output is not what the lock names",
        "Metrics, plots and reports that Git keeps must have the content that `dvc.lock` records. This one is missing, or was changed after the "
        "run. It is not committed.",
    ),
    "MLS0583": Code(
        "an output is not in the DVC remote",
        "The lock names an output that nobody could fetch: it was not pushed, or the remote lost it. Run the object's job again, or `mlspec run` and "
        "`dvc push` on a machine that has it.",
    ),
    "MLS0584": Code(
        "a model could not be judged",
        "The gates need the model, its baseline, its rows and the champion, by content. One of them is missing or can't be loaded, so nothing is "
        "known about the KPIs, which counts as a failure.",
    ),
    "MLS0585": Code(
        "a fork's pull request trains nothing",
        "A pull request from a fork gets no secrets and a read-only token, so its jobs can't reach the storage. Objects that are stale stay "
        "stale, and what changes a lock, a spec or a KPI can't be judged: both turn the run red. A maintainer looks at the change, takes the branch over into the repository, and opens the pull request from there.",
    ),
    "MLS0586": Code(
        "the merge with the base branch could not be tried",
        "`mlspec ci gather` merges the base branch in a scratch folder, to see whether the result would be stale. It needs the history of both "
        "branches: check out with `fetch-depth: 0`.",
    ),
    "MLS0590": Code(
        "the report is about another commit",
        "`mlspec ci record` was given a commit, and the report says that another one was trained and judged. Nothing was written.",
    ),
    "MLS0591": Code(
        "the repository on GitHub is not known",
        "Comment, status and the start of a workflow need the repository's name. In GitHub Actions it is in `GITHUB_REPOSITORY`; elsewhere it is "
        "read from the remote's URL.",
    ),
    "MLS0592": Code(
        "not a job's result",
        "`mlspec ci statuses` takes words such as `plan=success`: a job of the workflow, and how GitHub says that it ended (`success`, `failure`, "
        "`cancelled` or `skipped`).",
    ),
    "MLS0593": Code(
        "a fork's pull request can't start its checks",
        "The base of a pull request was changed to the main branch. GitHub starts no checks for that, so mlspec's own workflow does; a run of a "
        "fork's pull request, or of Dependabot's, has a token that reads, and may not.\n\nSomebody with write access closes the pull request and "
        "reopens it: GitHub starts the checks at that. The status `mlspec/approvals` is set by *mlspec approvals*, started by hand with its number.",
    ),
    "MLS0594": Code(
        "nobody knows what is deployed",
        "A batch is scored by the claim that was deployed last, which the runs of `mlspec-deploy.yml` tell. GitHub forgets runs after a time "
        "that the repository's settings say. A claim that nobody let in must not score, so nothing is scored then.\n\nStart `mlspec deploy` "
        "by hand (Actions, Run workflow): it deploys what is declared, after its reviewers agreed.",
    ),
    "MLS0595": Code(
        "a newer run was faster",
        "A deployment that waited long for its reviewer, or whose failed jobs were run again, keeps the plan that it began with. Since then a run of a newer "
        "commit decided what stands in the environment: it deployed something else, or took this back. To deploy the older content now would undo "
        "that without a word, so nothing is done.\n\nLet the run be. To deploy what stands on the main branch, start `mlspec deploy` by hand.",
    ),
    "MLS0596": Code(
        "an older run deploys still",
        "Two runs deploy one after the other by groups of GitHub's, one for each environment and runner. Where `runsOn` of a target changed between "
        "two commits, a deployment has another group, so that the job of the newer run waits by itself for the older run's to end. It did not.\n\n"
        "Wait for the older run, or cancel it, and run the failed jobs of the newer one again.",
    ),
}
