"""`mlspec deployment add` writes what a first promotion needs, and never over what is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.projects import SPECS, TARGET, write_project

from mlspec.cli.deployment import command
from mlspec.compiler.pipeline import compile_root
from mlspec.diagnostics import Problems
from mlspec.promotion.place import choose_deployment

BARE = {k: v for k, v in SPECS.items() if "environments/" not in k and "local-rest" not in k}
SECOND = TARGET.replace("local-rest", "other")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_project(tmp_path, BARE)


def add(*words: str) -> Result:
    return CliRunner().invoke(command, ["add", "model/demand", *words], standalone_mode=False)


def refusal(result: Result) -> tuple[str, str]:
    assert isinstance(result.exception, Problems), result.output
    first = result.exception.diagnostics[0]
    return first.code, f"{first.message} {first.help}"


def test_the_promotion_that_lacks_one_names_the_command_and_the_command_gives_it_what_it_lacks(root: Path) -> None:
    before = compile_root(root).project
    assert before is not None
    with pytest.raises(Problems) as lacking:
        choose_deployment(before, "demand", "staging", None)
    words = (lacking.value.diagnostics[0].help or "").split("`")[1].removeprefix("mlspec deployment add model/demand ").split()
    done = add(*words)
    assert done.return_value == 0 and "environments/staging/demand.yaml" in done.stdout and "specs/targets/local-rest.yaml" in done.stdout
    compiled = compile_root(root)
    assert not [d for d in compiled.diagnostics if d.is_error] and compiled.project is not None
    assert choose_deployment(compiled.project, "demand", "staging", None).envelope.spec.target == "local-rest"
    assert add("--env", "production").return_value == 0, "the one target there is serves it too"
    assert sorted(p.name for p in (root / "specs/targets").iterdir()) == ["local-rest.yaml"]
    assert "nothing to do" in add("--env", "staging").stdout


def test_what_can_not_be_told_is_asked(root: Path) -> None:
    (root / "specs/a.yaml").write_text(TARGET)
    (root / "specs/b.yaml").write_text(SECOND)
    assert refusal(add("--env", "stagin")) == ("MLS0701", "there is no environment `stagin` did you mean `staging`?")
    code, said = refusal(add("--env", "staging"))
    assert code == "MLS0702" and "--target local-rest|other" in said
    code, said = refusal(add("--env", "staging", "--target", "othr"))
    assert code == "MLS0702" and "`other`" in said
    assert not (root / "environments").exists()
    assert add("--env", "staging", "--target", "other").return_value == 0


def test_a_file_in_the_way_stays(root: Path) -> None:
    path = root / "environments/staging/demand.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("# mine\n")
    assert refusal(add("--env", "staging"))[0] == "MLS0501"
    assert path.read_text() == "# mine\n" and not (root / "specs/targets").exists()
    assert add("--env", "staging", "--name", "demand-eu").return_value == 0
