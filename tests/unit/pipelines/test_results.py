"""Which files Git keeps of a run, and how they are put into the tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.projects import graph_of_two_models

from mlspec.compiler.project.graph import Graph
from mlspec.diagnostics import Problems
from mlspec.pipelines import results

LOCK = "pipelines/models/demand/dvc.lock"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of_two_models()


def test_the_paths_are_the_lock_and_what_git_keeps(graph: Graph) -> None:
    found = results.result_paths(graph, ["source/sales", "model/demand"])
    assert {LOCK, "pipelines/data/sales/dvc.lock", "pipelines/data/sales/validation.json", "pipelines/data/sales/profile.json"} <= found
    assert any(p.startswith("pipelines/models/demand/plots/") for p in found)
    assert not {p for p in found if p.endswith((".parquet", "dvc.yaml", "params.yaml", ".gitignore")) or "/other/" in p}


def test_an_object_that_nothing_declares_is_refused(graph: Graph) -> None:
    with pytest.raises(Problems, match="MLS0003"):
        results.result_paths(graph, ["model/nobody"])


def test_results_are_put_into_the_tree_once(tmp_path: Path) -> None:
    files = {LOCK: b"lock", "pipelines/models/demand/metrics.json": b"{}"}
    assert results.put_results(tmp_path, files) == tuple(sorted(files))
    assert {p: (tmp_path / p).read_bytes() for p in files} == files
    assert results.put_results(tmp_path, files) == ()
    assert results.put_results(tmp_path, {LOCK: b"new"}) == (LOCK,)
    assert sorted(p.name for p in (tmp_path / LOCK).parent.iterdir()) == ["dvc.lock", "metrics.json"]


@pytest.mark.parametrize("link", ["pipelines", "pipelines/models", "pipelines/models/demand", LOCK])
def test_a_link_in_the_tree_is_never_followed(tmp_path: Path, link: str) -> None:
    tree, outside = tmp_path / "tree", tmp_path / "outside"
    outside.mkdir()
    (tree / link).parent.mkdir(parents=True)
    (tree / link).symlink_to(outside / "x" if link == LOCK else outside)
    with pytest.raises(Problems, match="MLS0562"):
        results.put_results(tree, {"pipelines/data/sales/dvc.lock": b"", LOCK: b"x"})
    assert not list(outside.iterdir())
    assert not (tree / "pipelines/data/sales/dvc.lock").exists()


@pytest.mark.parametrize("path", ["../x", "/etc/x", "specs/x.yaml", "pipelines/../x", "pipelines//x"])
def test_no_path_leads_out_of_the_pipelines(tmp_path: Path, path: str) -> None:
    with pytest.raises(Problems, match="MLS0562"):
        results.put_results(tmp_path, {path: b"x"})
