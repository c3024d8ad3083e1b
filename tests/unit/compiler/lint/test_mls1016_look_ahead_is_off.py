"""MLS1016: The look-ahead check of a feature set is switched off."""

from __future__ import annotations

from support.feature_specs import FEATURES, PROMOS
from support.lint import CLEAN, MODEL, edited, told

SET = "specs/daily.yaml"
SPECS = CLEAN | {SET: FEATURES.replace("sql: features/daily.sql", 'python: {callable: "src.features:daily"}'), "specs/promos.yaml": PROMOS}
SPECS |= {MODEL: CLEAN[MODEL].replace("data: sales", "data: daily"), "mlspec.yaml": CLEAN["mlspec.yaml"] + "  code: [src]\n"}
CODE = {"src": ("src/features.py",)}


def test_it_tells() -> None:
    specs = edited((SET, "", "  lookAhead: false\n"), specs=SPECS)
    assert told("MLS1016", specs, folders=CODE) == [(SET, "lookAhead", "the look-ahead check of `features/daily` is switched off")]


def test_it_tells_of_a_set_without_a_time() -> None:
    plain = FEATURES.replace("  timeColumn: day\n", "").replace(
        "  asOf:\n    promos: {on: begins, known: announced, by: [shop], maxAge: 30d}\n", ""
    )
    specs = SPECS | {SET: plain.replace("sql: features/daily.sql", 'python: {callable: "src.features:daily"}')}
    specs |= {MODEL: SPECS[MODEL].replace("{strategy: time, test: 25%}", "{strategy: random}")}
    (found,) = told("MLS1016", specs, folders=CODE)
    assert found[2] == "nobody looks whether `features/daily` sees the future: it has no `timeColumn`"


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1016", edited((SET, "", "  lookAhead: {cuts: 4}\n"), specs=SPECS), folders=CODE) == []
