"""Codes of the stages: what can go wrong with data, rules, splits, training and stored models. MLS0600 to MLS0669."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

_STAGE = {
    "MLS0600": Code(
        "a stage can't start",
        "A stage runs inside a generated folder and reads its own section of `params.yaml` there. The file or the section is missing "
        "or broken. `mlspec apply` writes it again; `dvc repro` runs the stages.",
    ),
    "MLS0601": Code(
        "user code can't be imported",
        "A spec names a function (`package.module:function`) or a class that Python can't import from the repository's root. The "
        "message says what Python said. Check the spelling, and that every import of that module is in the requirements lock.",
    ),
    "MLS0602": Code(
        "user code failed",
        "A function of yours raised an error, or returned something else than was agreed: a source returns a data frame, a rule a "
        "boolean or a frame of bad rows. The last lines of its traceback are in the message.",
    ),
    "MLS0603": Code(
        "an input is missing",
        "A file that an earlier stage writes is not there. `dvc repro` runs what is missing; `dvc pull` fetches what others ran.",
    ),
    "MLS0604": Code(
        "a path leaves the repository",
        "Stages read and write inside the repository only, also through links. DVC's own links into its cache are allowed.",
    ),
    "MLS0605": Code(
        "user code reads what it does not declare",
        "A function of yours may read, of the repository, what its `inputs` name, and the code folders: a file that nobody declared could "
        "change, and the stage would count as up to date. The help gives the line to add. What lies outside the repository (libraries, "
        "temporary folders, your home folder) is not in the way; docs/guides/data.md tells how this is enforced.",
    ),
}

_INGEST = {
    "MLS0610": Code("the source's file is missing", "`file.path` names no file. The help shows the nearest name in that folder."),
    "MLS0611": Code(
        "the source is empty",
        "The source has no rows, or not even a header. An empty source is refused: a model trained on nothing would replace one that works.",
    ),
    "MLS0612": Code(
        "the source can't be read",
        "The content doesn't fit `format` and `read` (delimiter, encoding, header). For CSV, every line must have as many fields as "
        "the header; the message names the line.",
    ),
    "MLS0613": Code(
        "the download failed",
        "The source's URL could not be fetched after all retries. Only http and https are followed, also after redirects.",
    ),
    "MLS0614": Code(
        "the download is not the pinned content",
        "`http.sha256` pins the content, and other bytes came. Find out why; if the change is right, pin the new digest.",
    ),
    "MLS0615": Code(
        "the header can't be used",
        "Every column needs a name of its own. Two columns share one (names are compared without case), or one has none.",
    ),
    "MLS0616": Code(
        "a column is read as text",
        "Its values are numbers, dates or timestamps, but for some cells (`NA`, `-`, a stray word), or a number would lose something of "
        "them: digits, a plus sign, the spelling of an id. A text feature is one category for each value, so this is told and not done in "
        "silence. The help has the line that mends it; a column declared as `string` is not looked at.",
    ),
    "MLS0617": Code(
        "times with and without a zone",
        "Some values of the column name their time zone, others don't. Taking the others for UTC would change their order, and with it a "
        "split by time. Write all of them one way, or declare the column as `string` and derive the time from it.",
    ),
    "MLS0618": Code(
        "digits are lost",
        "A number (64-bit floating point) keeps 15 to 17 digits, and whole numbers up to 2^53. The column is a number, so its longer values "
        "become the nearest one. A timestamp keeps microseconds. Declare what names something as `string`.",
    ),
    "MLS0619": Code(
        "an index of pandas among the columns",
        "An index without a name numbers the rows of a data frame that was sorted, filtered or sampled, and would teach a model their order. "
        "It is left out where the file's own metadata says what it is; a column that is only named like one (`Unnamed: 0`) is kept and told. "
        "An index with a name is a column.",
    ),
}

_CLEAN = {
    "MLS0620": Code("no such column", "A step, a rule or a declaration names a column that is not there at that point."),
    "MLS0621": Code(
        "a column is not declared",
        "`extraColumns: refuse` (the default) wants every column declared under `columns`, so that a new one is noticed. Declare it, "
        "drop it in a `clean` step, or set `extraColumns` to `drop` or `keep`.",
    ),
    "MLS0622": Code(
        "values don't fit the column's type",
        "The message shows the first values and their rows (the first row of data is row 1). Clean them: `replace`, `cast` with "
        '`onError: "null"`, `filter`. Nothing is rounded or guessed: `6.5` is no integer, and only ISO 8601 is a date.',
    ),
    "MLS0623": Code(
        "the SQL is refused",
        "`filter`, `derive`, `where` and `expression` take one expression over the columns of a row: no second statement, no subquery, "
        "no files, and nothing that answers differently each time (`now()`, `random()`). `sql` rules take one SELECT on `data`.",
    ),
    "MLS0624": Code("the SQL fails", "DuckDB refuses the expression, or it fails on a row. The message is DuckDB's own."),
    "MLS0625": Code(
        "a cleaning step can't be done", "The step doesn't fit its column: a mean of text, a new name that is taken, and the like."
    ),
    "MLS0626": Code("no rows are left", "Every row was dropped on the way. Loosen the filter, or look at the source."),
    "MLS0627": Code(
        "a cleaning step changes nothing",
        "A `replace` step names a value that no row holds, or that the column's type can't hold: `n/a` among numbers. Values are compared "
        "as values, so `-999`, `-999.0` and `-9.99e2` are one number. When the file was mended, leave the line out; else look at how the "
        "value is spelled, and at the steps before.",
    ),
    "MLS0628": Code(
        "the key of pseudonyms is not there, or another one",
        "`pseudonymise` makes each value a digest by a secret key, which the environment holds. With another key the same person gets "
        "another pseudonym, so that rows no longer meet: `check` says which key is meant, and nothing of the key.",
    ),
    "MLS0629": Code(
        "any key of pseudonyms is taken",
        "Without `check`, a run with another key goes on with other pseudonyms, and nobody is told. The line to write is told.",
    ),
}

_VALIDATE = {
    "MLS0630": Code(
        "a validation rule failed",
        "The data breaks a rule of the source's ValidationRules, so nothing trains on it. The message names rule, column, count and "
        "first rows with their keys. Clean the data, change the rule, or set `onFailure` to `warn` or `quarantine`.",
    ),
    "MLS0631": Code("a validation rule can't be checked", "The rule doesn't fit the column's type, or its SQL or Python fails."),
    "MLS0632": Code("a validation rule warns", "The data breaks a rule with `onFailure: warn`; the pipeline goes on."),
    "MLS0633": Code(
        "rows are in quarantine",
        "Rows that break a rule with `onFailure: quarantine` stand in `quarantine.parquet`, and not in `valid.parquet`.",
    ),
}

_SPLIT = {
    "MLS0640": Code("the target column is missing", "The rows have no column of the name under `target`."),
    "MLS0641": Code(
        "the target has missing values",
        "A row without target can't be learned from, nor judged. Fill it in a `clean` step, or leave such rows out with `where`.",
    ),
    "MLS0642": Code(
        "the split leaves a side too small", "Training needs at least 2 rows and the test at least 1. Change `test`, `testFrom` or `gap`."
    ),
    "MLS0643": Code(
        "classes are missing from a side",
        "A classifier needs at least two classes in training; each class needs two rows to be stratified.",
    ),
    "MLS0644": Code("the split can't be made", "The column the strategy needs is missing, has missing values, or holds something else."),
    "MLS0645": Code("the target doesn't fit the task", "`regression` needs numbers; `binary` exactly two classes."),
}

_TRAIN = {
    "MLS0646": Code(
        "labels can't be joined to the rows",
        "A Model's `labels` are joined to its `data` by the label set's `key`: it must be a column of the rows, of the same type, and name one row each.",
    ),
    "MLS0647": Code(
        "the rows are on no grid of times",
        "A forecast counts in steps: each series has one row a time, and times are equal steps, or months, apart. Steps may be missing.",
    ),
    "MLS0648": Code(
        "test rows of a forecast that can't be measured",
        "A series that begins after a fold's origin can't be forecast there, and one without a season before it has no naive error to compare with.",
    ),
    "MLS0649": Code(
        "a forecast lacks history",
        "Lags are values of a row's own series before it. A recursive forecast needs every step from what is known on: rows of the steps "
        "between, and the known values themselves where they are newer than the model.",
    ),
    "MLS0637": Code(
        "rows can't be weighted",
        "`weights` names a column of numbers from 0 on, one for each training row, and not all of them 0; `classWeight` the classes that rows have. The "
        "estimator's `fit` takes `sample_weight`, or for classes it has `class_weight`: `mlspec validate` reads it in the source text of what is installed.",
    ),
    "MLS0638": Code(
        "the answers can't be decided so",
        "`threshold` cuts probabilities, and `calibrate` makes them of scores: the estimator gives one of the two, `predict_proba` or `decision_function`.",
    ),
    "MLS0650": Code(
        "the estimator's class can't be found",
        "`estimator.class` is the dotted path of a class that Python can import. `mlspec validate` looks it up in the source text of what is "
        "installed here, without importing it; a package that is not installed here is a warning there, and an error where it trains.",
    ),
    "MLS0651": Code(
        "the estimator's params are wrong",
        "`params` are the constructor's arguments, in the spelling of the library that is installed. `mlspec validate` reads their names "
        "in its source text, and of scikit-learn's classes what each may be (`_parameter_constraints`), without importing it: the values "
        "of `params`, of what is nested in them, and of a search's `space`. Where the text computes what is allowed, and of other "
        "libraries, it is known when it trains.",
    ),
    "MLS0652": Code(
        "the estimator doesn't fit the task",
        "A regressor for `regression`, a classifier for `binary` and `multiclass`; it has `fit` and `predict`.",
    ),
    "MLS0653": Code(
        "the features can't be used",
        "A named feature is missing, or no column is left. The target, keys and times are never features by default.",
    ),
    "MLS0654": Code("training failed", "The estimator or trainer raised an error on these rows. The message is its own."),
    "MLS0655": Code("the trainer's answer can't be used", "A trainer returns a fitted estimator with `predict`, that can be pickled."),
    "MLS0656": Code(
        "features make up the target, or name rows",
        "Some features together give the target, as the parts of a sum do, or a feature has a value of its own in nearly every row. "
        "The first is measured as a model that knows the answer; from the second nothing is learned. The gates look at both.",
    ),
}

_TUNE = {
    "MLS0657": Code(
        "the search would be another one here",
        "Releases of Optuna choose other trials for the same seed, so that a search is of one release. `tuning.version` names another than "
        "mlspec's own; the lock pins what is installed.",
    ),
    "MLS0658": Code(
        "the folds can't be cut",
        "Trials are judged on folds of the training rows, cut as the model's own split is: whole groups, rows of each class, or blocks of time. "
        "There are fewer of them than folds. Ask for fewer folds. So are the rows on which probabilities are calibrated and a threshold is chosen; "
        "each class must be among what is learned from.",
    ),
    "MLS0659": Code(
        "the search found nothing",
        "All of its trials failed, the best fails where it is tried once more, or one of its processes was ended from outside. The first error "
        "is told. Trials that ended are kept on this machine: the next run goes on with them.",
    ),
    "MLS0666": Code(
        "the space holds what the estimator refuses",
        "The estimator says of a value of `tuning.space` that it takes no such value; told before any trial, where its class checks its params.",
    ),
}

_MODEL = {
    "MLS0660": Code(
        "the model's bytes are not the expected ones",
        "No model is loaded before the sha256 of its folder is compared with the one that was approved, since loading runs its code.",
    ),
    "MLS0661": Code(
        "not a model folder",
        "A model folder holds `model.joblib` (or `model.onnx`, or a program's files), `signature.json` and `smoke.json`. Where it holds "
        "`compiled.json` and `compiled.bin`, too, they must be what the pickled estimator compiles to: servers answer by them.",
    ),
    "MLS0662": Code(
        "the model can't be loaded",
        "Its bytes are right, but unpickling fails: other library versions, or user code that is gone. "
        "A server that runs does not load it with libraries that were installed since.",
    ),
    "MLS0663": Code("the input lacks columns", "A prediction needs every feature of the model's signature; other columns are ignored."),
    "MLS0664": Code("input values don't fit", "A value can't be read as the type that the signature names. null stands for missing."),
    "MLS0669": Code(
        "the ONNX graph can't be used",
        "What `model.onnx` takes and answers must fit the model: one matrix of all features, or one input a feature by its name; a free number "
        "of rows; a number a row, or a label, or shares of the classes that add up to 1. Operators that are not ONNX's own, weights outside "
        "its folder and an opset that is not known here are refused.",
    ),
    "MLS0668": Code(
        "the model's program answers otherwise than it must",
        "A program under `predict` answers each row once, in order: a finite number, or one of the classes, with a share for each class or "
        "with none. The message has the end of what it printed. docs/guides/programs.md has the contract.",
    ),
    "MLS0665": Code("the prediction failed", "The estimator raised an error, or answered NaN or infinity."),
    "MLS0667": Code(
        "a program left no model that can be used",
        "A model's `command` leaves in the folder of MLSPEC_OUTPUT what `artifact` says: `model.joblib` (something with `predict`) or "
        "`model.onnx`; with `predict` any files. docs/guides/programs.md has the contract.",
    ),
}

CODES: dict[str, Code] = {**_STAGE, **_INGEST, **_CLEAN, **_VALIDATE, **_SPLIT, **_TRAIN, **_TUNE, **_MODEL}
