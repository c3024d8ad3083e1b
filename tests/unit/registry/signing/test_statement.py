"""A bundle is read with suspicion: random bytes, random JSON and every wrong shape are told in words of ours, never by a traceback."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.signing_keys import pair
from support.work import nested_too_deep

from mlspec.registry.signing.library import sign_by_key
from mlspec.registry.signing.statement import MAX_BUNDLE, BrokenBundle, Statement, read_bundle

STATEMENT = Statement("registry/demand/v1.0.0", {"model.joblib": "a" * 64, "smoke.json": "b" * 64})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)
)


@pytest.fixture(scope="module")
def sound() -> bytes:
    return sign_by_key(STATEMENT, pair().private)


def test_what_was_signed_is_what_is_read(sound: bytes) -> None:
    assert read_bundle(sound).statement == STATEMENT
    assert sound.endswith(b"}\n")
    assert json.dumps(json.loads(sound), indent=2, sort_keys=True).encode() + b"\n" == sound


@given(st.binary(max_size=200))
def test_random_bytes(content: bytes) -> None:
    with pytest.raises(BrokenBundle):
        read_bundle(content)


@given(JSON)
def test_random_json(value: Any) -> None:
    with pytest.raises(BrokenBundle):
        read_bundle(json.dumps(value).encode())


@settings(deadline=None)
@given(path=st.sampled_from(["mediaType", "verificationMaterial", "dsseEnvelope"]), value=JSON)
def test_random_parts(sound: bytes, path: str, value: Any) -> None:
    form = json.loads(sound) | {path: value}
    with pytest.raises(BrokenBundle):
        read_bundle(json.dumps(form).encode())


@settings(deadline=None)
@given(path=st.sampled_from(["_type", "subject", "predicateType", "predicate"]), value=JSON)
def test_random_statements(sound: bytes, path: str, value: Any) -> None:
    with pytest.raises(BrokenBundle):
        read_bundle(restated(sound, lambda s: s.update({path: value})))


def restated(sound: bytes, edit: Callable[[dict[str, Any]], None]) -> bytes:
    form = json.loads(sound)
    statement = json.loads(base64.b64decode(form["dsseEnvelope"]["payload"]))
    edit(statement)
    form["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    return json.dumps(form).encode()


WRONG: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "an old form": (lambda s: s.update(predicateType="https://model_signing/Digests/v0.1"), "version 1.0"),
    "two subjects": (lambda s: s["subject"].append(s["subject"][0]), "one thing"),
    "paths left out": (lambda s: s["predicate"]["serialization"].update(ignore_paths=["model.joblib"]), "whole files"),
    "links": (lambda s: s["predicate"]["serialization"].update(allow_symlinks=True), "whole files"),
    "no files": (lambda s: s["predicate"].update(resources=[]), "no files"),
    "a file twice": (lambda s: s["predicate"]["resources"].append(s["predicate"]["resources"][0]), "twice"),
    "a weak digest": (lambda s: s["predicate"]["resources"][0].update(algorithm="md5"), "sha256"),
    "half a digest": (lambda s: s["predicate"]["resources"][0].update(digest="ab"), "sha256"),
    "a name with a line break": (lambda s: s["subject"][0].update(name="a\nb"), "sound name"),
}


@pytest.mark.parametrize(("edit", "word"), WRONG.values(), ids=WRONG.keys())
def test_a_statement_of_another_make(sound: bytes, edit: Callable[[dict[str, Any]], Any], word: str) -> None:
    assert read_bundle(restated(sound, lambda _: None)).statement == STATEMENT
    with pytest.raises(BrokenBundle, match=word):
        read_bundle(restated(sound, edit))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"[[[", "no JSON"),
        (b" " * (MAX_BUNDLE + 1), "larger"),
        (b'{"mediaType": 1, "mediaType": 2}', "no JSON"),
        (b"\xff\xfe{}", "no JSON"),
        (b"null", "no JSON object"),
    ],
)
def test_what_would_hurt_a_reader(content: bytes, word: str) -> None:
    with pytest.raises(BrokenBundle, match=word):
        read_bundle(content)


def test_what_is_nested_deeper_than_a_reader_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json, "loads", nested_too_deep)
    with pytest.raises(BrokenBundle, match="no JSON"):
        read_bundle(b"[[]]")
