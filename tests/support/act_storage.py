"""DVC remotes for the workflows: a folder, an S3 bucket that wants a key, an S3 bucket that wants a role (moto's servers)."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.identity_tokens import ROLE, RoleStore, TokenService, store_of_a_role, token_service
from support.moto_s3 import REGION, client, moto_server, user, want_signatures


@dataclass
class FolderStorage:
    """A folder. `spec` is what mlspec.yaml says besides its url; `variables` and `secrets` what a workflow's environment needs: none."""

    folder: Path
    spec: dict[str, Any] = field(default_factory=dict)
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


class Bucket:
    """What tests do with a bucket below `shop/`. `client` may do it."""

    client: Any
    bucket: str

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/shop"

    def files(self) -> set[str]:
        """What lies there, by key below the project's."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return {o["Key"].removeprefix("shop/") for page in pages for o in page.get("Contents", ())}

    def fill(self, template: Path) -> None:
        """Have what another storage's folder holds."""
        for path in [p for p in template.rglob("*") if p.is_file()]:
            self.client.put_object(Bucket=self.bucket, Key=f"shop/{path.relative_to(template)}", Body=path.read_bytes())

    def spoil(self) -> None:
        """Change the bytes of every file."""
        for name in self.files():
            self.client.put_object(Bucket=self.bucket, Key=f"shop/{name}", Body=b"spoilt")


@dataclass
class S3Server:
    """A running server: its address, and the key of the one user who may do anything in S3."""

    url: str
    key: dict[str, str]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def storage(self) -> KeyStorage:
        """A new, empty bucket."""
        made = KeyStorage(client("s3", self.url, **self.key), f"acme-ml-{next(self.numbers)}", self)
        made.client.create_bucket(Bucket=made.bucket)
        return made


@dataclass
class KeyStorage(Bucket):
    """A bucket opened by a key. mlspec.yaml names the endpoint; the key comes by the secrets of the workflow."""

    client: Any
    bucket: str
    server: S3Server

    @property
    def spec(self) -> dict[str, Any]:
        return {"endpoint": self.server.url, "region": REGION}

    @property
    def variables(self) -> dict[str, str]:
        return {"AWS_EC2_METADATA_DISABLED": "true"}

    @property
    def secrets(self) -> dict[str, str]:
        return {name.upper(): value for name, value in self.server.key.items()}


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Run moto's server. It wants a signature with its one user's key, as S3 does."""
    with moto_server() as url:
        key = user(client("iam", url), "ci-by-key", "s3:*")
        want_signatures(url)
        yield S3Server(url, key)


@dataclass
class RoleStorage(Bucket):
    """A bucket opened by a role, which a job gets for its identity token: there is no secret at all."""

    client: Any
    bucket: str
    store: RoleStore
    tokens: TokenService
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def spec(self) -> dict[str, Any]:
        return {"oidc": {"role": ROLE, "region": REGION}}

    @property
    def variables(self) -> dict[str, str]:
        """The endpoints are AWS' own, elsewhere; the rest is what a runner sets in a job with `id-token: write`."""
        asks = {k: v for k, v in self.tokens.environment.items() if k.startswith("ACTIONS_ID_TOKEN")}
        return asks | {"AWS_ENDPOINT_URL_S3": self.store.url, "AWS_ENDPOINT_URL_STS": self.store.sts, "AWS_EC2_METADATA_DISABLED": "true"}


@contextmanager
def role_storage(bucket: str) -> Iterator[RoleStorage]:
    """Run moto's server and the service that gives jobs their tokens."""
    with store_of_a_role(bucket) as store, token_service() as tokens:
        store.admitted = tokens.issued
        made = store.broker.assume_role(RoleArn=ROLE, RoleSessionName="test")["Credentials"]
        key = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
        yield RoleStorage(client("s3", store.url, aws_session_token=made["SessionToken"], **key), bucket, store, tokens)


Storage = FolderStorage | KeyStorage | RoleStorage
