"""Both stores hold rows to the bit, change as a whole, and say what is wrong without an address or a value. A real Redis server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.redis_server import PASSWORD, Server, redis_server

from mlspec.adapters.online.store import (
    Contents,
    NothingStoredError,
    Place,
    Row,
    Store,
    StoreError,
    key_text,
    namespace,
    open_store,
    parse_contents,
)

ROWS = {
    "plain": Row(1_700_000_000_000_000, (1, 0.1, True, "a")),
    "Zürich 東京 🚲": Row(None, (2**53 + 1, -0.0, None, 'quote " and \\ and \n')),
    "é": Row(-1, (-(2**63), 5e-324, False, "")),
}
KEYS = [key_text([name]) for name in ROWS]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with redis_server() as running:
        yield running


@pytest.fixture(params=["sqlite", "redis"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Opens the store of one place, again and again."""
    if request.param == "sqlite":
        return lambda: open_store(Place(file=str(tmp_path / "online" / "a.sqlite")), {})
    server: Server = request.getfixturevalue("server")
    server.client().flushall()
    return lambda: open_store(Place(variable="STORE", namespace=namespace("shop", "daily", "sha256:" + "a" * 64)), {"STORE": server.url})


def contents(rows: int = len(ROWS), md5: str = "1") -> Contents:
    return Contents("daily", "sha256:" + "a" * 64, md5, ("a", "b", "c", "d"), rows, 5, "2026-11-30T12:00:00Z")


def given() -> Iterator[tuple[str, Row]]:
    yield from zip(KEYS, ROWS.values(), strict=True)


def test_rows_come_back_as_they_were(opened: Callable[[], Store]) -> None:
    opened().fill(contents(), given())
    store = opened()
    found, rows = store.find([*KEYS, key_text(["nobody"])])
    assert found == contents() == store.contents()
    assert rows == [*ROWS.values(), None]
    assert [repr(row) for row in rows[:-1]] == [repr(row) for row in ROWS.values()], "-0.0 is no 0.0"
    assert opened().find(KEYS * 400)[1] == list(ROWS.values()) * 400, "more than go at once"


def test_a_reader_sees_the_new_rows_once_all_are_there(opened: Callable[[], Store]) -> None:
    opened().fill(contents(), given())
    reader = opened()
    reader.contents()

    def watched() -> Iterator[tuple[str, Row]]:
        yield KEYS[0], Row(7, (0, 0.0, None, "new"))
        assert reader.find(KEYS)[1] == list(ROWS.values()), "not before"

    opened().fill(contents(1, "2"), watched())
    found, rows = reader.find(KEYS)
    assert (found.rows_md5, rows) == ("2", [Row(7, (0, 0.0, None, "new")), None, None])


def test_a_filling_that_breaks_off_changes_nothing(opened: Callable[[], Store]) -> None:
    opened().fill(contents(), given())

    def broken() -> Iterator[tuple[str, Row]]:
        yield KEYS[0], Row(7, (0, 0.0, None, "new"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opened().fill(contents(1, "2"), broken())
    with pytest.raises(StoreError, match="other rows"):
        opened().fill(contents(2, "2"), [(KEYS[0], Row(7, (0,)))])
    assert opened().find(KEYS) == (contents(), list(ROWS.values()))


def test_nothing_was_materialized(opened: Callable[[], Store]) -> None:
    for ask in (lambda: opened().contents(), lambda: opened().find(KEYS)):
        with pytest.raises(NothingStoredError):
            ask()


def test_what_another_program_wrote_is_refused() -> None:
    for text in ("", "[]", "{}", '{"name": "daily"}', contents().to_json().replace('"rows"', '"lines"')):
        with pytest.raises(StoreError, match="run `mlspec materialize` again"):
            parse_contents(text)


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    store = open_store(Place(file=str(path)), {})
    store.fill(contents(), given())
    assert [path.name for path in tmp_path.iterdir()] == ["a.sqlite"]
    path.write_bytes(b"no database at all, but long enough to be taken for one" * 40)
    with pytest.raises(StoreError, match="can't be used"):
        store.find(KEYS)
    store.fill(contents(), given())
    assert store.find(KEYS)[1] == list(ROWS.values())
    (tmp_path / ".mlspec-tmp-killed.sqlite").write_bytes(b"half")
    store.fill(contents(), given())
    assert [path.name for path in tmp_path.iterdir()] == ["a.sqlite"], "what a killed one left is gone"


def test_redis_that_goes_away_is_told_without_its_address(server: Server) -> None:
    place = Place(variable="STORE", namespace=namespace("shop", "away", "sha256:" + "b" * 64))
    store = open_store(place, {"STORE": server.url})
    store.fill(contents(), given())
    server.stop()
    for ask in (store.contents, lambda: store.find(KEYS), lambda: store.fill(contents(), given())):
        with pytest.raises(StoreError) as found:
            ask()
        assert str(found.value) == "the Redis server does not answer (ConnectionError)"
    server.start()
    with pytest.raises(NothingStoredError):
        store.find(KEYS)
    store.fill(contents(), given())
    assert store.find(KEYS)[1] == list(ROWS.values())


def test_redis_keeps_one_filling_and_knows_a_lost_one(server: Server) -> None:
    place = Place(variable="STORE", namespace=namespace("shop", "kept", "sha256:" + "c" * 64))
    store = open_store(place, {"STORE": server.url})
    client = server.client()
    for md5 in ("1", "2", "3"):
        store.fill(contents(md5=md5), given())
    hashes = client.keys("*:rows:*")
    mine = [name for name in hashes if b"kept" in name]
    lasting = [name for name in mine if client.ttl(name) == -1]
    assert len(mine) == 3 and len(lasting) == 1
    assert all(0 < client.ttl(name) <= 60 for name in mine if name not in lasting), "they go by themselves"
    with pytest.raises(ZeroDivisionError):
        store.fill(contents(), (("[]", Row(1 // 0, ())) for _ in "x"))
    unfinished = [name for name in client.keys("*:rows:*") if b"kept" in name and name not in mine]
    assert len(unfinished) == 1 and 0 < client.ttl(unfinished[0]) <= 3_600
    client.delete(lasting[0])
    with pytest.raises(StoreError, match="dropped rows"):
        store.find(KEYS)


@pytest.mark.parametrize("url", ["http://redis", "redis://:{}@127.0.0.1:nine", "", "redis://:wrong@127.0.0.1:{port}"])
def test_an_address_that_does_not_do_is_never_shown(server: Server, url: str) -> None:
    with pytest.raises(StoreError) as found:
        open_store(Place(variable="STORE", namespace="x"), {"STORE": url.format(PASSWORD, port=server.port)}).contents()
    assert not any(secret in str(found.value) for secret in (PASSWORD, "127.0.0.1", "wrong"))
    assert found.value.__cause__ is None
