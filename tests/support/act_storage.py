"""DVC remotes for the workflows: a folder, and an S3 bucket of moto's server that knows one user and checks signatures."""

from __future__ import annotations

import itertools
import json
import shutil
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REGION = "us-east-1"
ADMIN = {"aws_access_key_id": "AKIAADMIN", "aws_secret_access_key": "admin", "region_name": REGION}


@dataclass
class FolderStorage:
    """A folder. `spec` is what mlspec.yaml says besides its url; `variables` and `secrets` what a workflow's environment needs: none."""

    folder: Path
    spec: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return str(self.folder)

    def files(self) -> set[str]:
        """What lies there, by path."""
        return {str(p.relative_to(self.folder)) for p in self.folder.rglob("*") if p.is_file()}

    def fill(self, template: Path) -> None:
        """Have what another storage's folder holds."""
        shutil.copytree(template, self.folder, dirs_exist_ok=True)

    def spoil(self) -> None:
        """Change the bytes of every file, as a broken disk or an intruder would."""
        for name in self.files():
            path = self.folder / name
            path.chmod(0o644)
            path.write_bytes(path.read_bytes()[::-1] + b" ")


@dataclass
class S3Server:
    """A running server of moto: its address, and the key of the one user who may do anything in S3."""

    url: str
    key: dict[str, str]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def client(self) -> Any:
        import boto3

        return boto3.client("s3", endpoint_url=self.url, region_name=REGION, **{k.lower(): v for k, v in self.key.items()})

    def storage(self) -> S3Storage:
        """A new, empty bucket."""
        bucket = f"acme-ml-{next(self.numbers)}"
        self.client().create_bucket(Bucket=bucket)
        return S3Storage(self, bucket)


@dataclass
class S3Storage:
    """A bucket. mlspec.yaml names the endpoint; the key comes by the secrets of the workflow."""

    server: S3Server
    bucket: str

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/shop"

    @property
    def spec(self) -> dict[str, str]:
        return {"endpoint": self.server.url, "region": REGION}

    @property
    def variables(self) -> dict[str, str]:
        return {"AWS_EC2_METADATA_DISABLED": "true"}

    @property
    def secrets(self) -> dict[str, str]:
        return dict(self.server.key)

    def files(self) -> set[str]:
        """What lies there, by key below the project's."""
        pages = self.server.client().get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return {o["Key"].removeprefix("shop/") for page in pages for o in page.get("Contents", ())}

    def fill(self, template: Path) -> None:
        """Have what another storage's folder holds."""
        client = self.server.client()
        for path in [p for p in template.rglob("*") if p.is_file()]:
            client.put_object(Bucket=self.bucket, Key=f"shop/{path.relative_to(template)}", Body=path.read_bytes())

    def spoil(self) -> None:
        """Change the bytes of every file."""
        client = self.server.client()
        for name in self.files():
            client.put_object(Bucket=self.bucket, Key=f"shop/{name}", Body=b"spoilt")


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Run moto's server on a free port. From then on it wants a signature with its one user's key, as S3 does."""
    import logging

    import boto3
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        iam = boto3.client("iam", endpoint_url=url, **ADMIN)
        iam.create_user(UserName="ci")
        everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        iam.put_user_policy(UserName="ci", PolicyName="storage", PolicyDocument=json.dumps(everything))
        made = iam.create_access_key(UserName="ci")["AccessKey"]
        _ask_for_signatures(url)
        yield S3Server(url, {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]})
    finally:
        server.stop()


def _ask_for_signatures(url: str) -> None:
    request = urllib.request.Request(f"{url}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"}, method="POST")
    urllib.request.urlopen(request, timeout=10).close()


Storage = FolderStorage | S3Storage
