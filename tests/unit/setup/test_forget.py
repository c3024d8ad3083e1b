"""What saw a person: looked up in rows, traced by content to all that was made of them, unknown where nobody could look."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from support.cli import git, mlspec
from support.gc_world import GcWorld
from support.projects import PROJECT, SOURCE

from mlspec.diagnostics import Problems
from mlspec.pipelines.workspace import open_workspace
from mlspec.reports.rendering import render
from mlspec.runtime.clean.pseudonyms import pseudonym
from mlspec.setup.forget import forget as forget_module
from mlspec.setup.forget.forget import ForgetRequest, Traced, forget
from mlspec.setup.forget.report import as_form, document
from mlspec.setup.forget.search import holds
from mlspec.setup.forget.trace import states, worst

SECRET = "0123456789abcdef"


def test_what_was_made_of_rows_that_saw_has_seen() -> None:
    made = {"clean": {"raw"}, "valid": {"clean"}, "train": {"valid", "code"}, "model": {"train"}, "other": {"fine"}}
    found = states(
        {"raw": None, "clean": True, "valid": False, "fine": False}, made, ["raw", "clean", "valid", "train", "model", "other", "fine"]
    )
    assert found == {
        "raw": "unknown",
        "clean": "seen",
        "valid": "clean",
        "train": "clean",
        "model": "clean",
        "other": "clean",
        "fine": "clean",
    }


def test_what_was_made_of_unknown_rows_is_unknown_and_a_circle_ends() -> None:
    found = states(
        {"raw": None, "valid": None}, {"valid": {"raw"}, "a": {"b"}, "b": {"a"}, "m": {"valid"}}, ["raw", "valid", "m", "a", "b", "alone"]
    )
    assert set(found.values()) == {"unknown"}


def test_rows_that_could_not_be_looked_at_but_were_made_of_the_persons_have_seen() -> None:
    assert states({"raw": True, "valid": None}, {"valid": {"raw"}}, ["raw", "valid"])["valid"] == "seen"


def test_a_version_that_stands_in_two_places_is_told_with_both() -> None:
    spec = SimpleNamespace(model="demand", version="v1.0.0")
    refs = ("deployment/staging/demand", "deployment/production/demand")
    project: Any = SimpleNamespace(deployments={ref: SimpleNamespace(ref=ref, envelope=SimpleNamespace(spec=spec)) for ref in refs})
    record = {"kind": "ModelVersion", "model": "demand", "version": "v1.0.0", "artifacts": {"model": {"md5": "a"}}}
    (found,) = forget_module._versions(project, [record], {"a": "seen"})
    assert found.stands == ("deployment/production/demand", "deployment/staging/demand")


def test_the_worst() -> None:
    assert worst(["clean", "unknown", "seen"]) == "seen"
    assert worst(["clean", "unknown"]) == "unknown"
    assert worst([]) == worst(["clean"]) == "clean"


@pytest.mark.parametrize("ends", [".parquet", ".csv", ".jsonl"])
def test_rows_of_each_format(tmp_path: Path, ends: str) -> None:
    frame = pd.DataFrame({"Id": [4711, 12], "mail": ["a@x", "o'b@x"], "n": [1.5, None]})
    file = tmp_path / "rows"
    if ends == ".parquet":
        frame.to_parquet(file)
    elif ends == ".csv":
        frame.to_csv(file, index=False)
    else:
        frame.to_json(file, orient="records", lines=True)
    name = f"x{ends}"
    assert holds(file, name, ["id"], ["4711"]) is True
    assert holds(file, name, ["id"], ["471"]) is False
    assert holds(file, name, ["mail"], ["o'b@x"]) is True
    assert holds(file, name, ["mail", "nothing"], ["' OR 1=1 --"]) is False
    assert holds(file, name, ["nothing"], ["4711"]) is None
    assert holds(file, "x.xlsx", ["id"], ["4711"]) is None
    file.write_bytes(b"\x00broken")
    assert holds(file, "x.parquet", ["id"], ["4711"]) is None


class World(GcWorld):
    """Rows that are rows: of people by name, and a model of them."""

    def rows(self, *people: str) -> None:
        buffer = io.BytesIO()
        pd.DataFrame({"day": ["2024-01-01"] * len(people), "shop": people}).to_parquet(buffer)
        content = buffer.getvalue()
        self.train()
        old, self._rows = self._rows, self.put(content)
        for path in ("pipelines/data/sales/dvc.lock", "pipelines/models/demand/dvc.lock"):
            self.write(path, (self.root / path).read_text().replace(old, self._rows))
        self.commit()


MODEL = "apiVersion: mlspec/v1\nkind: Model\nmetadata: {name: demand}\nspec: {task: regression, data: sales, target: count, estimator: {class: sklearn.linear_model.Ridge}}\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    found = World(tmp_path)
    found.start()
    found.write("mlspec.yaml", PROJECT)
    found.write("requirements.lock", "# locked\n")
    found.write("specs/sales.yaml", SOURCE)
    found.write("specs/demand.yaml", MODEL)
    found.rows("ann", "bob")
    found.register()
    found.commit()
    found.rows("bob")
    found.push()
    return found


def traced(world: World, key: str, **more: object) -> Traced:
    return forget(open_workspace(world.root), ForgetRequest(key, **more))  # type: ignore[arg-type]


def test_a_person_of_an_older_version(world: World) -> None:
    found = traced(world, "ann")
    assert found.state == "seen"
    assert [(v.model, v.version, v.state) for v in found.versions] == [("demand", "v1.0.0", "seen")]
    assert dict(found.models) == {"model/demand": "clean"}, "the workspace's rows are without her"
    rows = [f for f in found.found if f.state == "seen"]
    assert {f.object for f in rows} == {"source/sales", "model/demand"}
    assert all(f.kept for f in rows)
    assert any("retire v1.0.0 of model/demand" in step for step in found.plan)
    assert any("kept for recorded versions" in step for step in found.plan)
    assert "- [ ] retire v1.0.0" in render(document(found), "markdown")


def test_a_person_of_now(world: World) -> None:
    found = traced(world, "bob")
    assert dict(found.models) == {"model/demand": "seen"}
    assert found.plan[:3] == (
        "delete the person's rows where source/sales reads them: file data/sales.csv",
        "`mlspec run source/sales`",
        "`mlspec run model/demand`: it is trained without the rows",
    )
    assert any("the workspace" in f.snapshot.refs for f in found.found)


def test_nobody(world: World) -> None:
    """The rows of the world's first commit are no Parquet at all: unknown, and told."""
    found = traced(world, "carol")
    assert found.state == "unknown"
    assert "could not be looked at" in found.unsure[0]
    assert not [f for f in found.found if f.state == "seen"]


