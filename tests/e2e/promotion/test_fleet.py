"""A ModelSet's template makes Deployments: the first promotion writes an environment file, and verify agrees with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import git
from support.projects import PROJECT, SOURCE, TARGET
from support.promotion_world import World, commit, read, replace, rows, run
from support.shared import Shared

SET = """\
apiVersion: mlspec/v1
kind: ModelSet
metadata: {name: shops}
spec:
  forEach: {list: [north, south]}
  template:
    metadata: {name: "demand-${each.value}", owner: "@acme/sales"}
    spec:
      task: regression
      data: sales
      where: "shop = '${each.value}'"
      target: count
      split: {strategy: time, test: 25%}
      estimator: {class: sklearn.linear_model.Ridge}
    kpis: [{metric: mae, max: 50, bound: point}]
    deployments: {staging: {target: local-rest}, production: {target: local-rest}}
"""
FILE = "environments/staging/demand-north.yaml"


def make_fleet(home: Path) -> None:
    world = World(home)
    specs = {"mlspec.yaml": PROJECT, "specs/sales.yaml": SOURCE, "specs/shops.yaml": SET, "specs/rest.yaml": TARGET}
    for path, text in {**specs, "data/sales.csv": rows(), "requirements.lock": "# locked\n"}.items():
        (world.root / path).parent.mkdir(parents=True, exist_ok=True)
        (world.root / path).write_text(text)
    git(home, "init", "--quiet", "--bare", "--initial-branch", "main", "remote.git")
    git(world.root, "init", "--quiet", "--initial-branch", "main")
    git(world.root, "remote", "add", "origin", "../remote.git")
    world.train("Start")


@pytest.fixture
def fleet(shared: Shared, tmp_path: Path) -> World:
    return World(shared.once("fleet", make_fleet)).copy(tmp_path)


def test_a_model_of_a_set_is_promoted_without_a_file_of_its_own(fleet: World) -> None:
    states = run(fleet.root, "status", check=0).out
    assert "deployment/staging/demand-north" in states
    assert "deployment/production/demand-south" in states
    run(fleet.root, "promote", "model/demand-north", "--to", "staging", check=0)
    fleet.propose("mlspec/promote/staging/demand-north/v1.0.0")
    assert fleet.verify().code == 0
    written = read(fleet.root, FILE)
    assert written["metadata"] == {"name": "demand-north", "environment": "staging", "owner": "@acme/sales"}
    assert {k: written["spec"][k] for k in ("model", "target", "version")} == {
        "model": "demand-north",
        "target": "local-rest",
        "version": "v1.0.0",
    }
    git(fleet.root, "push", "--quiet", "origin", "main")
    assert "v1.0.0" in run(fleet.root, "history", "model/demand-north", check=0).out
    assert run(fleet.root, "apply", "--check").code == 0

    (fleet.root / FILE).unlink()
    commit(fleet.root, "Take it away")
    fleet.refused(fleet.verify(), "MLS0742", "deployment/staging/demand-north")


def test_a_file_that_says_something_else_is_told(fleet: World) -> None:
    run(fleet.root, "promote", "model/demand-north", "--to", "staging", check=0)
    fleet.merge("mlspec/promote/staging/demand-north/v1.0.0")
    (fleet.root / "specs/other.yaml").write_text(TARGET.replace("local-rest", "other-rest"))
    replace(fleet.root, "specs/shops.yaml", "{staging: {target: local-rest}", "{staging: {target: other-rest}")
    found = run(fleet.root, "validate")
    assert found.code == 1
    assert "MLS0436" in found.text
    assert f"{FILE}:9:11" in found.text
    assert "shops.yaml:16" in found.text


def test_what_the_template_says_wrongly_is_told_where_it_stands(fleet: World) -> None:
    replace(fleet.root, "specs/shops.yaml", "production: {target: local-rest}", "prodution: {target: none-such}")
    found = run(fleet.root, "validate")
    assert found.code == 1
    assert {"MLS0407", "MLS0302"} <= set(found.text.replace("[", " ").replace("]", " ").split()), found.text
    assert "specs/shops.yaml:16" in found.text
    replace(fleet.root, "specs/shops.yaml", "    deployments: ", "    monitor: {schedule: '15 * * * *'}\n    deployments: ")
    assert "MLS0204" in run(fleet.root, "validate").text
