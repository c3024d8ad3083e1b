"""A bucket of S3, Google Cloud Storage or Azure: opened by what the environment says, and its complaints as diagnostics.

Endpoint, region, account and credentials come from the variables that each cloud's own tools read, or from the identity of the machine or
the job. Nothing of them is declared, and nothing of them is shown.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.secrets import masked

_WAIT: Any = {"connect_timeout": "20s", "read_timeout": "60s", "timeout": "2h", "user_agent": "mlspec"}
_RETRY: Any = {"max_retries": 4, "retry_timeout": timedelta(minutes=2)}
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT")


def opened(url: str) -> tuple[Any, str]:
    """The bucket of an address, and the pattern of its keys. Raises MLS0680."""
    scheme, _, rest = url.partition("://")
    bucket, _, pattern = rest.partition("/")
    with told(url):
        return {"s3": _s3, "gs": _gs}.get(scheme, _azure)(bucket), pattern


def _client() -> Any:
    """An endpoint of the environment's may be a machine near by that speaks plain HTTP; a cloud's own never is."""
    plain = any(urlsplit(os.environ.get(name, "")).scheme == "http" for name in _ENDPOINTS)
    return _WAIT | ({"allow_http": True} if plain else {})


def _s3(bucket: str) -> Any:
    from obstore.store import S3Store

    found: dict[str, Any] = {}
    if os.environ.get("AWS_PROFILE") and not os.environ.get("AWS_ACCESS_KEY_ID"):  # profiles are files of AWS's own tools
        from obstore.auth.boto3 import Boto3CredentialProvider

        found["credential_provider"] = Boto3CredentialProvider()
    return S3Store(bucket, client_options=_client(), retry_config=_RETRY, **found)


def _gs(bucket: str) -> Any:
    from obstore.store import GCSStore

    found: dict[str, Any] = {}
    if _is_federated(os.environ.get("GOOGLE_APPLICATION_CREDENTIALS", "")):
        from obstore.auth.google import GoogleCredentialProvider

        found["credential_provider"] = GoogleCredentialProvider()
    return GCSStore(bucket, client_options=_client(), retry_config=_RETRY, **found)


def _is_federated(path: str) -> bool:
    """Whether credentials come from elsewhere, such as a job's own token: Google's own library trades it."""
    try:
        return bool(path) and json.loads(Path(path).read_bytes()).get("type") == "external_account"
    except (OSError, ValueError, AttributeError):
        return False


def _azure(container: str) -> Any:
    from obstore.store import AzureStore

    return AzureStore(container, client_options=_client(), retry_config=_RETRY)


@contextmanager
def told(url: str) -> Iterator[None]:
    """Turn what a store says into MLS0680; what changed under a reading (`is_changed`) goes on to who reads."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, FileNotFoundError, PermissionError, ValueError) as error:
        if is_changed(error):
            raise
        raise _failed(url, error) from None
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "obstore":
            raise
        fix = f"install `{error.name}`, and put it into the lock: `mlspec-gitops[s3]` or `mlspec-gitops[gs]` brings it"
        raise problem("MLS0680", f"{url}: the credentials need a library that is not installed", help=fix) from None


def is_changed(error: BaseException) -> bool:
    """Whether an object is not the one that was listed: it was replaced, or is gone."""
    from obstore.exceptions import NotFoundError, PreconditionError

    return isinstance(error, PreconditionError | NotFoundError | FileNotFoundError)


_DENIED = ("403 Forbidden", "AccessDenied", "401 Unauthorized", "Missing AccessKeyId")
_CODE = re.compile(r"<Code>(\w+)</Code>(?:<Message>([^<]{0,200}))?")


def _failed(url: str, error: BaseException) -> Problems:
    text = masked(str(error)).partition("\n\nDebug source")[0]
    code = _CODE.search(text)
    said = f"{code[1]}: {code[2] or ''}".rstrip(": ") if code else re.sub(r"\?\S*", "", text.split("\n", maxsplit=1)[0])[:300]
    fix = "the rows of the last reading stay. Do the endpoint, the region and the account of the environment belong to this bucket?"
    if any(word in str(error) for word in _DENIED):
        fix = "the rows of the last reading stay. It takes the right to list the bucket and to read its objects"
    return problem("MLS0680", f"{url} can't be read: {said}", help=fix)
