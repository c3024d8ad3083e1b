"""How tasks and answers travel: the same bytes for the same content, and nothing else is read as one."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.work import nested_too_deep

from mlspec.pipelines.engines.forms import Answer, Task, from_bytes, is_plain, to_bytes
from mlspec.pipelines.engines.pack import NoPackError, pack, unpack

NAMES = st.text("abc/._é", min_size=1, max_size=12)
FILES = st.dictionaries(NAMES, st.binary(max_size=60), max_size=5)


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(FILES, st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=20), max_size=4))
def test_what_is_packed_comes_back_and_is_the_same_each_time(files: dict[str, bytes], document: dict[str, object]) -> None:
    content = pack(document, files)
    assert unpack(content) == (document, files)
    assert content == pack(dict(reversed(document.items())), dict(reversed(files.items())))


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(FILES, st.data())
def test_one_byte_more_less_or_other_is_refused_or_changes_nothing(files: dict[str, bytes], data: st.DataObject) -> None:
    content = pack({"a": 1}, files)
    at = data.draw(st.integers(0, len(content) - 1))
    other = bytes([content[at] ^ data.draw(st.integers(1, 255))])
    for spoilt in (content[:at] + other + content[at + 1 :], content[:at], content + other):
        try:
            found = unpack(spoilt)
        except NoPackError:
            continue
        assert found == ({"a": 1}, files)  # such as a bit of the window's size, which says nothing of the content


def test_what_would_grow_without_bound_is_not_unpacked() -> None:
    bomb = zlib.compress(b"{}\n" + b"0" * 50_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(NoPackError, match="more than 1,000,000 bytes"):
        unpack(bomb, limit=1_000_000)


@pytest.mark.parametrize(
    "head",
    [
        "[]",
        "{}",
        '{"document": [], "files": []}',
        '{"document": {}, "files": [["a", -1, ""]]}',
        '{"document": {}, "files": [["a", 1]]}',
        '{"document": {}, "files": [["a", 0, ""], ["a", 0, ""]]}',
        '{"document": {}, "files": [["a", 99999999999999999999, ""]]}',
    ],
)
def test_a_heading_that_is_none_is_refused(head: str) -> None:
    with pytest.raises(NoPackError):
        unpack(zlib.compress(head.encode() + b"\n"))


def test_a_heading_that_nests_too_deeply_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json, "loads", nested_too_deep)
    with pytest.raises(NoPackError, match="heading"):
        unpack(zlib.compress(b"{}\n"))


def test_no_file_of_an_answer_leads_anywhere_else() -> None:
    for path in ("../x", "/etc/x", "a/../b", "a//b", "", ".", "a\0b"):
        assert not is_plain(path)
        with pytest.raises(NoPackError, match="no path of a repository"):
            from_bytes(Answer, pack({"ref": "model/x", "status": "ok"}, {path: b""}))
    assert is_plain("pipelines/models/x/dvc.lock")


@pytest.mark.parametrize("more", [{"status": "fine"}, {"extra": 1}, {"times": [["a", float(1)], ["b", "2"]]}, {"lines": ["x" * 3000]}])
def test_an_answer_of_another_form_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(NoPackError):
        from_bytes(Answer, pack({"ref": "model/x", "status": "ok"} | more, {}))


def task(**more: object) -> Task:
    form = {
        "ref": "source/x",
        "folder": "pipelines/data/x",
        "stages": [{"name": "ingest", "deps": ["a.csv"], "outs": [{"path": "pipelines/data/x/raw.parquet", "cache": True}]}],
        "inputs": {},
        "standing": {},
        "force": False,
        "seconds": None,
        "python": "3.11",
        "versions": {},
        "requirements": None,
        "code": "",
    }
    return Task.model_validate_json(json.dumps(form | more))


def test_a_task_comes_back_as_it_was_sent() -> None:
    sent = task(inputs={"data/a.csv": "a" * 32})
    found, files = from_bytes(Task, to_bytes(sent, {"mlspec.yaml": b"x"}))
    assert found == sent and files == {"mlspec.yaml": b"x"}
    assert found.pipeline.ref == "source/x" and found.pipeline.results == {"pipelines/data/x/dvc.lock"}
    with pytest.raises(ValueError, match="no path of a repository"):
        task(inputs={"../a.csv": "a" * 32})
