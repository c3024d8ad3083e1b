"""Code is followed without running it; what changes rows and is not understood is a gap, never silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlspec.diagnostics import Problems
from mlspec.setup.adopt.code.follow import Follower
from mlspec.setup.adopt.code.values import Fit

HEAD = """\
import pandas as pd
from sklearn.linear_model import Ridge
from somewhere import magic
df = pd.read_csv("x.csv")
other = pd.read_csv("z.csv")
"""
TAIL = '\nRidge().fit(df[["a", "b"]], df["y"])\n'


def fits(root: Path, text: str, name: str = "train.py") -> list[Fit]:
    (root / name).write_text(text, encoding="utf-8")
    follower = Follower(root)
    follower.script(name)
    return follower.found.fits


def steps(fit: Fit) -> list[Any]:
    return [dict(step.form) for step in fit.features.steps]


UNDERSTOOD = {
    'def f(d):\n    d["a"] = d["a"] * 2\nf(df)': [{"derive": {"column": "a", "sql": "a * 2"}}],
    'def f(d):\n    d = d.dropna(subset=["a"])\n    d["a"] = 1\nf(df)': [],
    'for d in [df, other]:\n    d["a"] = d["a"].fillna(0)': [{"fillMissing": {"column": "a", "with": 0}}],
    'copy = df.copy()\ncopy["a"] = 1': [],
    'for c in ["a", "b"]:\n    if c == "a":\n        continue\n    df[c] = df[c].fillna(0)': [{"fillMissing": {"column": "b", "with": 0}}],
    'for c in ["a", "b"]:\n    if c == "b":\n        break\n    df[c] = df[c].fillna(0)': [{"fillMissing": {"column": "a", "with": 0}}],
    'del df["c"]': [],
    'df.dropna(subset=["a"], inplace=True)': [{"filter": "a IS NOT NULL"}],
    'df["a"].fillna(0, inplace=True)': [{"fillMissing": {"column": "a", "with": 0}}],
    'df["a"] = pd.to_numeric(df["a"], errors="coerce")': [{"cast": {"column": "a", "to": "number", "onError": "null"}}],
    'df["c"] = pd.to_numeric(df["a"])': [{"derive": {"column": "c", "sql": "CAST(a AS DOUBLE)"}}],
    'df["a"] = df["a"].fillna(df["a"].median())': [{"fillMissing": {"column": "a", "with": "median"}}],
    'df["a"] = df["a"].replace({"x": 1})': [{"replace": {"column": "a", "values": {"x": 1}}}],
    'df["c"] = df["a"].map({"x": 1, "y": 0})': [{"derive": {"column": "c", "sql": "CASE a WHEN 'x' THEN 1 WHEN 'y' THEN 0 END"}}],
    'df["p"] = df["p"].str.replace("$", "").astype(float)': [{"derive": {"column": "p", "sql": "CAST(replace(p, '$', '') AS DOUBLE)"}}],
    'df["h"] = pd.to_datetime(df["d"]).dt.dayofweek': [
        {"cast": {"column": "d", "to": "timestamp"}},
        {"derive": {"column": "h", "sql": "isodow(d) - 1"}},
    ],
    'df = df[(df["a"] > 1) & ~(df["b"] == "u")]': [{"filter": "((a > 1) AND ((b = 'u') IS NOT TRUE))"}],
    'df = df[df["a"] != 3]': [{"filter": "a IS DISTINCT FROM 3"}],
    'df = df[df["a"].isin(["u", "v"])]': [{"filter": "coalesce(a IN ('u', 'v'), false)"}],
    'df = df.rename(columns={"q": "a"}).drop_duplicates(subset=["a"])': [{"rename": {"q": "a"}}, {"dropDuplicates": {"by": ["a"]}}],
    'df = df.assign(c=lambda d: 1) if False else df.query("a == 1 and b > 2")': [{"filter": "a = 1 and b > 2"}],
}


@pytest.mark.parametrize("body", UNDERSTOOD)
def test_what_pandas_does_becomes_steps_of_clean(tmp_path: Path, body: str) -> None:
    (fit,) = fits(tmp_path, HEAD + body + TAIL)
    assert (steps(fit), fit.features.gaps) == (UNDERSTOOD[body], ())


def test_columns_by_position_are_those_of_the_heading(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b,y\n1,2,3\n", encoding="utf-8")
    (fit,) = fits(tmp_path, HEAD + "Ridge().fit(df.iloc[:, :-1], df.iloc[:, -1])\n")
    assert (fit.features.only, fit.target.column, fit.features.gaps) == (("a", "b"), "y", ())
    (fit,) = fits(tmp_path, HEAD + "Ridge().fit(df.iloc[:100, :-1], df.iloc[:, 9])\n")
    assert (len(fit.features.gaps), len(_gaps(fit.target))) == (1, 1)


NOT_UNDERSTOOD = [
    'while magic():\n    df["a"] = 1',
    'if magic():\n    df = df.dropna(subset=["a"])',
    'def f(d):\n    if magic():\n        return d\n    return d.dropna(subset=["a"])\ndf = f(df)',
    "magic(df)",
    'df.loc[df["a"] > 1, "a"] = 0',
    'df = df.merge(other, on="a")',
    "df = pd.concat([df, other])",
    'df["a"] = df["a"].apply(lambda v: v + 1)',
    'df["a"] = magic(df["b"])',
    "df.columns = magic()",
    "for c in magic():\n    df[c] = df[c].fillna(0)",
    'match magic():\n    case 1:\n        df["a"] = 2',
    'df = df.groupby("a").sum()',
    "df = df.iloc[:10]",
    'df = df[df["a"] > magic()]',
    'df = pd.read_csv("x.csv", nrows=10)',
    'df = pd.read_csv("x.csv", thousands=",")',
    'df["y"] = np.log1p(df["y"])',
    "df = df.sample(frac=0.5)",
]


@pytest.mark.parametrize("body", NOT_UNDERSTOOD)
def test_what_is_not_understood_is_a_gap_with_its_line(tmp_path: Path, body: str) -> None:
    found = fits(tmp_path, HEAD + body + TAIL)
    gaps = [gap for fit in found for part in (fit.features, fit.target) for gap in _gaps(part)]
    assert gaps
    assert all(gap.place.path == "train.py" and 6 <= gap.place.line <= HEAD.count("\n") + 1 + body.count("\n") + 1 for gap in gaps)


def _gaps(part: Any) -> tuple[Any, ...]:
    frame = getattr(part, "frame", part)
    return frame.gaps if hasattr(frame, "gaps") else (frame.gap,)


def test_names_are_followed_into_parameters_arguments_and_other_modules(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "params.yaml").write_text("train:\n  trees: 30\n", encoding="utf-8")
    (tmp_path / "src/settings.py").write_text("DEPTH = 4\n", encoding="utf-8")
    text = """\
