"""Codes of what specs mean together."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0401": Code(
        "no requirements lock",
        "Every stage depends on the hash-locked requirements file, so that a changed library is a changed model, and the generated workflows "
        "install from it and from nothing else.\n\n`mlspec validate --fix` adds the key where it is missing, and writes the file with the "
        "versions that are installed, as `mlspec init` does; CI wants hashes in it too (`mlspec doctor` says how). Where nothing runs in CI, "
        "`ci: {provider: none}` writes no workflow, and there need be no lock; a promotion needs one all the same.",
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
    "MLS0409": Code(
        "a path leads out of the repository",
        "What the project depends on is committed, so that a reviewer sees it change. A link that leads elsewhere would bring in what no "
        "review saw. Put the file itself there.",
    ),
    "MLS0410": Code("unknown column", "The source declares its columns, and this is not one of them."),
    "MLS0411": Code("target among the features", "The model would be given the answer. Remove the target from the features."),
    "MLS0412": Code(
        "a share of nothing",
        "`improveBy: 10%` asks to be better by a tenth of the baseline's value. Where that value is 0 by construction (`f1` of a baseline that "
        "always answers the most frequent class, `r2` of a mean), any model that guesses is better. Say how much in the metric's own "
        "units: `improveBy: {points: 0.05}`.",
    ),
    "MLS0420": Code(
        "no such code",
        "A callable names a module that is in no code folder of the Project, or the command of a step a script that is not there.",
    ),
    "MLS0421": Code(
        "an input that can't be given",
        "`inputs` names files and folders that people keep in the repository, sources and feature sets; so does a source's `file`. What a stage writes "
        "below `pipelines/` is given by the name of its source or feature set, so that mlspec knows what must run first.",
    ),
    "MLS0422": Code(
        "a source's file can't be rows",
        "A source reads files of CSV, Parquet, JSON, JSON Lines, XML and .xlsx (`.gz` and `.zst` too), one or all that a pattern names, also in ZIP and tar "
        "archives; with `format: images` or `texts` each file of a folder is a row. What a name does not say, `format` and `member` do. A file of another "
        "kind is read by a `python` source: a function of yours that is given it among its `inputs`, and returns a DataFrame.",
    ),
    "MLS0423": Code("the query's file is missing", "`sql.query` names a file of the repository with one SELECT. Write it, and commit it."),
    "MLS0424": Code(
        "a cursor without a key",
        "`sql.cursor` reads only the rows that changed, and finds by `key` which ones of the last reading they replace. The key's columns "
        "are columns of the query.",
    ),
    "MLS0425": Code(
        "a key that says nothing here", "`format` and `read` say how files are read. The rows of a `sql` or `python` source come from none."
    ),
    "MLS0426": Code(
        "a step writes where it must not",
        "What a step writes is its own: no other step's, no input that anything reads as a file, no code, nothing that mlspec writes, and "
        "nothing that a `.dvc` file tracks. Who reads what a step writes names the step, so that it runs before.",
    ),
    "MLS0427": Code(
        "a Model and its LabelSet do not fit",
        "`labels` names where the target comes from: the `target` is the LabelSet's `label`, the rows are those of its `source`, and no column of the source has "
        "the label's name.",
    ),
    "MLS0428": Code(
        "a schedule for a source that is made of others",
        "`refresh` fetches rows again by a schedule. A source with `from` has nothing to fetch: its rows follow those of its inputs, and are "
        "made again when these change. Put `refresh` on the inputs.",
    ),
    "MLS0429": Code(
        "an output is not kept out of Git",
        "DVC keeps what a step writes. mlspec writes the `.gitignore` beside it, but where one of your own stands there: add the line that the "
        "message names, or the next `git add` takes the output into Git.",
    ),
    "MLS0430": Code(
        "ModelSet without an entry",
        "An empty list would delete every model of the set, and an empty list is most often a broken one. To take all models away, "
        "remove the ModelSet.",
    ),
    "MLS0431": Code("uneven entries", "Every entry of a ModelSet's list has the same keys, so that the template means the same for each."),
    "MLS0432": Code(
        "the list of a ModelSet can't be read",
        "The CSV file is missing, is not UTF-8 text, or is uneven. Its first line is the heading; each heading is a key for `${each.KEY}`.",
    ),
    "MLS0433": Code(
        "fewer entries than the guard asks for",
        "`guard.min` says how many models there must be at least. A list that shrank below it is refused, and nothing is deleted.",
    ),
    "MLS0434": Code("one name for two entries", "Each entry of a ModelSet makes a model of its own, and a model's name is unique."),
    "MLS0435": Code(
        "no such key of an entry",
        "`${each.KEY}` is the value of KEY in an entry of a ModelSet; a bare entry of a `list` is `${each.value}`. It has no meaning "
        "anywhere else, and values are plain text.",
    ),
    "MLS0436": Code(
        "the environment file and the ModelSet disagree",
        "The template of a ModelSet makes a Deployment for each model, and the first promotion writes its environment file. From then on both "
        "say which target serves it, and they must say the same. After a change of the target a version is promoted again.",
    ),
    "MLS0468": Code(
        "a search that can't be done",
        "`tuning` asks for what can't be searched: a metric without a direction, a grid over every number, a part of a grid, folds of time that "
        "are repeated, or a step of the preprocessing that is not there.",
    ),
    "MLS0469": Code(
        "a KPI of validation without one",
        "A KPI with `rows: validation` is judged on folds of the training rows, which `validation` of the model declares.",
    ),
    "MLS0480": Code("no such lint rule", "`lint` in mlspec.yaml names a rule that does not exist. docs/reference/rules.md lists all."),
    "MLS0437": Code(
        "a KPI names no number of a step",
        "A KPI with `step` names one of the step's `metrics`. `mlspec verify` runs the step again and compares, so the step must need neither "
        "the network nor secrets.",
    ),
    "MLS0440": Code(
        "an overlay that fits nothing",
        "A document under `environments/<environment>/overlays/` patches the KPISet, DeploymentTarget or Policy of the same name. What a "
        "model is made of can't differ between environments, since one artifact goes through all of them.",
    ),
    "MLS0441": Code(
        "a gate that a Policy requires is missing",
        "A warning while specs are written; `mlspec promote` and `mlspec verify` refuse the promotion to where the Policy holds.",
    ),
    "MLS0442": Code("a part of the card that a Policy requires is missing", "As MLS0441: a warning here, a refusal at the promotion."),
    "MLS0443": Code("personal data that a Policy forbids", "As MLS0441: a warning here, a refusal at the promotion."),
    "MLS0444": Code(
        "Forgejo does not have this",
        "`ci: {provider: forgejo}` writes workflows for Forgejo's runner. Signing in without a stored key (`storage.oidc`), signatures by a workflow's "
        "identity, and a Policy's approvals rest on GitHub: a run would find out after the training, or ask for a review that nobody can read.\n\n"
        "The message says what to use in its place; the guide of Forgejo lists what works there.",
    ),
    "MLS0449": Code(
        "schedules that can't be told apart",
        "GitHub hands a scheduled run the cron text, and not the time zone: of two schedules of one workflow file (all refreshes, or all batches) "
        "that differ in the zone alone, each would start what the other is for. `1 5 * * *` beside `0 5 * * *` is told apart.",
    ),
    "MLS0451": Code("personal data is not pseudonymised, as a Policy requires", "As MLS0441: a warning here, a refusal at the promotion."),
    "MLS0450": Code(
        "an environment with the name of another one's batches",
        "Scheduled batches of `production` are scored in GitHub's environment `production-batch`, which has no reviewers: the claim was reviewed. "
        "An environment of that name would share its rules and its secrets.",
    ),
    "MLS0490": Code("no runtime yet", "The language has this; this version can't run it, and says so instead of ignoring it."),
}
