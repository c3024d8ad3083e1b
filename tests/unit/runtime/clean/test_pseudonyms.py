"""Pseudonyms: HMAC's own numbers, the same in every source, missing values kept, and no way on without the key that is meant."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from mlspec.runtime.clean.pseudonyms import pseudonym

KEY = "k" * 20
CHECK = hmac.new(KEY.encode(), b"", hashlib.sha256).hexdigest()[:16]


def clean(**settings: Any) -> dict[str, Any]:
    step = {"pseudonymise": {"column": "who", "key": "PEOPLE_KEY", **settings}}
    return {"steps": [step], "columns": [], "extraColumns": "keep", "sort": []}


@pytest.fixture
def rows(repository: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PEOPLE_KEY", KEY)
    repository.put("raw.parquet", {"who": ["ann", None, "bob", "ann", "0123", "é"], "n": [1, 2, 3, 4, 5, 6]})
    return repository


def test_it_is_hmac_as_published() -> None:
    """RFC 4231, test case 2."""
    assert pseudonym(b"Jefe", "what do ya want for nothing?") == "5bdcc146bf60754e6a042426089575c7"


def test_each_value_gets_its_own_and_missing_ones_stay(rows: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rows.run("clean", clean(check=CHECK))
    found = rows.parquet("clean.parquet")
    wanted = [None if v is None else pseudonym(KEY.encode(), v) for v in ("ann", None, "bob", "ann", "0123", "é")]
    assert [None if v != v else v for v in found["who"]] == wanted
    assert found["n"].tolist() == [1, 2, 3, 4, 5, 6]
    assert list(found.columns) == ["who", "n"]
    assert "MLS0629" not in capsys.readouterr().err


def test_numbers_are_spelled_as_people_write_them(rows: Any) -> None:
    """A source where ids are numbers meets one where they are text."""
    for values in ([7, 8], [7.0, 8.0], ["7", "8"]):
        rows.put("raw.parquet", {"who": values})
        rows.run("clean", clean(check=CHECK))
        assert rows.parquet("clean.parquet")["who"].tolist() == [pseudonym(KEY.encode(), v) for v in ("7", "8")]


def test_without_a_check_the_line_to_write_is_told_and_nothing_of_the_key(rows: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rows.run("clean", clean())
    told = capsys.readouterr().err
    assert "MLS0629" in told and f'check: "{CHECK}"' in told and KEY not in told


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (None, "clean step 1 (pseudonymise): the variable PEOPLE_KEY is not set"),
        ("short", "clean step 1 (pseudonymise): the variable PEOPLE_KEY holds 5 bytes, and a key has 16 or more"),
        ("another key, long enough", "clean step 1 (pseudonymise): the key in PEOPLE_KEY is not the one that `check` is of"),
    ],
)
def test_another_key_is_refused(rows: Any, monkeypatch: pytest.MonkeyPatch, key: str | None, message: str) -> None:
    monkeypatch.delenv("PEOPLE_KEY")
    if key is not None:
        monkeypatch.setenv("PEOPLE_KEY", key)
    (only,) = rows.fails("clean", clean(check=CHECK))
    assert (only.code, only.message) == ("MLS0628", message)
    assert not (rows.folder / "clean.parquet").exists()


def test_a_column_that_is_not_there_is_told(rows: Any) -> None:
    (only,) = rows.fails("clean", clean(column="whom"))
    assert only.code == "MLS0620"
