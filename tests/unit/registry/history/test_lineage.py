"""Up to the bytes that something came from, down to every deployment that came of it; whatever lock files and records say."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.line_world import LineWorld
from support.projects import TARGET
from support.records import artifacts, claim, deployed, deployment, md5, record, rollback, sha

from mlspec.diagnostics import Problems
from mlspec.language.kinds.deployment import DeploymentTargetSpec
from mlspec.language.kinds.targets.table import TARGET_KINDS
from mlspec.registry.branch import Line, open_line
from mlspec.registry.history import used_by
from mlspec.registry.history.lineage import Lineage, lineage
from mlspec.registry.history.made_from import DEEPEST, Locks, file_tree, rows_tree
from mlspec.registry.history.objects import Named, parse_object
from mlspec.registry.history.tree import Node
from mlspec.registry.history.used_by import read_rows, target_kinds, users_of_rows, uses

MODEL, DATA = "pipelines/models/demand", "pipelines/data/sales"
FOREIGN = f"schema: '2.0'\nstages:\n  score:\n    cmd: x\n    outs:\n    - {{path: model, hash: md5, md5: {md5('model')}}}\n"


def lock(*stages: tuple[str, dict[str, str], dict[str, str]]) -> str:
    """A dvc.lock: (name, {dep: md5}, {out: md5}) a stage."""
    lines = ["schema: '2.0'", "stages:"]
    for name, deps, outs in stages:
        lines += [f"  {name}:", "    cmd: x"]
        for key, files in (("deps", deps), ("outs", outs)):
            lines += (
                [f"    {key}:", *(f"    - {{path: {path}, hash: md5, md5: {digest}}}" for path, digest in files.items())] if files else []
            )
    return "\n".join(lines) + "\n"


LOCKS = {
    f"{DATA}/dvc.lock": lock(
        ("ingest", {"../../../data/sales.csv": md5("csv")}, {"raw.parquet": md5("raw")}),
        ("validate", {"raw.parquet": md5("raw")}, {"valid.parquet": md5("valid")}),
    ),
    f"{MODEL}/dvc.lock": lock(
        (
            "split",
            {"../../data/sales/valid.parquet": md5("valid")},
            {"train.parquet": md5("train.parquet"), "test.parquet": md5("test.parquet")},
        ),
        ("train", {"train.parquet": md5("train.parquet"), "../../../shop": "bb.dir"}, {"model": md5("model")}),
    ),
    "data/sales.csv": "day\n",
}


def registry(root: Path) -> LineWorld:
    """v1.0.0 was promoted to staging, rolled over by v1.1.0 and is back by a rollback; v1.1.0 stands in production, set by hand."""
    world = LineWorld(root / "project").start(LOCKS | {"specs/rest.yaml": TARGET})
    world.write()
    trained = open_line(world.root).tip
    first, second = record(commit=trained), record("v1.1.0", commit=trained)
    claims = {
        "promotions/staging/demand/v1.0.0.yaml": claim("staging", "v1.0.0", first),
        "promotions/staging/demand/v1.1.0.yaml": claim("staging", "v1.1.0", second),
        "promotions/staging/demand/v1.0.0.rollback-1.yaml": rollback("staging", "v1.0.0", first),
    }
    files: dict[str, str | bytes] = {
        "registry/demand/v1.0.0.yaml": first,
        "registry/demand/v1.1.0.yaml": second,
        **claims,
        "environments/staging/demand.yaml": deployed("staging", "v1.0.0", claims["promotions/staging/demand/v1.0.0.rollback-1.yaml"]),
        "environments/production/demand.yaml": deployed("production", "v1.1.0", sha("nothing"), target="elsewhere"),
    }
    world.push({path: text.decode() if isinstance(text, bytes) else text for path, text in files.items()})
    return world


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    return open_line(registry(tmp_path_factory.mktemp("lineage")).write())


def places(found: Lineage) -> dict[str, list[tuple[str, str]]]:
    """{version: [(claim or place, stands)]} of what came of something."""

    def below(node: Node) -> list[tuple[str, str]]:
        own = [(node.name, node.facts["stands"])] if "stands" in node.facts else []
        return own + [row for child in node.children for row in below(child)]

    return {node.name: below(node) for node in found.down}


ALL = {
    "demand@v1.1.0": [("deployment/staging/demand", "before"), ("deployment/production/demand", "now, by no claim")],
    "demand@v1.0.0": [("deployment/staging/demand", "now"), ("deployment/staging/demand", "before")],
}


def test_a_models_versions_with_where_they_stand_and_stood(line: Line) -> None:
    found = lineage(line, Named("model", "demand"))
    assert places(found) == ALL
    (newest,) = found.up
    assert newest.name == "demand@v1.1.0"


def test_a_version_is_followed_up_to_the_file_in_git(line: Line) -> None:
    (tree,) = lineage(line, Named("version", "demand", version="v1.0.0")).up
    assert [line.strip("│├└─ ").split("  ")[0] for line in tree.lines()] == [
        "demand@v1.0.0",
        f"{MODEL}/model",
        f"{MODEL}/train.parquet",
        f"{DATA}/valid.parquet",
        f"{DATA}/raw.parquet",
        "data/sales.csv",
        "shop",
        f"{MODEL}/test.parquet",
        f"{DATA}/valid.parquet",
    ]
    assert any(row.endswith("from as above") for row in tree.lines())
    assert any("data/sales.csv  md5" in row and "git" in row for row in tree.lines())
    assert any("shop  md5 bb.dir  kept not in Git at" in row for row in tree.lines())


def test_a_deployment_has_its_own_alone(line: Line) -> None:
    here = lineage(line, Named("deployment", "demand", "production"))
    assert places(here) == {"demand@v1.1.0": [("deployment/production/demand", "now, by no claim")]}
    assert [n.name for n in here.up] == ["demand@v1.1.0"]
    assert set(places(lineage(line, Named("deployment", "demand", "staging")))) == set(ALL)


@pytest.mark.parametrize("name", [sha("v1.0.0"), sha("v1.0.0").removeprefix("sha256:"), md5("model"), f"md5:{md5('model')}"])
def test_a_digest_of_a_version_is_known(line: Line, name: str) -> None:
    assert "demand@v1.0.0" in places(lineage(line, parse_object(line, name)))


def test_the_digest_of_a_claim_is_known_with_and_without_its_prefix(line: Line) -> None:
    content = line.repository.show(line.tip, "promotions/staging/demand/v1.0.0.rollback-1.yaml") or b""
    for name in (sha(content), sha(content).removeprefix("sha256:")):
        assert set(places(lineage(line, parse_object(line, name)))) == {"demand@v1.0.0"}


def test_the_md5_of_rows_leads_up_to_what_they_were_made_from(line: Line) -> None:
    found = lineage(line, Named("digest", md5("raw")))
    assert [node.name for node in found.up] == [f"{DATA}/raw.parquet"]
    assert found.down == ()


def test_a_source_leads_down_to_the_versions_that_read_it(line: Line) -> None:
    found = lineage(line, Named("source", "sales"))
    assert places(found) == ALL
    assert [n.name for n in found.up] == [f"{DATA}/valid.parquet"]
    assert users_of_rows(line, ["pipelines/data/sales/"]) == ["demand"]
    assert users_of_rows(line, ["pipelines/data/sale/"]) == []


@pytest.mark.parametrize(
    ("named", "code"),
    [
        (Named("model", "other"), "MLS0720"),
        (Named("version", "demand", version="v9.0.0"), "MLS0720"),
        (Named("deployment", "demand", "canary"), "MLS0720"),
        (Named("source", "other"), "MLS0720"),
        (Named("digest", "sha256:" + "0" * 64), "MLS0720"),
        (Named("digest", "f" * 32), "MLS0720"),
        (Named("digest", sha("v1.0.0")[7:39]), "MLS0720"),  # half of a digest is none
        (Named("environment", "staging", "staging"), "MLS0003"),
    ],
)
def test_what_is_unknown_is_told(line: Line, named: Named, code: str) -> None:
    with pytest.raises(Problems, match=code):
        lineage(line, named)


def test_a_target_has_its_kind_or_is_unknown(line: Line) -> None:
    assert target_kinds(line) == {"local-rest": "rest"}
    texts = "\n".join(row for node in lineage(line, Named("model", "demand")).down for row in node.lines())
    assert "target local-rest (rest)" in texts
    assert "target elsewhere (unknown)" in texts


# ---------------------------------------------------------------------------------------------- what locks and records may say


def tree_of(root: Path, files: dict[str, str], path: str, digest: str) -> Node:
    line = open_line(LineWorld(root / "project").start(files).write())
    return file_tree(Locks(line, line.tip), path, digest)


def test_a_chain_of_hundreds_is_told_so_far(tmp_path: Path) -> None:
    """A lock file is text that somebody merged: it must not end every later `lineage` as a bug."""
    stages = [(f"s{n}", {f"f{n + 1}": "aa"}, {f"f{n}": "aa"}) for n in range(600)]
    tree = tree_of(tmp_path, {f"{MODEL}/dvc.lock": lock(*stages)}, f"{MODEL}/f0", "aa")
    lines = tree.lines()
    assert len(lines) == DEEPEST
    assert lines[-1].endswith("from more files than are told")
    assert tree.as_json()


def test_a_circle_is_told_once(tmp_path: Path) -> None:
    circle = lock(("a", {"two": "2"}, {"one": "1"}), ("b", {"one": "1", "two": "2"}, {"two": "2"}))
    tree = tree_of(tmp_path, {f"{MODEL}/dvc.lock": circle}, f"{MODEL}/one", "1")
    assert [line.strip("│├└─ ").removeprefix(f"{MODEL}/") for line in tree.lines()] == [
        "one  md5 1  stage a",
        "two  md5 2  stage b",
        "one  md5 1  stage a  from as above",
        "two  md5 2  stage b  from as above",
    ]


def test_other_bytes_than_the_lock_names_are_told(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, LOCKS, f"{MODEL}/model", "0" * 32)
    assert md5("model") in tree.facts["but"]


@pytest.mark.parametrize(
    ("text", "told"),
    [("outs:\n- {md5: ab, path: x.csv}\n", "ab"), ("outs: 3\n", "?"), ("outs: [3, {path: x}]\n", "?"), ("[", "?"), ("", "?")],
)
def test_a_file_that_dvc_tracks_has_the_md5_of_its_dvc_file(tmp_path: Path, text: str, told: str) -> None:
    assert tree_of(tmp_path, {"x.csv.dvc": text}, "x.csv", "").facts["dvc"] == told


@pytest.mark.parametrize(
    ("name", "path"),
    [(":(top)mlspec.yaml", f"{MODEL}/:(top)mlspec.yaml"), ("../mlspec.yaml", "pipelines/models/mlspec.yaml"), ("../../../*", "*")],
)
def test_a_dependency_is_looked_for_by_its_name_and_no_pattern(tmp_path: Path, name: str, path: str) -> None:
    content = lock(("train", {f"'{name}'": "aa"}, {"model": "bb"}))
    (child,) = tree_of(tmp_path, {f"{MODEL}/dvc.lock": content}, f"{MODEL}/model", "bb").children
    assert (child.name, child.facts["kept"][:10]) == (path, "not in Git")


def test_a_dependency_out_of_the_repository_is_told_as_such(tmp_path: Path) -> None:
    content = lock(("train", {"../../../../etc/passwd": "aa"}, {"model": "bb"}))
    (child,) = tree_of(tmp_path, {f"{MODEL}/dvc.lock": content}, f"{MODEL}/model", "bb").children
    assert (child.name, child.facts["kept"]) == ("../etc/passwd", "outside of the repository")


def test_a_source_without_a_lock_has_no_tree(line: Line) -> None:
    assert rows_tree(line, "source/other", line.tip) is None
    assert rows_tree(line, "source/demand", line.tip) is None


def test_a_record_whose_commit_is_gone_is_told_to_be_so(tmp_path: Path) -> None:
    files = {"registry/demand/v1.0.0.yaml": record(commit="0" * 40).decode(), f"{MODEL}/dvc.lock": LOCKS[f"{MODEL}/dvc.lock"]}
    line = open_line(LineWorld(tmp_path / "project").start(files).write())
    (tree,) = lineage(line, Named("model", "demand")).up
    assert tree.facts["but"] == "that commit is not in this clone"
    known = uses(line, ["demand"])
    assert read_rows(line, known, ["pipelines/data/sales/"]) == known  # what it read can't be told, so it is not left out


@pytest.mark.parametrize(
    "text", ["", "[1]", "commit: [x]\nartifacts: 3\n", "commit: HEAD\nartifacts: {model: [1], test: {path: 3}}\n", "\x00"]
)
def test_a_broken_record_is_a_version_of_which_nothing_is_known(tmp_path: Path, text: str) -> None:
    files = {"registry/demand/v1.0.0.yaml": text, "promotions/staging/demand/v1.0.0.yaml": text, f"{MODEL}/dvc.lock": FOREIGN}
    line = open_line(LineWorld(tmp_path / "project").start(files).write())
    found = lineage(line, Named("model", "demand"))
    assert [n.name for n in found.down] == ["demand@v1.0.0"]
    assert found.as_json()
    assert artifacts()["model"]["path"] not in [n.name for n in found.up[0].children]


def test_a_model_that_has_no_version_is_told_beside_those_that_have(tmp_path: Path) -> None:
    line = open_line(LineWorld(tmp_path / "project").start(LOCKS | {"environments/staging/demand.yaml": deployment("staging")}).write())
    assert [(n.kind, n.name, dict(n.facts)) for n in lineage(line, Named("source", "sales")).down] == [
        ("model", "model/demand", {"versions": "none"})
    ]


def test_what_all_targets_may_say_is_beside_their_kinds() -> None:
    shared = {field.alias for name, field in DeploymentTargetSpec.model_fields.items() if name not in TARGET_KINDS}
    assert shared == set(used_by._OF_ALL_KINDS)