def test_one_source_alone(world: World) -> None:
    """Rows of another source, which has no key, are unknown; and none of the person's where one source is named."""
    world.write(
        "specs/other.yaml",
        SOURCE.replace("name: sales", "name: other").replace("sales.csv", "other.csv").replace("  key: [day, shop]\n", ""),
    )
    lock = (world.root / "pipelines/data/sales/dvc.lock").read_text()
    world.write("pipelines/data/other/dvc.lock", lock.replace(world._rows, world.put(b"no rows")))
    world.commit()
    wide = {f.object for f in traced(world, "bob").found if f.state == "unknown"}
    assert "source/other" in wide
    assert "source/other" not in {f.object for f in traced(world, "bob", source="source/sales").found}


def test_a_branch_that_nobody_merged_counts(world: World) -> None:
    git(world.root, "checkout", "-q", "-b", "try")
    world.rows("dora")
    git(world.root, "checkout", "-q", "main")
    found = traced(world, "dora")
    assert {ref for f in found.found if f.state == "seen" for ref in f.snapshot.refs} == {"try"}
    assert dict(found.models)["model/demand"] == "clean"


def test_what_the_cache_lacks_is_unknown_and_fetched_on_request(world: World) -> None:
    for path in world.cache.glob("??/*"):
        path.unlink()
    found = traced(world, "ann")
    assert {f.state for f in found.found} == {"unknown"}
    assert found.state == "unknown"
    assert traced(world, "ann", remote=True).state == "seen"


