"""Codes of what specs mean together."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0401": Code(
        "no requirements lock", "Every stage depends on the hash-locked requirements file, so that a changed library is a changed model."
    ),
    "MLS0402": Code("no such code folder", "`spec.code` names a folder that is not there."),
    "MLS0403": Code("a time split needs a time column", "The source must say which column is time: `timeColumn`."),
    "MLS0404": Code("stratified regression", "A stratified split keeps the share of each class, and a regression has none."),
    "MLS0405": Code(
        "baseline does not fit the task", "`mean` and `median` are for regression, `majority` for classes; an `estimator` fits both."
    ),
    "MLS0406": Code("unknown metric", "The metric is not known, or not for this task. docs/reference/metrics.md lists all."),
    "MLS0407": Code("unknown environment", "The environment is not in the Project's `environments`."),
    "MLS0408": Code(
        "deployment in the wrong folder", "A Deployment stands under `environments/<its environment>/`, so that CODEOWNERS can protect it."
    ),
    "MLS0410": Code("unknown column", "The source declares its columns, and this is not one of them."),
    "MLS0411": Code("target among the features", "The model would be given the answer. Remove the target from the features."),
    "MLS0420": Code("no such code", "A callable names a module that is in no code folder of the Project."),
    "MLS0490": Code("no runtime yet", "The language has this; this version can't run it, and says so instead of ignoring it."),
}