import argparse, yaml
import pandas as pd
from sklearn.ensemble import RandomForestRegressor as Forest
from src.settings import DEPTH
parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=3)
args = parser.parse_args()
params = yaml.safe_load(open("params.yaml"))["train"]
df = pd.read_csv("x.csv")
Forest(n_estimators=params["trees"], max_depth=DEPTH, random_state=args.seed).fit(df[["a"]], df["y"])
"""
    (fit,) = fits(tmp_path, text, "src/train.py")
    told = {name: (value.value, str(value.place), value.sure) for name, value in fit.estimator.params.items()}
    assert told == {
        "n_estimators": (30, "params.yaml:2", "likely"),
        "max_depth": (4, "src/settings.py:1", "likely"),
        "random_state": (3, "src/train.py:6", "likely"),
    }


def notebook(*cells: tuple[str, int | None], version: int = 4) -> str:
    code = [{"cell_type": "code", "execution_count": count, "source": text.splitlines(keepends=True)} for text, count in cells]
    return json.dumps(
        {"nbformat": version, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "markdown", "source": "# hi"}, *code]}
    )


CELLS = (
    "import pandas as pd\n%matplotlib inline\n!pip install x\nC = 1",
    "C = 2",
    'from sklearn.svm import SVC\ndf = pd.read_csv("x.csv")\nSVC(C=C).fit(df[["a"]], df["y"])',
)


@pytest.mark.parametrize(("counts", "sure"), [((1, 2, 3), "likely"), ((1, 3, 2), "guess")])
def test_a_notebook_is_as_sure_as_the_order_of_its_cells(tmp_path: Path, counts: tuple[int, ...], sure: str) -> None:
    (fit,) = fits(tmp_path, notebook(*zip(CELLS, counts, strict=True)), "n.ipynb")
    value = fit.estimator.params["C"]
    assert (value.value, value.sure, str(value.place), str(fit.place)) == (2, sure, "n.ipynb, cell 3:1", "n.ipynb, cell 4:3")


BAD = {
    "old.py": ("print 'hello'\n", "MLS0551", "Python 2", (1, 1)),
    "broken.py": ("a = 1\nb = (\n", "MLS0551", "mend it", (2, 5)),
    "v3.ipynb": ('{"nbformat": 3, "worksheets": []}', "MLS0552", "--nbformat 4", (1, 1)),
    "no.ipynb": ("[1, 2", "MLS0552", "Jupyter", (1, 1)),
}


@pytest.mark.parametrize("name", BAD)
def test_code_that_can_not_be_read_is_told_with_its_place(tmp_path: Path, name: str) -> None:
    text, code, advice, place = BAD[name]
    with pytest.raises(Problems) as raised:
        fits(tmp_path, text, name)
    (found,) = raised.value.diagnostics
    assert found.span is not None
    assert (found.code, (found.span.line, found.span.column)) == (code, place)
    assert advice in (found.help or "")


def test_a_syntax_error_in_a_notebook_names_the_cell(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="cell 3, line 2"):
        fits(tmp_path, notebook(("a = 1", 1), ("b = 2\nc = (", 2)), "n.ipynb")


@pytest.mark.parametrize("path", ["../out.py", "none.py", "link.py", "large.py"])
def test_what_lies_outside_or_is_too_large_is_not_read(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "out.py").write_text("a = 1\n", encoding="utf-8")
    (root / "link.py").symlink_to(tmp_path / "out.py")
    with (root / "large.py").open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(Problems, match="MLS0550"):
        Follower(root).script(path)
