"""Which rules run, what a comment ignores, what the command line and the Project say about it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.cli import mlspec
from support.lint import CLEAN, KPIS, MODEL, PROJECT, edited, linted, told
from support.projects import write_project

from mlspec.compiler.lint import all_rules
from mlspec.compiler.lint.registry import rule_modules
from mlspec.diagnostics.codes.rules import CODES

HERE = Path(__file__).parent / "lint"
RANDOM = edited((MODEL, "strategy: time, test", "strategy: random, test"))
SPLIT = "  split: {strategy: random, test: 25%}\n"


def codes(specs: dict[str, str], *select: str) -> list[str]:
    return [d.code for d in linted(specs, *select)]


def test_every_rule_is_documented_and_tested() -> None:
    assert [r.code for r in all_rules()] == list(CODES)
    assert len({c.title for c in CODES.values()}) == len(CODES)
    untested = [m for m in rule_modules() if m != "mls1000_unneeded_ignore" and not (HERE / f"test_{m}.py").exists()]
    assert not untested


def test_all_rules_are_silent_on_a_sound_project() -> None:
    assert linted(CLEAN, "all") == []


def test_a_wish_stands_in_for_the_selection_of_the_project() -> None:
    specs = edited((PROJECT, "", "  lint: {select: [MLS1009]}\n"), specs=RANDOM)
    assert codes(specs, "MLS1001") == ["MLS1001"]
    assert codes(specs, "default") == ["MLS1001"]


def test_what_the_project_ignores_stays_ignored() -> None:
    assert codes(edited((PROJECT, "", "  lint: {ignore: [MLS1001]}\n"), specs=RANDOM)) == []


def test_rules_that_are_off_run_when_named() -> None:
    specs = edited((MODEL, ', owner: "@acme/sales"', ""))
    assert codes(specs, "default") == []
    assert codes(specs, "default", "MLS1046") == ["MLS1046"]


def test_the_project_makes_errors_of_rules() -> None:
    specs = edited((PROJECT, "", "  lint: {errors: [MLS1001]}\n"), specs=RANDOM)
    assert [d.severity for d in linted(specs)] == ["error"]


def test_a_rule_that_does_not_exist_gets_the_near_one() -> None:
    (found,) = linted(edited((PROJECT, "", "  lint: {ignore: [MLS1999]}\n")))
    assert (found.code, found.span and found.span.line) == ("MLS0480", 9)


@pytest.mark.parametrize(
    "text",
    [
        "  split: {strategy: random, test: 25%}    # mlspec: ignore[MLS1001]\n",
        "  split: {strategy: random, test: 25%} # mlspec: ignore[MLS1009, MLS1001] rows are patients\n",
        "  # mlspec: ignore[MLS1001] rows are patients\n" + SPLIT,
        "  # mlspec: ignore[MLS1001]: rows are patients\n\n  # as published\n" + SPLIT,
        "  split: {strategy: random, test: 25%}    #mlspec:ignore[ MLS1001 ]\n",
    ],
)
def test_a_comment_on_the_line_or_alone_above_it_ignores_a_finding(text: str) -> None:
    assert told("MLS1001", edited((MODEL, SPLIT, text), specs=RANDOM)) == []


@pytest.mark.parametrize(
    "text",
    [
        "  target: count    # mlspec: ignore[MLS1001]\n" + SPLIT,  # behind another line
        SPLIT + "  # mlspec: ignore[MLS1001]\n",  # below
        "  # mlspec: ignore[MLS1002]\n" + SPLIT,  # another rule
        "  # mlspec: ignore\n" + SPLIT,  # no rule
        "  # mlspec: ignore[mls1001]\n" + SPLIT,  # codes are capitals
        "  where: \"shop != '# mlspec: ignore[MLS1001]'\"\n" + SPLIT,  # no comment
    ],
)
def test_a_comment_elsewhere_or_of_another_rule_ignores_nothing(text: str) -> None:
    specs = edited((MODEL, "  target: count\n", ""), (MODEL, SPLIT, text), specs=RANDOM)
    specs = specs if "target:" in specs[MODEL] else edited((MODEL, "  data: sales\n", "  data: sales\n  target: count\n"), specs=specs)
    assert len(told("MLS1001", specs)) == 1


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# mlspec: ignore[MLS1020]", "MLS1020 finds nothing here"),
        ("# mlspec: ignore[MLS0302]", "`MLS0302` is no lint rule"),
        ("# mlspec: ignore", "the comment names no rule"),
        ("# mlspec: ignore[]", "the comment names no rule"),
    ],
)
def test_a_comment_that_ignores_nothing_is_told(comment: str, message: str) -> None:
    (found,) = linted(edited((KPIS, "  kpis:\n", f"  kpis:    {comment} because\n")))
    assert (found.code, found.message, found.span and found.span.line) == ("MLS1000", message, 6)


def test_a_comment_is_judged_only_when_its_rule_runs() -> None:
    specs = edited((KPIS, "  kpis:\n", "  kpis:    # mlspec: ignore[MLS1020]\n"))
    assert codes(specs, "MLS1000", "MLS1009") == []


def test_text_in_a_block_is_no_comment() -> None:
    text = "metadata:\n  name: demand\n  description: |\n    # mlspec: ignore[MLS1020]\n    of last year\n"
    specs = edited((KPIS, "metadata: {name: demand}\n", text))
    assert linted(specs) == []


def test_the_command_line(tmp_path: Path) -> None:
    root = write_project(tmp_path / "project", RANDOM)
    assert "warning[MLS1001]" in mlspec(root, "validate", check=0).err
    assert mlspec(root, "validate", "--ignore", "MLS1001", check=0).out.startswith("ok: ")
    assert mlspec(root, "validate", "--select", "mls1009,MLS1020", check=0).err == ""
    wrong = mlspec(root, "validate", "--select", "MLS1998", check=2).err
    assert "there is no lint rule `MLS1998`" in wrong
    (root / PROJECT).write_text(RANDOM[PROJECT] + "  lint: {errors: [MLS1001]}\n", encoding="utf-8")
    assert "error[MLS1001]" in mlspec(root, "validate", check=1).err
    assert "MLS1001" not in mlspec(root, "plan").text
    assert mlspec(root, "explain", "MLS1001", check=0).out.startswith("MLS1001: Rows with a time are split at random")


def calls_to_lint(count: int) -> int:
    """How many Python calls linting so many models takes: what a clock can't say the same of twice."""
    models = {f"specs/m{i}.yaml": CLEAN[MODEL].replace("name: demand", f"name: m{i}") for i in range(count)}
    kpis = {f"specs/k{i}.yaml": CLEAN[KPIS].replace("demand", f"m{i}") for i in range(count)}
    calls = 0

    def counted(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(counted)
    try:
        found = linted(CLEAN | models | kpis, "all")
    finally:
        sys.setprofile(None)
    assert found == []
    return calls


def test_the_rules_work_grows_with_the_models_and_not_with_their_square() -> None:
    calls_to_lint(1)  # what the first use imports
    small, large = calls_to_lint(20), calls_to_lint(80)
    assert large < 4.4 * small


SET = """\
apiVersion: mlspec/v1
kind: ModelSet
metadata: {name: shops}
spec:
  forEach: {list: [north, south]}
  template:
    metadata: {name: "demand-${each.value}"}
    spec:
      task: regression
      data: sales
      target: count
      split: {strategy: random}
      estimator: {class: sklearn.linear_model.Ridge}
    kpis: ["mae <= 50", {metric: mae, versus: baseline, improveBy: 10%}]
"""


def test_a_finding_in_a_template_is_told_once_and_ignored_once() -> None:
    specs = CLEAN | {"specs/set.yaml": SET}
    (found,) = linted(specs, "MLS1001")
    assert found.span and (found.span.path, found.span.line) == ("specs/set.yaml", 12)
    assert "1 more" in found.message
    assert (
        linted(edited(("specs/set.yaml", "{strategy: random}", "{strategy: random}  # mlspec: ignore[MLS1001] as agreed"), specs=specs))
        == []
    )


def test_the_example_project_has_nothing_to_explain() -> None:
    from mlspec.compiler.lint import Wish
    from mlspec.compiler.pipeline import compile_root

    compiled = compile_root(HERE.parents[3] / "example-project", wish=Wish(("all",)))
    assert [(d.code, str(d.span)) for d in compiled.diagnostics] == []


@pytest.mark.parametrize(("kind", "codes"), [("string", ["MLS1049", "MLS1021"]), ("number", ["MLS1049"])])
def test_a_new_project_is_told_of_the_average_and_the_owner_only(tmp_path: Path, kind: str, codes: list[str]) -> None:
    from mlspec.setup.init.files import ColumnFile, DataFile, project_files

    columns = tuple(ColumnFile(*c) for c in (("day", "date"), ("shop", kind), ("price", "number"), ("count", "integer")))
    files = project_files("sales", DataFile("sales.csv", "count", "regression", columns), "numpy==2\n")
    specs = {k: v for k, v in files.items() if k.endswith(".yaml")}
    assert [d.code for d in linted(specs, "default")] == codes
