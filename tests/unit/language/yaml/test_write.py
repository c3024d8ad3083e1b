"""The YAML writer: what it writes, both YAML 1.1 and 1.2 readers read back unchanged."""

from __future__ import annotations

import io

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mlspec.language.yaml.header import HEADER_LINE
from mlspec.language.yaml.write import dump, quote, scalar

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.sampled_from(
        ["NO", "on", "1:30", "0755", "1e-3", "~", "", "- a", "a: b", "# c", "${{ x }}", "; rm -rf /", "a\nb", "=", "<<", "2024-02-01"]
    )
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4), max_leaves=12
)
MAPPINGS = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=10), VALUES, min_size=1, max_size=4)


def read_1_2(text: str) -> object:
    return YAML(typ="safe", pure=True).load(io.StringIO(text))


@given(MAPPINGS)
def test_yaml_1_1_reads_back_what_was_written(value: dict[str, object]) -> None:
    assert yaml.safe_load(dump(value)) == value


@given(MAPPINGS)
def test_yaml_1_2_reads_back_what_was_written(value: dict[str, object]) -> None:
    assert read_1_2(dump(value)) == value


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_ends_its_line(text: str) -> None:
    assert len(quote(text).splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "NO",
        "yes",
        "null",
        "1",
        "1.5",
        "0x1",
        "1e3",
        "2024-01-01",
        "22:22",
        "- x",
        "a: b",
        "a #b",
        " a",
        "a ",
        "*a",
        "&a",
        "!x",
        "%x",
        "@x",
        "`x",
    ],
)
def test_what_a_reader_could_misread_is_quoted(text: str) -> None:
    assert scalar(text) == quote(text)


def test_plain_words_stay_plain() -> None:
    assert dump({"class": "sklearn.linear_model.Ridge", "runs-on": "ubuntu-latest", "a": [], "b": {}}) == (
        "class: sklearn.linear_model.Ridge\nruns-on: ubuntu-latest\na: []\nb: {}\n"
    )


def test_small_floats_keep_a_point_for_yaml_1_1() -> None:
    assert scalar(1e-05) == "1.0e-05"


def test_infinity_is_refused() -> None:
    with pytest.raises(ValueError, match="inf"):
        scalar(float("inf"))


def test_header_is_one_comment_line() -> None:
    assert HEADER_LINE.startswith("# ")
    assert "\n" not in HEADER_LINE
