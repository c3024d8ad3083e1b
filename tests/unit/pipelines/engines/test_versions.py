"""Whether a worker computes as this machine does; what differs is named."""

from __future__ import annotations

import sys

import pytest
from support.projects import MODEL, SPECS, compile_texts

from mlspec.pipelines.engines import versions
from mlspec.pipelines.engines.versions import code_digest, differences, installed, python_here, versions_of


def unlike(wanted: dict[str, str] | None = None, lock: str | None = None, *, python: str = "", code: str = "") -> list[str]:
    files = {"more.txt": b"pandas==0.1\n"}
    content = lock.encode() if lock is not None else None
    return differences(python or python_here(), wanted or {}, code or code_digest(), content, files.get)


def test_nothing_differs_from_itself() -> None:
    graph = compile_texts(SPECS).graph
    assert graph is not None
    here = versions_of(graph.pipelines[-1])
    assert {"numpy", "scikit-learn", "dvc", "joblib"} <= here.keys()
    assert unlike(here) == []


def test_what_an_estimator_comes_from_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "_distributions", lambda: {"click": ["click"]})
    graph = compile_texts(SPECS | {"specs/demand.yaml": MODEL.replace("sklearn.linear_model.Ridge", "click.Command")}).graph
    assert graph is not None
    assert versions_of(graph.pipelines[-1])["click"] == installed("click")


def test_another_python_is_all_there_is_to_say() -> None:
    assert unlike({"numpy": "0"}, python="3.9") == [f"Python {sys.version_info[0]}.{sys.version_info[1]}, and 3.9 is asked for"]


def test_each_library_of_another_version_is_named() -> None:
    numpy = installed("numpy")
    assert unlike({"numpy": "0.1", "nothing-of-it": "2"}) == [
        "no nothing-of-it, and 2 is asked for",
        f"numpy {numpy}, and 0.1 is asked for",
    ]
    assert unlike({"numpy": f"{numpy}.0"}) == []  # 2.3.5 and 2.3.5.0 are one version


def test_the_lock_goes_before_what_the_sender_had() -> None:
    numpy = installed("numpy")
    assert unlike({"numpy": "0.1"}, f"numpy=={numpy}\nmlspec-gitops==99\n") == []
    assert unlike({"numpy": str(numpy)}, "numpy==0.1\n") == [f"numpy {numpy}, and 0.1 is asked for"]
    assert unlike({}, "numpy==0.1 ; sys_platform == 'no-such'\n") == []
    assert unlike({}, "-r more.txt\n") == [f"pandas {installed('pandas')}, and 0.1 is asked for"]


def test_another_build_of_mlspec_is_told_though_its_number_is_the_same() -> None:
    assert unlike(code="0" * 64) == [f"another build of mlspec {installed('mlspec-gitops')}"]


def test_of_many_differences_some_are_named() -> None:
    told = unlike({f"no-such-{n:02d}": "1" for n in range(20)})
    assert len(told) == versions.MAX_TOLD + 1 and told[-1] == "12 more"
