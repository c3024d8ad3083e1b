"""The short way answers as the long one does, or leaves a request to it; what orjson reads is what Python reads."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.serving import tensors

from mlspec.deploy.server.answering import Answering
from mlspec.deploy.server.errors import RequestError
from mlspec.deploy.server.json_body import decode
from mlspec.deploy.server.model import open_model
from mlspec.runtime.artifact import digest_folder


@pytest.fixture(scope="module")
def answering(regression_folder: Path) -> Answering:
    return Answering(open_model(regression_folder, digest_folder(regression_folder), "demand", "v1.0.0"))


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=3),
    st.sampled_from([[], [1], {}, 17, 20.5, "rain"]),
)
TENSOR = st.fixed_dictionaries(
    {},
    optional={
        "data": st.one_of(st.lists(VALUES, max_size=2), VALUES),
        "datatype": st.sampled_from(["FP64", "FP32", "INT64", "INT8", "UINT64", "BOOL", "BYTES", "X", None]),
        "shape": st.sampled_from([[1], [1, 1], [True], [1.0], [2], [], [0], 1, None, [1, 2]]),
        "name": st.sampled_from(["hour", "weather", "wheather", None, 3]),
    },
)


@settings(max_examples=300, deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("temperature", "hour", "warm", "weather"), TENSOR)))
def test_a_request_of_any_shape_is_answered_or_refused_as_by_the_long_way(answering: Answering, changes: dict[str, Any]) -> None:
    raw = {"inputs": tensors(**changes)}

    def outcome(answer: Any) -> Any:
        try:
            return answer(raw)
        except RequestError as refused:
            return refused.message

    assert outcome(lambda r: answering._short(r) or answering._long(r)) == outcome(answering._long)


def test_a_plain_row_takes_the_short_way(answering: Answering) -> None:
    assert answering._short({"inputs": tensors()}) == answering._long({"inputs": tensors()})
    assert answering._short({"inputs": tensors(2)}) is None


@pytest.mark.parametrize(
    "text",
    [
        "[123456789012345678901]",
        "[36893488147419103233]",
        "[0.12345678901234567890]",
        "[-0, 1e5, 1E-400, 5e-324]",
        "\ufeff[1]",
        '{"a": 1, "a": 2}',
        '"\\ud83d\\ude00"',
    ],
)
def test_numbers_and_texts_are_read_as_python_reads_them(text: str) -> None:
    found = decode(text.encode())
    expected = json.loads(text.removeprefix("\ufeff"))
    assert (found, repr(found)) == (expected, repr(expected))


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
        lambda v: st.one_of(st.lists(v, max_size=3), st.dictionaries(st.text(), v, max_size=3)),
        max_leaves=8,
    )
)
def test_any_json_is_read_as_python_reads_it(value: Any) -> None:
    body = json.dumps(value, ensure_ascii=False).encode(errors="replace")
    assert repr(decode(body)) == repr(json.loads(body))


@pytest.mark.parametrize(
    ("kind", "alone", "seconds", "batched", "quick"),
    [
        ("compiled", False, 0.0009, False, True),
        ("compiled", True, 0.0009, True, True),
        ("compiled-preprocessing", True, 0.0009, False, False),  # a call for all that came meanwhile costs less than one for each
        ("compiled-preprocessing", True, 0.0001, False, True),
        ("compiled-preprocessing", True, 0.0001, True, False),  # `batching` is what its words say
        ("compiled-preprocessing", False, 0.0009, True, True),  # nothing can go together
        ("scikit-learn", True, 0.0001, False, False),
    ],
)
def test_what_may_go_together_is_answered_where_it_came_in_only_if_no_call_is_saved(
    regression_folder: Path, kind: Any, alone: bool, seconds: float, batched: bool, quick: bool
) -> None:
    model = open_model(regression_folder, digest_folder(regression_folder), "demand", "v1.0.0")
    model.loaded.memo["engine"] = replace(model.engine, kind=kind, alone=alone, seconds=seconds)
    assert Answering(model, batched=batched).is_quick(b"{}") is quick
