"""Bearer tokens: several stand side by side, none is told, health alone answers without."""

from __future__ import annotations

import pytest

from mlspec.deploy.server.errors import RequestError
from mlspec.deploy.server.tokens import Tokens, read_tokens
from mlspec.diagnostics import Problems

OLD, NEW = "a" * 16, "b" * 20


@pytest.mark.parametrize("text", [f"{OLD} {NEW}", f" {OLD},{NEW}\n", f"{OLD}\n{NEW}\n{OLD}", f"{OLD}, {NEW}"])
def test_several_tokens_of_one_variable(text: str) -> None:
    assert read_tokens("T", {"T": text}) == (OLD, NEW)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "T is not set"),
        ("  \n", "T is not set"),
        ("secret-but-short", None),
        ("abcde", "token 1 of T has 5 characters"),
        (f"{OLD} naïve-token-of-somebody", "token 2 of T holds a character"),
        (f'{OLD} "{NEW}"', "token 2 of T holds a character"),
    ],
)
def test_tokens_that_would_not_do_are_refused_and_not_told(text: str | None, says: str | None) -> None:
    given = {} if text is None else {"T": text}
    if says is None:
        assert read_tokens("T", given) == (text,)
        return
    with pytest.raises(Problems) as refused:
        read_tokens("T", given)
    (wrong,) = refused.value.diagnostics
    assert wrong.code == "MLS0814" and says in wrong.message
    assert not [part for part in (text or "").split() if part in wrong.message + str(wrong.help)]


@pytest.mark.parametrize("given", [f"Bearer {OLD}", f"bearer {NEW}", f"BEARER   {OLD} "])
def test_each_token_lets_in(given: str) -> None:
    Tokens((OLD, NEW)).check("/v2/models/demand/infer", given)


@pytest.mark.parametrize(
    "given", ["", "Bearer", f"Basic {OLD}", OLD, f"Bearer {OLD[:-1]}", f"Bearer {OLD}{NEW}", f"Bearer {OLD} {NEW}", "Bearer ÿ"]
)
def test_nothing_else_does(given: str) -> None:
    for path in ("/metrics", "/docs", "/v2", "/v2/models/demand", "/v2/health/live/", "/v2/health"):
        with pytest.raises(RequestError) as refused:
            Tokens((OLD, NEW)).check(path, given)
        assert refused.value.status == 401 and 'error="invalid_token"' in refused.value.headers["WWW-Authenticate"]


def test_without_a_token_only_health_answers() -> None:
    tokens = Tokens((OLD,))
    tokens.check("/v2/health/live", None)
    tokens.check("/v2/health/ready", None)
    with pytest.raises(RequestError) as refused:
        tokens.check("/metrics", None)
    assert refused.value.headers == {"WWW-Authenticate": 'Bearer realm="mlspec"'}
