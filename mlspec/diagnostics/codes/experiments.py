"""Codes MLS0840 to 0846: parameters that are tried without a commit (`mlspec experiment`)."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0840": Code(
        "this is no value to try",
        "What is tried is written `path=value`: keys of the model's `spec`, joined by dots, and a value as YAML has it, on one line: `estimator.params.alpha=0.5`, `split.test=30%`, "
        "`features.exclude=[casual, registered]`. `--grid path=a,b,c` tries each of several values; of more than one grid all combinations, 100 at most.\n\n"
        "In a shell put quotes around what holds brackets, braces or spaces.",
    ),
    "MLS0841": Code(
        "the spec can't be edited so",
        "An experiment changes single values of the document that declares a model, and leaves comments, order and style as they are. That can't be done where the document was made by a ModelSet, where "
        "something else than a mapping stands on the way to a key, for a value of several lines, or where an anchor would carry the change elsewhere. "
        "A model of a ModelSet is tried by an entry of the set's `overrides`, which you write and commit.",
    ),
    "MLS0842": Code(
        "an experiment can't be called so",
        "Names of experiments become names of Git refs. They match `^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`, and no branch, tag or other experiment of this repository may have the name: `dvc exp apply NAME` would not know which is meant.",
    ),
    "MLS0843": Code(
        "there is no such experiment",
        "An experiment is a ref below `refs/exps/` whose commit differs from the one it started from by values of one model's spec, and by what came of them. `mlspec experiment list` names those that are here; `dvc exp pull` brings those of others. "
        "Experiments that change more than that (code, several models) are DVC's alone: `dvc exp show` lists them, `dvc exp apply` and `dvc exp remove` work on them.",
    ),
    "MLS0844": Code(
        "the spec moved on since the experiment",
        "An experiment tells what a value does in the place of the one that stood in the commit it started from. `mlspec experiment adopt` writes it only where that one still stands, in HEAD and in the working tree. Elsewhere nobody knows what the two changes do together: try the value again, from HEAD.",
    ),
    "MLS0845": Code(
        "an experiment starts from a commit",
        "What is tried is compared with HEAD, so it starts from HEAD's specs, code and data files. Uncommitted changes to these would be left out without a word, or come along without being adopted with the rest. "
        "Commit them, or put them aside (`git stash`), and try again. Generated files and results may be uncommitted: they are made anew.",
    ),
    "MLS0846": Code(
        "DVC could not keep the experiment",
        "The model was trained in a scratch clone, and DVC failed to keep what came of it in its run-cache, in the words of the message. Nothing of it is in your repository but data in DVC's cache.",
    ),
}
