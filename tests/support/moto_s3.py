"""moto's server, for everything of AWS that tests need. Its state belongs to the process: what several tests make must not stand in each other's way."""

from __future__ import annotations

import json
import logging
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
