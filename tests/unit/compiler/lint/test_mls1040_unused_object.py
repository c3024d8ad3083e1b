"""MLS1040: an object is used by nothing."""

from __future__ import annotations

from support.lint import CLEAN, edited, told


def test_it_tells() -> None:
    specs = edited(
        ("specs/second.yaml", "", "apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {name: second}\nspec: {rest: {port: 0}}\n")
    )
    assert told("MLS1040", specs) == [("specs/second.yaml", "second", "no Deployment uses `target/second`")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1040", CLEAN) == []


def test_a_function_reads_a_source() -> None:
    source = "apiVersion: mlspec/v1\nkind: DataSource\nmetadata: {name: regions}\nspec:\n  file: {path: data/regions.csv}\n"
    assert [message for *_, message in told("MLS1040", edited(("specs/regions.yaml", "", source)))] == [
        "no model, target, rule or step reads `source/regions`"
    ]
    rule = "\n    - python: {callable: 'src.checks:known', inputs: {regions: {source: regions}}}\n"
    specs = edited(("specs/regions.yaml", "", source), ("mlspec.yaml", "spec:\n", "spec:\n  code: [src]\n"))
    path = next(p for p, text in specs.items() if "kind: ValidationRules" in text)
    specs[path] = specs[path].rstrip() + rule
    assert told("MLS1040", specs, folders={"src": ("src/checks.py",)}) == []
