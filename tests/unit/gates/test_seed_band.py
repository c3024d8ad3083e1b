"""Bands of other seeds: what they are, where they are kept, and which gains they explain."""

from __future__ import annotations

import statistics
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.judged import candidate, judged

from mlspec.gates.blocks import verdict_block
from mlspec.gates.result import GateResult
from mlspec.gates.seed_band import Band, SeedBand, keep_band, kept_band, key_of, within
from mlspec.gates.tables import reasons
from mlspec.reports.to_markdown import markdown

BAND = SeedBand("demand", "sha256:" + "0" * 64, 7, (8, 9, 10), 150, (Band("mae", 2.0, (1.9, 2.1, 2.3)), Band("r2", 0.5, (0.5, 0.5, 0.5))))


def gate(metric: str, value: float, verdict: str = "pass", reference: float | None = 2.2) -> GateResult:
    return GateResult(f"{metric} vs champion", metric, "overall", value, -9, 9, 0.0, 150, verdict, "…", reference)  # type: ignore[arg-type]


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20))
def test_a_band_is_least_greatest_and_standard_deviation(values: list[float]) -> None:
    found = Band("mae", 0.0, tuple(values))
    assert (found.low, found.high, found.width) == (min(values), max(values), max(values) - min(values))
    assert found.sd == pytest.approx(statistics.stdev(values), rel=1e-6, abs=1e-6)


def test_it_is_kept_by_content_and_a_damaged_file_is_no_band(tmp_path: Path) -> None:
    one = candidate("demand")
    key = key_of("demand", one.digest, one.artifacts)
    assert kept_band(tmp_path, key) is None
    keep_band(tmp_path, key, BAND)
    assert kept_band(tmp_path, key) == BAND
    other = one.artifacts.model_copy(update={"test": one.artifacts.test.model_copy(update={"digest": "sha256:" + "1" * 64})})
    assert key_of("demand", one.digest, other) != key  # on other rows it is another band
    [file] = (tmp_path / ".mlspec/cache/seeds").iterdir()
    for text in ("{", "[]", '{"bands": [{}]}'):
        file.write_text(text)
        assert kept_band(tmp_path, key) is None


def test_a_gain_no_larger_than_the_band_is_told() -> None:
    (line,) = within(BAND, [gate("mae", -0.3)])
    assert "no larger than what the seed alone makes: mae of 3 other seeds lies between 1.9 and 2.3" in line
    assert "The gate judges the artifact, the band the recipe" in line


def test_nothing_is_told_of_a_larger_gain_a_gate_in_the_way_or_a_seed_that_does_nothing() -> None:
    quiet = [gate("mae", -0.5), gate("mae", -0.1, "fail"), gate("r2", 0.0), gate("mae", -0.1, reference=None), gate("rmse", 0.1)]
    assert not list(within(BAND, quiet)) and not list(within(None, [gate("mae", -0.1)]))


def test_the_terminal_and_the_pull_request_say_it() -> None:
    found = judged("regression", [{"metric": "mae", "versus": "champion", "notWorseBy": "0%"}], champion=True)
    compared = next(g for g in found.report.gates if g.reference is not None)
    assert compared.verdict == "pass"
    wide = replace(BAND, bands=(Band("mae", 1.0, (0.5, 0.5 + 2 * abs(compared.value))),))
    told = replace(found, seeds=wide)
    assert not any("the seed alone" in line for line in reasons(found)) and any("the seed alone" in line for line in reasons(told))
    assert "the seed alone" in markdown(verdict_block(told)) and "the seed alone" in str(told)
