"""Classes are read from source text, and the reading agrees with what Python says when it imports them."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest

from mlspec.compiler.load.class_source import constructor_of
from mlspec.compiler.load.constructor import Constructor
from mlspec.lsp.estimators import class_paths


def test_every_estimator_of_scikit_learn_is_read_as_python_has_it(tmp_path: Path) -> None:
    text = "sklearn.feature_extraction.text"
    for path in [*class_paths(None), f"{text}.CountVectorizer", f"{text}.TfidfVectorizer", "sklearn.pipeline.Pipeline"]:
        module, _, name = path.rpartition(".")
        taken = set(inspect.signature(getattr(importlib.import_module(module), name)).parameters)
        found = constructor_of(tmp_path, path)
        assert not found.missing, path
        assert found.parameters is not None, path
        assert set(found.parameters) == taken, path


@pytest.mark.parametrize("path", ["numpy.ndarray", "decimal.Decimal", "os.path.Path", "builtins.int", "sklearn.impute.IterativeImputer"])
def test_of_what_only_python_knows_nothing_is_said(tmp_path: Path, path: str) -> None:
    assert constructor_of(tmp_path, path) == Constructor()


@pytest.mark.parametrize(
    ("path", "told", "meant"),
    [
        ("sklearn.Ridge", "`sklearn` has no class `Ridge`", "sklearn.linear_model.Ridge"),
        ("sklearn.ensemble.Ridge", "`sklearn.ensemble` has no class `Ridge`", "sklearn.linear_model.Ridge"),
        ("sklearn.linear_model.Rigde", "`sklearn.linear_model` has no class `Rigde`", "sklearn.linear_model.Ridge"),
        ("sklearn.liner_model.Ridge", "there is no module `sklearn.liner_model`", "sklearn.linear_model.Ridge"),
        ("sklern.svm.SVR", "there is no module `sklern`", "sklearn.svm.SVR"),
    ],
)
def test_what_is_not_there(tmp_path: Path, path: str, told: str, meant: str) -> None:
    found = constructor_of(tmp_path, path)
    assert found.missing == told
    assert meant in found.near.values()


OWN = {
    "class Own:\n    def __init__(self, a, *, b=1): ...": ("a", "b"),
    "class Base:\n    def __init__(self, a): ...\nclass Own(Base): ...": ("a",),
    "from abc import ABC\nclass Own(ABC): ...": (),
    "from other import Base as B\nclass Own(B): ...": ("deep",),
    "from sklearn.linear_model import LinearRegression as Own": ("copy_X", "fit_intercept", "n_jobs", "positive", "tol"),
    "class Own:\n    def __init__(self, **more): ...": None,
    "class Own:\n    def __new__(cls, a): ...": None,
    "import x\n@x.dressed\nclass Own:\n    def __init__(self, a): ...": None,
    "def dressed(f): ...\nclass Own:\n    @dressed\n    def __init__(self, a): ...": None,
    "import x\nclass Own(x.Base): ...": None,
    "class Own:\n    if True:\n        def __init__(self, a): ...": None,
    "class A:\n    def __init__(self, a): ...\nclass B:\n    def __init__(self, b): ...\nclass Own(A, B): ...": None,
    "class Own:\n    def __init__(self, a): ...\nOwn = None": None,
    "try:\n    from y import Own\nexcept ImportError:\n    class Own: ...": None,
    "class Own(Own): ...": None,
    "class Own(": None,
    "from elsewhere import *": None,
    "def __getattr__(name): ...": None,
}


@pytest.mark.parametrize("text", OWN, ids=range(len(OWN)))
def test_a_class_of_ones_own(tmp_path: Path, text: str) -> None:
    (tmp_path / "zoo").mkdir()
    (tmp_path / "zoo/own.py").write_text(text)
    (tmp_path / "other.py").write_text("class Base:\n    def __init__(self, deep): ...\n")
    found = constructor_of(tmp_path, "zoo.own.Own")
    assert not found.missing
    assert (found.parameters if found.parameters is None else tuple(sorted(found.parameters))) == OWN[text]


def test_a_class_that_ones_own_module_lacks(tmp_path: Path) -> None:
    (tmp_path / "zoo").mkdir()
    (tmp_path / "zoo/own.py").write_text("class Owl: ...\n")
    assert constructor_of(tmp_path, "zoo.own.Own").missing == "`zoo.own` has no class `Own`"
    assert constructor_of(tmp_path, "zoo.won.Owl").near["own"] == "zoo.own.Owl"
