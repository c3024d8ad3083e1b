"""The command line: verbs are found by name and imported only when used, so that start-up stays fast."""

from __future__ import annotations

import gc
import os
import sys

import click

from mlspec.cli.lazy import LazyGroup

SECTIONS = {
    "Write specs": {
        "init": "Start a project in an empty folder.",
        "import": "Propose specs of what is there: dvc.yaml, a script, a notebook, MLproject, Kedro.",
        "validate": "Check every spec and report all problems.",
        "fmt": "Write specs in canonical form, comments kept.",
        "migrate": "Rewrite specs of an older version of the language.",
        "explain": "Explain an object or a diagnostic code.",
        "contract": "Write a source and its rules as a data contract (ODCS).",
        "schema": "Write the JSON Schemas of the language.",
        "lsp": "Serve an editor: diagnostics, completion, hover, rename.",
    },
    "Train": {
        "plan": "Show which files would change and which stages would run, and why.",
        "apply": "Write the DVC pipelines and workflows that the specs declare.",
        "run": "Run what is stale, with DVC.",
        "profile": "Describe the rows of a source: types, missing values, distributions, a sample.",
        "labels": "Choose rows to annotate next, and list labels that are likely wrong.",
        "gate": "Judge a model's KPIs against baseline and champion.",
        "experiment": "Try values of a model's spec without a commit.",
        "seeds": "Train a model with other seeds, and say how far its metrics move.",
        "status": "Show desired and observed state of every object.",
    },
    "Promote and deploy": {
        "deployment": "Declare where a model is to be deployed.",
        "register": "Open the pull request that gives a trained model a version.",
        "promote": "Open the pull request that promotes a model version.",
        "verify": "Recompute digests and gates of promotions, and refuse what moved.",
        "approvals": "Check that the people agree to a change who must.",
        "rollback": "Open the pull request that goes back to the previous version.",
        "materialize": "Write the newest features of each key to where servers read them.",
        "reconcile": "Bring what is deployed to what Git declares.",
    },
    "Look back": {
        "history": "Tell versions, and what stood where from when to when.",
        "at": "Tell what stood in an environment at a moment.",
        "diff": "Compare two versions: data, code, specs, environment, metrics.",
        "lineage": "Trace an object up to its source rows and down to every deployment.",
        "tag": "Mark promoted versions by Git tags that GTO and DVC read.",
        "export": "Write objects as files of other tools (Feast).",
        "compare": "Compare models and versions on the same test rows, paired.",
        "leaderboard": "Rank models, and say which may be the best.",
        "why": "Say what a metric's change since a version comes from.",
        "reproduce": "Make a model again from its commit, and compare it stage by stage.",
        "evidence": "Write the documents of a model version: card, datasheet, bill of materials, and more.",
    },
    "Around it": {
        "ci": "Run a step of the generated workflows.",
        "doctor": "Check tools, Git, storage and GitHub's settings, and say what to mend.",
        "forget": "List what saw a person, and what to do to go on without.",
        "gc": "Free what no version, claim, open branch or workspace needs.",
        "eject": "Leave plain DVC pipelines and workflows behind.",
    },
}
VERBS = {verb: summary for section in SECTIONS.values() for verb, summary in section.items()}
ADVICE = "Start with `mlspec validate`, `mlspec plan`, `mlspec apply`, `mlspec run`."


@click.group(
    cls=LazyGroup,
    sections=SECTIONS,
    modules="mlspec.cli.{}",
    epilog=ADVICE,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="mlspec-gitops", prog_name="mlspec")
def app() -> None:
    """GitOps for machine learning: specs in Git, training by DVC, promotion by pull request."""


def main() -> None:
    """Run the command line. Exit codes: 0 ok, 1 problems, 2 changes pending or wrong usage, 3 a bug, 130 Ctrl-C."""
    from mlspec.cli import console
    from mlspec.diagnostics import Diagnostic

    try:
        os.getcwd()  # noqa: PTH109 - the raw call, for what it raises
    except FileNotFoundError:  # a shell may stand in a folder that is gone
        gone = Diagnostic("MLS0002", "the folder that you are in was deleted", None, "`cd` into another, or `cd .` if it was made anew")
        sys.exit(console.show([gone], "full"))
    gc.disable()  # until the project is read (context.settle): a verb that only reads ends before circles would matter
    sys.exit(console.guard(app))
