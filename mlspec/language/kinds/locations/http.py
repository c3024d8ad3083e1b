"""Rows from a file on the web."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from mlspec.language.kinds.base import Seconds
from mlspec.language.kinds.locations.location import LocationSettings, MemberPattern
from mlspec.language.kinds.url_check import check_url


class HttpLocation(LocationSettings):
    url: Annotated[str, AfterValidator(check_url)] = Field(
        pattern=r"^https?://[^\s]+$", description="Fetched with GET; only http and https.", examples=["https://example.org/holidays.csv"]
    )
    sha256: str | None = Field(None, pattern=r"^[0-9a-f]{64}$", description="The content's digest: a changed file is refused.")
    member: MemberPattern | None = Field(
        None, description="Of an archive (ZIP, tar): which of its files, or a pattern of several.", examples=["hour.csv"]
    )
    timeout: Seconds = Field(30.0, gt=0, description="How long one attempt may take.", examples=["30s"])
    retries: int = Field(3, ge=0, le=10, description="How often a failed download is tried again.")

    def named(self) -> tuple[str, str] | None:
        return ("url", self.url.split("?")[0].split("#")[0]) if self.member is None else ("member", self.member)

    def place(self) -> Mapping[str, Any]:
        return {"url": self.url} | ({"member": self.member} if self.member else {})

    def pin(self) -> str | None:
        return self.sha256
