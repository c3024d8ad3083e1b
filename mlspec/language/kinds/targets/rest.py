"""spec.rest of a DeploymentTarget."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from pydantic import Field

from mlspec.language.kinds.base import EnvName, Seconds, SpecModel
from mlspec.language.kinds.targets.settings import Looser, TargetSettings


class RestAuth(SpecModel):
    """Who may ask."""

    tokens: EnvName = Field(
        description="The environment variable that holds the bearer tokens, one or several (16 characters at least). Never a token here.",
        examples=["SERVING_TOKENS"],
    )


class RestTls(SpecModel):
    """Two PEM files, each at the path that an environment variable holds."""

    certificate: EnvName = Field(description="Holds the path of the certificate, with its chain.", examples=["SERVING_CERTIFICATE"])
    key: EnvName = Field(description="Holds the path of its private key, outside the repository.", examples=["SERVING_KEY"])


class RestBatching(SpecModel):
    """Requests of one row, or few, that a slow model is asked together: where it is proven that this changes no bit."""

    rows: int = Field(64, ge=2, le=4096, description="Rows asked in one call, at most.")
    wait: Seconds = Field(
        0.002, ge=0.0005, le=1.0, description="How long the first may wait for the others; nobody waits while none come.", examples=["2ms"]
    )


class RestCache(SpecModel):
    """Answers kept for requests that come again with the same bytes."""

    answers: int = Field(ge=1, le=1_000_000, description="Kept for each model in each worker, of 16 KiB at most.", examples=[10000])


class RestTarget(TargetSettings):
    """An HTTP server that speaks the Open Inference Protocol v2, kept running by `mlspec reconcile`, for all Deployments of the target."""

    host: str = Field("127.0.0.1", pattern=r"^[A-Za-z0-9.:-]+$", description="The address to bind.")
    port: int = Field(8080, ge=0, le=65535, description="0: any free port, kept across restarts.")
    workers: int = Field(1, ge=1, le=64, description="Processes that answer.")
    auth: RestAuth | None = Field(None, description="Bearer tokens; health alone answers without. Left out: whoever reaches it may ask.")
    tls: RestTls | None = Field(None, description="HTTPS. Left out: plain HTTP.")
    access_log: bool | None = Field(None, description="A line of JSON for each request, beside the server's log.", examples=[True])
    batching: RestBatching | None = Field(None, description="Left out: what comes while a slow model is busy goes together; nobody waits.")
    cache: RestCache | None = Field(None, description="Left out: every request is asked of the model.")

    def address(self) -> tuple[str, int]:
        return self.host, self.port

    def exposed(self) -> str | None:
        if self.auth is None:
            return "the server asks nobody who they are"
        return None if self.tls else "tokens and rows cross it in the clear"

    def looser_than(self, old: Self) -> Iterator[Looser]:
        """Whoever may ask a server that asked who they are, what crosses the network in the clear, what is no longer written down."""
        if old.auth and not self.auth:
            yield Looser("the server no longer asks for a token", f"auth: {{tokens: {old.auth.tokens}}}", None, ("auth",))
        elif old.auth and self.auth and old.auth != self.auth:
            what = "other tokens let in, and can't be compared"
            yield Looser(what, f"tokens: {old.auth.tokens}", f"tokens: {self.auth.tokens}", ("auth",))
        if old.tls and not self.tls:
            yield Looser("requests and answers are no longer encrypted", "tls", None, ("tls",))
        if _is_here_only(old.host) and not _is_here_only(self.host):
            yield Looser("others than this machine reach the server", f"host: {old.host}", f"host: {self.host}", ("host",))
        if old.access_log and not self.access_log:
            yield Looser("requests are no longer written down", "accessLog: true", None, ("accessLog",))


def _is_here_only(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
