"""One observed run: what `fit` got, against what the code reads as; what is observed counts, and the difference is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mlspec.diagnostics import Problems
from mlspec.setup.adopt.adopt import adopt
from mlspec.setup.adopt.observe.record import observe

SCRIPT = """\
import os
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

settings = {"C": 0.5, "max_iter": 300}
df = pd.read_csv("rows.csv")
model = make_pipeline(StandardScaler(), LogisticRegression(random_state=3, C=float(os.environ.get("STRENGTH", "2.5")), **dict(max_iter=200)))
model.fit(df[["a", "b"]], df["y"])
"""
CHOSEN = """\
import importlib
import pandas as pd

kind = getattr(importlib.import_module("sklearn.tree"), "DecisionTreeClassifier")
df = pd.read_csv("rows.csv")
kind(max_depth=2).fit(df[["a", "b"]], df["y"])
"""
PLAIN = """\
import pandas as pd
from sklearn.linear_model import Ridge
df = pd.read_csv("rows.csv")
Ridge().fit(
    df[["a"]],
    df["y"],
)
"""
ROWS = "a,b,y\n" + "".join(f"{i},{i % 3},{i % 2}\n" for i in range(40))


@pytest.fixture
def root(tmp_path: Path, real_pythons: None) -> Path:
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path


def test_the_last_estimator_of_a_pipeline_is_observed_with_its_place(root: Path) -> None:
    (root / "train.py").write_text(SCRIPT, encoding="utf-8")
    (seen,) = observe(root, f"{sys.executable} train.py")
    assert (seen.path, seen.rows, seen.columns, seen.target) == ("sklearn.linear_model.LogisticRegression", 40, ("a", "b"), "y")
    assert (dict(seen.params), str(seen.place)) == ({"C": 2.5, "max_iter": 200, "random_state": 3}, "train.py:10")
    blind = adopt(root, "train.py")
    assert ["`C` of" in g.what for g in blind.gaps].count(True) == 1
    found = adopt(root, "train.py", [seen])
    assert found.gaps == ()
    assert ("estimator.params.C", "2.5", "observed") in [(f.key, f.value, f.how) for f in found.facts]


def test_a_class_that_no_reading_finds_is_observed(root: Path) -> None:
    (root / "train.py").write_text(CHOSEN, encoding="utf-8")
    with pytest.raises(Problems, match="MLS0555"):
        adopt(root, "train.py")
    found = adopt(root, "train.py", observe(root, f"{sys.executable} train.py"))
    told = {(f.key, f.value) for f in found.facts}
    assert {("estimator.class", "sklearn.tree.DecisionTreeClassifier"), ("estimator.params.max_depth", "2")} <= told
    assert [p.ref for p in found.parts] == ["model/rows"]


def test_where_both_differ_the_observed_counts_and_it_is_told(root: Path) -> None:
    text = 'import pandas as pd\nfrom sklearn.linear_model import Ridge\ndf = pd.read_csv("rows.csv")\nalpha = 5.0\nRidge(alpha=alpha).fit(df[["a"]], df["y"])\n'
    (root / "train.py").write_text(text, encoding="utf-8")
    (seen,) = observe(root, f"{sys.executable} train.py")
    (root / "train.py").write_text(text.replace("5.0", "7.0"), encoding="utf-8")
    told = [(f.key, f.value, f.how) for f in adopt(root, "train.py", [seen]).facts]
    assert ("estimator.params.alpha", "5.0", "observed, where the code reads as 7.0") in told


def test_a_fit_that_ran_elsewhere_is_told(root: Path) -> None:
    (root / "train.py").write_text(PLAIN, encoding="utf-8")
    (root / "other.py").write_text(PLAIN, encoding="utf-8")
    found = adopt(root, "train.py", observe(root, f"{sys.executable} other.py"))
    assert [(str(g.place), "was observed here" in g.what) for g in found.gaps] == [("other.py:4", True)]


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("python train.py | tee log", "needs a shell"),
        ("no-such-program-here", "can't be started"),
        (f"{sys.executable} -c 'raise SystemExit(3)'", "ended with 3"),
        (f"{sys.executable} -c pass", "called `fit` of no estimator"),
    ],
)
def test_a_command_that_fails_is_told(root: Path, command: str, why: str) -> None:
    with pytest.raises(Problems, match="MLS0556") as raised:
        observe(root, command)
    assert why in str(raised.value)
