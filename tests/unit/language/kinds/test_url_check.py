"""Secrets in addresses."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mlspec.language.kinds.locations.http import HttpLocation

BASE = "https://example.org/rows.csv"


@pytest.mark.parametrize(
    "url",
    [
        "https://bob:hunter2@example.org/rows.csv",
        "https://ghp_123@example.org/rows.csv",
        "https://@example.org/rows.csv",
        *(
            f"{BASE}?day=1&{name}=abc"
            for name in ("token", "api_key", "apikey", "apiKey", "APIKEY", "KEY", "X-Amz-Signature", "sig", "access.token")
        ),
        f"{BASE}?pass%77ord=abc",
        f"{BASE}#access_token=abc",
    ],
)
def test_an_address_with_a_secret_is_refused_and_the_secret_is_not_repeated(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        HttpLocation(url=url)
    (found,) = refused.value.errors()
    assert found["type"] == "mls_url_secret" and "environment variable" in found["ctx"]["help"]
    assert not any(secret in found["msg"] for secret in ("abc", "hunter2", "bob", "ghp_123"))


@pytest.mark.parametrize(
    "url", [BASE, f"{BASE}?day=1&keyword=x&monkey=1&design=2&token=", f"{BASE}?mail=a@b.org", "http://[::1]:8080/a@b.csv?x"]
)
def test_addresses_without_secrets_are_taken(url: str) -> None:
    assert HttpLocation(url=url).url == url


@pytest.mark.parametrize("url", ["http://[::1/rows.csv", "https:///rows.csv", "http://:80/"])
def test_an_address_without_a_host_is_none(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        HttpLocation(url=url)
    assert refused.value.errors()[0]["type"] == "mls_url"
