"""Rows by key on a Redis server. A filling is a hash under a name of its own; one key, which is set last, says which hash counts."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from mlspec.adapters.online.store import BATCH, Contents, NothingStoredError, Row, StoreError, parse_contents, parse_row

SECONDS = 0.5
"""How long the server may take to connect, and to answer."""
WRITING_SECONDS = 30.0
UNFINISHED_SECONDS, OLD_SECONDS = 3_600, 60
"""After which a hash goes by itself that nobody finished, or that another took the place of: who reads has it for that long."""
_WHOLE = b""
"""A field of each hash, no key's: it tells a hash that is whole from one that the server dropped."""


class RedisStore:
    """`url` may hold a password: no message of ours shows it, or anything that redis-py says of it."""

    def __init__(self, url: str, namespace: str) -> None:
        self._url, self._current = url, f"{namespace}:current"
        self._hash = f"{namespace}:rows:".encode()
        self._client = _client(url, SECONDS)

    def contents(self) -> Contents:
        with _told():
            return self._pointed(self._client.get(self._current))[1]

    def find(self, keys: Sequence[str]) -> tuple[Contents, list[Row | None]]:
        with _told():
            name, contents = self._pointed(self._client.get(self._current))
            asked = [_WHOLE, *(key.encode() for key in keys)]
            whole, *found = self._client.hmget(name, asked)
        if whole is None:
            raise StoreError("the server dropped rows: give it memory (`maxmemory`), and run `mlspec materialize --force`")
        return contents, [None if text is None else parse_row(text) for text in found]

    def fill(self, contents: Contents, rows: Iterable[tuple[str, Row]]) -> None:
        name = self._hash + secrets.token_hex(8).encode()
        with _told():
            client = _client(self._url, WRITING_SECONDS)
            try:
                self._write(client, name, rows)
                if client.hlen(name) != contents.rows + 1:
                    raise StoreError("it took other rows than it was given")
                self._switch(client, name, contents)
            finally:
                client.close()

    def _write(self, client: Any, name: bytes, rows: Iterable[tuple[str, Row]]) -> None:
        texts = ((key.encode(), row.to_text().encode()) for key, row in rows)
        part = {_WHOLE: b"1"}
        while part:
            with client.pipeline(transaction=True) as pipe:
                pipe.hset(name, mapping=part)
                pipe.expire(name, UNFINISHED_SECONDS)
                pipe.execute()
            part = dict(islice(texts, BATCH))

    def _switch(self, client: Any, name: bytes, contents: Contents) -> None:
        """In one step of the server's: the new hash stays, the pointer names it, the old one goes when nobody reads it any more."""
        import redis

        pointer = json.dumps({"rows": name.decode(), "contents": contents.to_json()})
        with client.pipeline(transaction=True) as pipe:
            while True:
                pipe.watch(self._current)
                old = self._old(pipe.get(self._current))
                pipe.multi()
                pipe.persist(name)
                pipe.set(self._current, pointer)
                if old is not None:
                    pipe.expire(old, OLD_SECONDS)
                try:
                    pipe.execute()
                except redis.WatchError:
                    continue  # another was quicker: its hash is the old one now
                return

    def _old(self, pointer: bytes | None) -> bytes | None:
        try:
            return self._pointed(pointer)[0]
        except StoreError:
            return None

    def _pointed(self, pointer: bytes | None) -> tuple[bytes, Contents]:
        if pointer is None:
            raise NothingStoredError("nothing was materialized")
        try:
            raw = json.loads(pointer)
            name, text = str(raw["rows"]).encode(), str(raw["contents"])
        except (ValueError, TypeError, KeyError):
            raise StoreError("what it holds was not written by mlspec") from None
        return name, parse_contents(text)


def _client(url: str, seconds: float) -> Any:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    try:  # one more try, for a connection that the server closed meanwhile
        return redis.Redis.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=Retry(NoBackoff(), 1))
    except (ValueError, TypeError, redis.RedisError):
        raise StoreError("its address is none of a Redis server: `redis://`, `rediss://` or `unix://`") from None


@contextmanager
def _told() -> Iterator[None]:
    import redis

    try:
        yield
    except (redis.RedisError, OSError) as error:
        what = "does not answer" if isinstance(error, redis.ConnectionError | redis.TimeoutError | OSError) else "refuses"
        raise StoreError(f"the Redis server {what} ({type(error).__name__})") from None