def test_pseudonyms(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = pseudonym(SECRET.encode(), "eve")
    world.write("specs/sales.yaml", SOURCE + "  clean:\n    - pseudonymise: {column: shop, key: SHOP_KEY}\n")
    world.rows(hidden)
    without = traced(world, "eve")
    assert "SHOP_KEY is not set" in without.unsure[0]
    assert not [f for f in without.found if f.state == "seen"]
    monkeypatch.setenv("SHOP_KEY", SECRET)
    found = traced(world, "eve")
    assert dict(found.models) == {"model/demand": "seen"}
    text = json.dumps(as_form(found)) + "".join(render(document(found), style) for style in ("text", "markdown", "json", "html"))
    assert "eve" not in text.replace("never", "").replace("every", "")
    assert hidden not in text
    assert SECRET not in text


def test_a_file_that_git_has_itself(world: World) -> None:
    world.write("data/sales.csv", "day,shop\n2024-01-01,fay\n")
    world.commit()
    world.write("data/sales.csv", "day,shop\n2024-01-01,bob\n")
    world.commit()
    found = traced(world, "fay")
    (row,) = [f for f in found.found if f.state == "seen"]
    assert row.snapshot.paths == {"data/sales.csv"}
    assert any("git filter-repo" in step for step in found.plan)


MADE = """\
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: made}
spec:
  from: {inputs: {given: GIVEN}, sql: queries/made.sql}
  key: [city]
"""
LOCK = """\
schema: '2.0'
stages:
  ingest:
    cmd: x
    deps: [{path: INPUT, hash: md5, md5: ABOVE}]
    outs: [{path: raw.parquet, hash: md5, md5: RAW}]
  validate:
    cmd: x
    deps: [{path: raw.parquet, hash: md5, md5: RAW}]
    outs: [{path: valid.parquet, hash: md5, md5: VALID}]
"""


def made_source(world: World, given: str, path: str, above: str) -> None:
    """A source of mean values by city, in which no column names anybody."""
    raw, valid = (world.put(content) for content in map(_cities, (["york"], ["york", "bath"])))
    world.write("specs/made.yaml", MADE.replace("GIVEN", given))
    world.write("queries/made.sql", "SELECT 'york' AS city")
    lock = LOCK.replace("INPUT", path).replace("ABOVE", above).replace("RAW", raw).replace("VALID", valid)
    world.write("pipelines/data/made/dvc.lock", lock)
    world.commit()


def _cities(names: list[str]) -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame({"city": names}).to_parquet(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("more", [{}, {"source": "source/sales"}])
def test_a_source_made_of_rows_that_saw_has_seen_whatever_it_kept(world: World, more: dict[str, object]) -> None:
    made_source(world, "{source: sales}", "../sales/valid.parquet", world._rows)
    seen = {path for f in traced(world, "bob", **more).found if f.state == "seen" for path in f.snapshot.paths}
    assert {"pipelines/data/made/raw.parquet", "pipelines/data/made/valid.parquet"} <= seen
    assert not [step for step in traced(world, "bob").plan if "where source/made reads" in step], "it has no rows of its own"
    nobody = traced(world, "carol", **more)
    assert not [f for f in nobody.found if f.object == "source/made"]


@pytest.mark.parametrize(("who", "state"), [("gil", "seen"), ("hal", None)])
def test_a_file_that_a_made_source_joins(world: World, who: str, state: str | None) -> None:
    content = "shop,age\ngil,7\n"
    world.write("data/people.csv", content)
    made_source(
        world, "{file: data/people.csv}", "../../../data/people.csv", hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()
    )
    found = {f.state for f in traced(world, who).found if f.object == "source/made"}
    assert found == ({state} if state else set())


def test_files_of_a_pattern(world: World) -> None:
    world.write("specs/sales.yaml", SOURCE.replace("data/sales.csv", '"data/*/*.csv"'))
    world.write("data/year=2024/a.csv", "day,shop\n2024-01-01,kim\n")
    world.write("data/year=2024/_notes.csv", "day,shop\n2024-01-01,kim\n# not data\n")
    world.commit()
    (row,) = [f for f in traced(world, "kim").found if f.state == "seen"]
    assert row.snapshot.paths == {"data/year=2024/a.csv"}
    world.write("data/year=2023.dvc", f"outs:\n- md5: {'0' * 32}.dir\n  path: year=2023\n")
    world.write(
        "data/year=2024/b.csv.dvc", f"outs:\n- md5: {world.put(b'day,shop,x' + bytes([10]) + b'2024-01-01,kim,1')}\n  path: b.csv\n"
    )
    world.commit()
    assert {path for f in traced(world, "kim").found if f.state == "seen" for path in f.snapshot.paths} >= {"data/year=2024/b.csv"}


def test_annotations_that_git_has(world: World) -> None:
    world.write("specs/topics.yaml", LABELS)
    world.write("labels/own.csv", "shop,topic\nivy,a\n")
    world.commit()
    (row,) = [f for f in traced(world, "ivy").found if f.state == "seen"]
    assert row.snapshot.paths == {"labels/own.csv"}


LABELS = """\
apiVersion: mlspec/v1
kind: LabelSet
metadata: {name: topics}
spec: {source: sales, key: shop, csv: {path: labels/own.csv, label: topic}, label: topic, resolve: majority}
"""


def test_personal_data_is_looked_for_where_it_came_to_and_online_rows_are_in_the_plan(world: World) -> None:
    source = SOURCE.replace("{name: shop, type: string}", "{name: shop, type: string, pii: true}").replace("key: [day, shop]", "key: [day]")
    world.write("specs/sales.yaml", source)
    made_source(world, "{source: sales}", "../sales/valid.parquet", world._rows)
    world.write("specs/daily.yaml", SET)
    world.write("features/daily.sql", "SELECT day, count FROM sales")
    world.write("pipelines/features/daily/dvc.lock", SET_LOCK.replace("ROWS", world._rows).replace("MADE", world.put(_cities(["x"]))))
    world.commit()
    found = traced(world, "bob")
    assert "shop" in found.columns["made"]
    assert any("`mlspec materialize features/daily`" in step and ".mlspec/state/online/daily" in step for step in found.plan)


SET = """\
apiVersion: mlspec/v1
kind: FeatureSet
metadata: {name: daily}
spec:
  inputs: {sales: sales}
  sql: features/daily.sql
  key: [day]
  timeColumn: day
  columns: [{name: count, type: integer}]
  online: {store: {sqlite: true}}
"""
SET_LOCK = """\
schema: '2.0'
stages:
  features:
    cmd: x
    deps: [{path: ../../data/sales/valid.parquet, hash: md5, md5: ROWS}]
    outs: [{path: features.parquet, hash: md5, md5: MADE}]
"""


@pytest.mark.parametrize(
    ("key", "more", "code"),
    [("", {}, "MLS0979"), ("ann", {"source": "source/slaes"}, "MLS0003")],
)
def test_refusals(world: World, key: str, more: dict[str, object], code: str) -> None:
    with pytest.raises(Problems, match=code):
        traced(world, key, **more)


def test_without_a_key_or_personal_data_a_column_is_asked_for(world: World) -> None:
    world.write("specs/sales.yaml", SOURCE.replace("  key: [day, shop]\n", ""))
    with pytest.raises(Problems, match="MLS0979"):
        traced(world, "ann")
    assert traced(world, "ann", column="shop").state == "seen"


def test_nothing_is_changed(world: World) -> None:
    before = {p: p.read_bytes() for p in world.home.rglob("*") if p.is_file() and ".git" not in p.parts and "tmp" not in p.parts}
    traced(world, "bob")
    assert {p: p.read_bytes() for p in before} == before
    assert forget_module.RECORDED == "recorded versions and claims"


def test_at_the_command_line(world: World) -> None:
    told = mlspec(world.root, "forget", "--key", "ann", check=0)
    assert "retire v1.0.0 of model/demand" in " ".join(told.out.split())
    assert "ann" not in told.out
    form = json.loads(mlspec(world.root, "forget", "--key", "ann", "--source", "source/sales", "--format", "json", check=0).out)
    assert (form["state"], form["versions"][0]["version"]) == ("seen", "v1.0.0")
    mlspec(world.root, "forget", "--key", "ann", "--report", "forget.md", check=0)
    assert "- [ ] retire v1.0.0 of model/demand" in (world.root / "forget.md").read_text().replace("\\", "").replace("**", "")
