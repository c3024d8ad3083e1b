"""What a word on the command line names: told from paths at the tip, and refused with what it may have meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.line_world import LineWorld
from support.projects import PROJECT
from support.records import deployment, record

from mlspec.diagnostics import Problems
from mlspec.registry.branch import Line, open_line
from mlspec.registry.history.objects import Named, environments, names_in, parse_object, split_place

SHA, MD5 = "0123456789abcdef" * 4, "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    """Environments staging and production are declared, `old` has a folder alone; `m1` has a record, `m2` a pipeline."""
    files = {
        "environments/staging/m1.yaml": deployment("staging", "m1", "m1"),
        "environments/old/m1.yaml": deployment("old", "m1", "m1"),
        "registry/m1/v1.0.0.yaml": record(model="m1").decode(),
        "pipelines/models/m2/dvc.yaml": "stages: {}\n",
    }
    return open_line(LineWorld(tmp_path_factory.mktemp("objects") / "project").start(files).write())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model/m1", Named("model", "m1")),
        ("model/unknown", Named("model", "unknown")),
        ("m1", Named("model", "m1")),
        ("m2", Named("model", "m2")),
        ("m1@v1.0.0", Named("version", "m1", version="v1.0.0")),
        ("model/m1@v1.0.0", Named("version", "m1", version="v1.0.0")),
        ("deployment/staging/m1", Named("deployment", "m1", "staging")),
        ("staging/m1", Named("deployment", "m1", "staging")),
        ("gone/m1", Named("deployment", "m1", "gone")),
        ("staging", Named("environment", "staging", "staging")),
        ("old", Named("environment", "old", "old")),
        ("environment/production", Named("environment", "production", "production")),
        ("source/s1", Named("source", "s1")),
        (MD5, Named("digest", MD5)),
        (MD5 + ".dir", Named("digest", MD5 + ".dir")),
        (f"md5:{MD5}", Named("digest", f"md5:{MD5}")),
        (SHA, Named("digest", SHA)),
        (f"sha256:{SHA}", Named("digest", f"sha256:{SHA}")),
    ],
)
def test_objects_are_told_by_their_names(line: Line, text: str, expected: Named) -> None:
    assert parse_object(line, text) == expected


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("stagin", "staging"),
        ("environment/m1", "name it as"),
        ("model/", "name it as"),
        ("../x", "name it as"),
        ("a/b/c", "name it as"),
        ("m1@1.0.0", "demand@v1.2.0"),
        ("m1@v1.0", "demand@v1.2.0"),
        ("-x", "name it as"),
        ("", "name it as"),
        ("deployment/m1", "deployment/staging/m1, deployment/production/m1, deployment/old/m1"),
        ("kpis/m1", "name it as"),
        ("sha256:0123", "all 64 digits"),
        (f"md5:{SHA}x", "all 64 digits"),
        ("M1", "name it as"),
        ("staging/../m1", "name it as"),
        ("m1\n", "name it as"),
    ],
)
def test_what_is_no_object_is_refused_with_advice(line: Line, text: str, advice: str) -> None:
    with pytest.raises(Problems) as caught:
        parse_object(line, text)
    (found,) = caught.value.diagnostics
    assert (found.code, advice in str(found.help)) == ("MLS0003", True), found.help


@pytest.mark.parametrize(
    ("named", "ref"),
    [
        (Named("model", "m1"), "model/m1"),
        (Named("version", "m1", version="v1.0.0"), "model/m1@v1.0.0"),
        (Named("deployment", "m1", "staging"), "deployment/staging/m1"),
        (Named("environment", "staging", "staging"), "environment/staging"),
        (Named("source", "s1"), "source/s1"),
        (Named("digest", f"sha256:{SHA}"), f"sha256:{SHA}"),
    ],
)
def test_a_reference_is_read_back_as_the_same_object(line: Line, named: Named, ref: str) -> None:
    assert named.ref == ref
    assert parse_object(line, ref) == named


def test_environments_are_in_the_order_of_promotion_and_then_those_of_folders(line: Line) -> None:
    assert environments(line) == ["staging", "production", "old"]
    assert names_in(line, "registry") == {"m1"}
    assert names_in(line, "absent") == set()
    assert split_place("deployment/production/demand") == ("production", "demand")


@pytest.mark.parametrize("settings", ["", "[", "spec: {environments: text}", PROJECT.replace("environments:", "other:")])
def test_a_broken_project_has_the_environments_of_its_folders(tmp_path: Path, settings: str) -> None:
    world = LineWorld(tmp_path / "project").start({"mlspec.yaml": settings, "environments/canary/x.yaml": "a: 1\n"})
    assert environments(open_line(world.write())) == ["canary"]
