"""Rows from objects of a bucket."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.locations.location import LocationSettings, MemberPattern


def _check(value: str) -> str:
    bucket, _, key = value.partition("://")[2].partition("/")
    if "@" in bucket or ":" in bucket:
        fix = "credentials and the endpoint come from the environment: `s3://BUCKET/PATH`"
        raise PydanticCustomError("mls_url_secret", "the address holds more than a bucket before its path", {"help": fix})
    if "?" in value or "#" in value:
        fix = "a pattern has `*` and `**` only; a signed address is no source, since it holds a secret"
        raise PydanticCustomError("mls_url", "the address holds `?` or `#`", {"help": fix})
    if not key or key.endswith("/"):
        raise PydanticCustomError(
            "mls_url", "the address names no object", {"help": "write a pattern, such as `s3://BUCKET/rentals/*.parquet`"}
        )
    return value


class ObjectLocation(LocationSettings):
    url: Annotated[str, AfterValidator(_check)] = Field(
        pattern=r"^(s3|gs|az|abfs)://[^\s/*]+/\S+$",
        description="An object in a bucket, or a pattern of several: `*` within a folder, `**` across folders.",
        examples=["s3://acme/rentals/*.parquet"],
    )

    member: MemberPattern | None = Field(
        None, description="Of archives (ZIP, tar): which of their files, or a pattern of several.", examples=["hour.csv"]
    )

    def named(self) -> tuple[str, str] | None:
        return ("url", self.url) if self.member is None else ("member", self.member)
