"""Codes of `mlspec eject`, and of what is asked of an ejected project."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0540": Code(
        "the project was ejected",
        "`mlspec eject` handed the generated files over: `dvc.yaml`, `params.yaml` and the workflow are yours, and mlspec writes them no more. "
        "What the specs say and what DVC runs may differ from now on, so `plan`, `apply` and `run` stop here. Run pipelines with `dvc repro`.\n\n"
        "To have mlspec generate them again: `git revert` the commit of the eject; or, when you changed files since and can do without these "
        "changes, remove every file that begins with the line `# Written by mlspec, and yours …` and run `mlspec apply`. Locks stay as they "
        "are, so that only what differs runs again. The guide *Eject* has the commands.",
    ),
    "MLS0541": Code(
        "a server is still running here",
        "`mlspec reconcile` started a server on this machine, and its state under `.mlspec/` is all that knows it. Eject removes that folder, and the "
        "server would run on with nobody to stop it.\n\nEnd it (`kill` its process), or eject in a clone on another machine: "
        "`.mlspec/state/` is local.",
    ),
    "MLS0542": Code(
        "eject wants an answer",
        "`mlspec eject` changes many files, so it asks first; here nobody can answer. Look at `mlspec eject --dry-run`, then say `--yes`.",
    ),
    "MLS0543": Code(
        "a file stands where the plain workflow goes",
        "Eject replaces the generated workflows by one, `.github/workflows/pipelines.yml`, and a file of yours has that name. Nothing was written; "
        "rename yours.",
    ),
}
