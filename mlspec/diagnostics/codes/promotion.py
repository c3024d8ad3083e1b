"""Codes 07xx: gates, promotion, verification and rollback."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0701": Code(
        "no such environment", "The environments, in the order of promotion, stand in `mlspec.yaml` under `spec.environments`."
    ),
    "MLS0702": Code(
        "no deployment to promote to",
        "A promotion edits a Deployment. The model needs one in that environment (`mlspec deployment add` writes it); where it has several, `--deployment` says which.",
    ),
    "MLS0703": Code(
        "on hold",
        "After a rollback a hold stands in the environment file, so that automation does not bring the same version back. It ends by itself "
        "on its date. Removing it earlier is a change of its own, that somebody reviews. A rollback may go further back meanwhile, and not to the "
        "version that the hold keeps out.",
    ),
    "MLS0704": Code(
        "not in the environment before",
        "A version goes along the path of environments: to production goes what is deployed in staging. Promote it there first, and merge.",
    ),
    "MLS0705": Code("no KPIs", "A model without a KPISet can be trained, and can't be promoted: nothing says what it must reach."),
    "MLS0706": Code(
        "the gates did not pass",
        "At least one KPI failed or is inconclusive. `fail`: the value misses. `inconclusive`: the value holds, but the end of its interval does "
        "not, so that these test rows don't prove it; the message says about how many would. Nothing was written or pushed.",
    ),
    "MLS0707": Code(
        "the trained model is not current",
        "A stage of the model or of its data would run, so the model in the lock file is not what the specs, code and data declare now. "
        "`mlspec plan` shows which, and why.",
    ),
    "MLS0708": Code(
        "the version is taken",
        "A version is one model's bytes for ever, and the same bytes are one version. Leave `--version` out to use the next free one.",
    ),
    "MLS0709": Code(
        "the checkout is not the base branch",
        "A promotion's evidence must be about what is merged. Specs, code, pipelines, records and environments of the checkout must be those of "
        "the base branch.",
    ),
    "MLS0710": Code("a broken record", "Registry records and claims are written by mlspec and never change. Restore the file from Git."),
    "MLS0711": Code(
        "an environment file can't be edited",
        "mlspec sets four keys in place, and keeps comments and order. Where the file's form makes that unsafe (aliases, say), it refuses, and "
        "nothing is written.",
    ),
    "MLS0712": Code(
        "nothing to roll back to", "A rollback goes to a version that was deployed in the same place before, and it gives a reason."
    ),
    "MLS0713": Code(
        "the environment lock is not in Git", "A record says by digest which libraries a model needs, so the lock file must be committed."
    ),
    "MLS0714": Code(
        "never trained", "The model's `dvc.lock` does not record a trained model, its baseline, and the training and test rows."
    ),
    "MLS0715": Code(
        "a registry record is missing",
        "Every version that is deployed has a record `registry/<model>/<version>.yaml`. Records are never removed.",
    ),
    "MLS0716": Code(
        "a model's process gave no answer",
        "Models are loaded in processes of their own, without credentials and without the labels of the test rows. This one crashed, ended by itself, "
        "took too long, or needed something that it may not touch there: a file outside its folder and the declared code folders, or the network. "
        "Scoring may take 15 minutes; `MLSPEC_SCORE_SECONDS` in the environment of the check says otherwise.",
    ),
    "MLS0717": Code(
        "a model's answers can't be used",
        "What a model's process answers is checked by the process that judges: one finite number or known label for each row, probabilities that "
        "lie between 0 and 1 and add up to 1, a latency that is a duration.",
    ),
    "MLS0718": Code(
        "a model takes what it must not",
        "`signature.json` says what a model takes and predicts. It must be the task and target of its specs, and only the features that they declare: "
        "a model that is handed the answer, or a key, is not judged.",
    ),
    "MLS0719": Code(
        "there would be no way back",
        "A promotion that replaces a version also rehearses the rollback: the version that is deployed must load, answer its golden rows, and answer "
        "today's test rows with every feature that it takes. Where it can't, a rollback would fail when it is needed. Change features and libraries in two "
        "steps: first promote a version that does without the column (or was trained with the new libraries) while the old one still works, then drop it.",
    ),
    "MLS0730": Code("a record was changed", "Registry records and claims are add-only: what was approved stays readable, byte for byte."),
    "MLS0731": Code(
        "the data is not what was recorded",
        "The rows that the store has under this name are others than the record names, so the evaluation can't be repeated on them.",
    ),
    "MLS0732": Code(
        "no such claim",
        "The environment file names the claim that approves it by digest, and no claim has that digest: it was edited after the approval, or the "
        "environment file was edited by hand.",
    ),
    "MLS0733": Code(
        "the champion moved",
        "A challenger is approved against what was deployed when it was judged. Another version is deployed now (two promotions raced, and "
        "the other went first), so it must be judged again.",
    ),
    "MLS0734": Code("the evidence expired", "A claim is valid for 14 days. Data and champion move on; judge again with `mlspec promote`."),
    "MLS0735": Code(
        "record and approval disagree", "The registry record is not the one that was approved: one of the files was edited by hand."
    ),
    "MLS0736": Code(
        "the deployment target changed",
        "An approval covers how the model is served. The DeploymentTarget is another one now; put it back, or promote the version again to have "
        "the new one approved.",
    ),
    "MLS0737": Code(
        "the KPIs changed",
        "The claim was judged by other KPIs than the base branch has now: a threshold was lowered or raised after the evaluation. Judge again.",
    ),
    "MLS0738": Code(
        "something moved after the evaluation",
        "Data, specs, code, the environment lock or the model are not what the evidence is about. The message says which, and both digests.",
    ),
    "MLS0739": Code(
        "the numbers don't come out again",
        "Champion and challenger were judged again on the same rows, and the claim (or the record) says something else: it was edited, or the "
        "evaluation ran with other libraries than the lock file has.",
    ),
    "MLS0740": Code("the model's bytes changed", "The bytes in the store are not those that were approved. Nothing of them was loaded."),
    "MLS0741": Code(
        "a promotion changes something else too",
        "A promotion adds a record and a claim and edits one environment file. Anything else in the same change could alter what was judged.",
    ),
    "MLS0742": Code(
        "the environment file changes in more than a promotion writes",
        "A promotion sets `version`, `digest`, `previous` and `claim` (a rollback also `hold`) of a Deployment that stands on the base branch. "
        "Other keys, other objects of the same file, and taking a version away are changes of their own; a version is replaced, never removed.",
    ),
    "MLS0743": Code(
        "the claim is about something else",
        "A claim approves one version for one place, in place of one other, once, and has the name that says so.",
    ),
    "MLS0744": Code(
        "not the merge result",
        "What counts is the base branch with the change merged into it. Check that out (GitHub gives pull requests a merge commit), and verify.",
    ),
    "MLS0746": Code(
        "the policies changed after the evaluation",
        "A claim binds the digest of the policies it was made under. The base branch has others now, so the promotion is judged again.",
    ),
    "MLS0747": Code(
        "the rows don't come out of their source again",
        "The data stages were run again from the source, as the specs say, and gave other training or test rows than the record names: a "
        "`dvc.lock` was edited, or a stage depends on something that is not declared. Rows are compared, so another version of the Parquet "
        "library is no difference.",
    ),
    "MLS0748": Code(
        "no process for scoring",
        "Models are judged in processes of their own, and the system would not start one: memory or the number of processes is used up.",
    ),
    "MLS0766": Code(
        "a Step's number does not come out again",
        "A KPI names a number of a Step. `mlspec verify` runs the Step again, on the rows made again and on the model's own bytes, and it wrote "
        "another number than the record has, or could not be run. Either somebody edited the record, or the program does not do the same "
        "twice: take its randomness from MLSPEC_SEED, and no time of day.",
    ),
    "MLS0767": Code(
        "the search does not come out again",
        "`verify` asks the sampler of a new version's search again, and tells it what the log says: each trial must be the one that is asked for, "
        "the best of them what `best.json` says, and that what the model's folder names. Nothing is fitted; that the values came from the rows "
        "is trusted, as the training is, unless a KPI asks for `reproducible`.",
    ),
    "MLS0749": Code(
        "another baseline than declared",
        "A new record names a baseline. `mlspec verify --base` trains it again, on rows that it made again itself, and compares the answers: "
        "with a weaker baseline every gate `versus: baseline` would be easy to pass.",
    ),
    "MLS0725": Code(
        "the search read other rows",
        "What a search found names the rows that it read, and is kept in the model's folder. They must be the version's training rows, and "
        "nothing else: a search that has seen the test rows has chosen the model by them, and its KPIs say nothing of new rows.",
    ),
    "MLS0729": Code(
        "a stale model is judged",
        "`mlspec gate` judges what was trained. A file, a parameter or code that it was made from is another one by now, so its verdict is on "
        "yesterday's rows or specs, and none on what stands here. `mlspec plan` lists every stage that would run, and why.",
    ),
    "MLS0761": Code(
        "the environment file is not the committed one",
        "What is deployed is what the commit declares that is checked out. The Deployment in the working tree says something else: its file was edited, or "
        "put back from another time. `git checkout` it; what serves changes by a promotion or a rollback that is merged.",
    ),
    "MLS0762": Code(
        "a claim that was replaced is back",
        "Every promotion and every rollback brings a claim of its own, and the newest one on the main branch's line of first parents is in force. The "
        "environment file names an older one: it was restored by hand, or a promotion was reverted in Git. A revert was judged by nobody, and "
        'would pass by a hold.\n\nTo go back: `mlspec rollback deployment/ENV/NAME --reason "…"`, which leaves a claim and a hold. To undo '
        "the revert, revert it.",
    ),
    "MLS0763": Code(
        "whether a claim was replaced can't be known",
        "The history that would tell is not all here: the project is in no Git repository, or its clone is shallow. Claims are checked all the same; an old one that was "
        "put back could pass. Clone the whole history (`git fetch --unshallow`; `fetch-depth: 0` in GitHub Actions).",
    ),
    "MLS0764": Code(
        "a checkout rewrote what is compared by bytes",
        "Records and claims are named by the sha256 of their bytes. Git wrote them with other line ends here than were committed, since `core.autocrlf` or a "
        "line of `.gitattributes` told it to. `* -text` in `.gitattributes` (which `mlspec init` writes) makes Git hand out what it took in; then check the "
        "files out anew.",
    ),
    "MLS0765": Code(
        "no version",
        "A version is `v` and three whole numbers without leading noughts: `v1.2.0`. Leave it out, and the next free one is given.",
    ),
    "MLS0745": Code(
        "an unsound rollback", "A rollback goes to a version that was approved and deployed here before, adds no record, and leaves a hold."
    ),
}
