"""Codes of `mlspec import`. MLS0550 to MLS0557."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0550": Code(
        "nothing that can be imported",
        "`mlspec import` reads a dvc.yaml, a Python script (.py), a notebook (.ipynb), an MLproject, or the catalog.yml of a Kedro project: a file inside "
        "the repository, of a size that people write. What lies outside, or is larger, is not read.",
    ),
    "MLS0551": Code(
        "code that Python 3 can't read",
        "Code is read by Python's own parser, of the Python that runs mlspec. Python 2, or a syntax error, stops it; the message has the line, of a notebook "
        "the cell and the line in it.",
    ),
    "MLS0552": Code(
        "a notebook of another form",
        "Notebooks of version 4 of the format are read, which Jupyter has written since 2015. `jupyter nbconvert --to notebook --nbformat 4` writes an older one anew.",
    ),
    "MLS0553": Code(
        "a pipeline that can't be read",
        "The stages of a dvc.yaml are resolved by DVC's own parser (`vars`, `${…}`, `foreach`, `matrix`), and it refuses this one; or an MLproject or a Kedro "
        "project lacks what makes it one.\n\n`dvc stage list` says what DVC says.",
    ),
    "MLS0554": Code(
        "stages that wait for each other",
        "Each stage of the circle reads what another one of it writes, so none can run first. The message names the circle.",
    ),
    "MLS0555": Code(
        "nothing could be followed",
        "Code is followed from files through names and functions to `fit`. Here the way is lost before a model is reached: the message has the first places.\n\n"
        "`--observe 'python train.py'` runs it once and notes what `fit` gets; a dvc.yaml that names the script gives its arguments.",
    ),
    "MLS0556": Code(
        "the observed command failed",
        "`--observe` runs a command as it is, without a shell, in your own environment. It could not be started, ended with an error, or called `fit` of no "
        "estimator with scikit-learn's interface. Nothing was written.",
    ),
    "MLS0557": Code(
        "nothing to compare with",
        "`mlspec import --check` compares numbers that the old pipeline left in its files of metrics (`metrics` in dvc.yaml, or what the script writes). None of "
        "them is here, or none is of a metric that is known.",
    ),
}
