"""moto's server, for everything of AWS that tests need. Its state belongs to the process: what several tests make must not stand in each other's way."""

from __future__ import annotations

import json
import logging
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

REGION = "us-east-1"
ADMIN = {"region_name": REGION, "aws_access_key_id": "AKIAADMIN", "aws_secret_access_key": "admin"}


@contextmanager
def moto_server() -> Iterator[str]:
    """Run it on a free port; gives its address. Anybody may do everything until `want_signatures`."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        _unsigned_requests(f"http://{host}:{port}", "inf")
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def want_signatures(url: str) -> None:
    """From now on every request must be signed with a key that moto gave, and be allowed by a policy, as AWS wants it."""
    _unsigned_requests(url, "0")


def want_nothing(url: str) -> None:
    """From now on anybody may do everything again."""
    _unsigned_requests(url, "inf")


def _unsigned_requests(url: str, count: str) -> None:
    request = urllib.request.Request(f"{url}/moto-api/reset-auth", count.encode(), {"Content-Type": "text/plain"}, method="POST")
    urllib.request.urlopen(request, timeout=10).close()


def client(service: str, url: str, **key: str) -> Any:
    """A client of boto3, for moto's administrator or with a key."""
    import boto3

    return boto3.client(service, endpoint_url=url, **ADMIN | key)


@contextmanager
def bucket(url: str, name: str, monkeypatch: pytest.MonkeyPatch, *, secret: str) -> Iterator[Any]:
    """A bucket, which goes with all that is in it, and the environment to read it by; gives a client of S3."""
    for variable in ("AWS_PROFILE", "AWS_ENDPOINT_URL_S3", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    key = {"AWS_ACCESS_KEY_ID": str(ADMIN["aws_access_key_id"]), "AWS_SECRET_ACCESS_KEY": secret}
    for variable, value in {**key, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": url}.items():
        monkeypatch.setenv(variable, value)
    s3 = client("s3", url)
    s3.create_bucket(Bucket=name)
    yield s3
    for found in s3.list_objects_v2(Bucket=name).get("Contents", ()):
        s3.delete_object(Bucket=name, Key=found["Key"])
    s3.delete_bucket(Bucket=name)


def user(iam: Any, name: str, *actions: str) -> dict[str, str]:
    """Make a user who may do `actions`; gives the key, as boto3 takes it."""
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=allow(*actions))
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}


def allow(*actions: str, **about: Any) -> str:
    """A policy's text."""
    statement = {"Effect": "Allow", "Action": list(actions)} | (about or {"Resource": "*"})
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
