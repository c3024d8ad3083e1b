"""`signing` of the Project: whose signatures under models and evidence count, and where the key to sign with is."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import EnvName, Many, RepoPath, SpecModel

GITHUB = "https://token.actions.githubusercontent.com"
"""Who vouches for the identity of a job of GitHub Actions."""


class TrustedIdentity(SpecModel):
    """Whom a keyless signature is by, as its certificate says."""

    identity: str = Field(
        min_length=1,
        max_length=500,
        pattern=r"^[!-~]+$",
        description="The certificate's name, exactly: of a workflow, or a person's mail address.",
        examples=["https://github.com/acme/bikes/.github/workflows/mlspec-sign.yml@refs/heads/main"],
    )
    issuer: str = Field(
        GITHUB, max_length=500, pattern=r"^https://[!-~]+$", description="Who vouched for that identity.", examples=[GITHUB]
    )


class Trusted(SpecModel):
    """Whose signatures count."""

    keys: Many[RepoPath] = Field((), description="Files of public keys (PEM, elliptic curve).", examples=[["keys/release.pub"]])
    identities: Many[TrustedIdentity] = Field((), description="Identities that sign without a key of their own.")

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.keys and not self.identities:
            raise PydanticCustomError(
                "mls_trusted", "nobody is trusted", {"help": "name a public key under `keys`, or an identity under `identities`"}
            )
        return self


class Signing(SpecModel):
    key: EnvName | None = Field(
        None,
        description="The environment variable that holds the path of the private key, or the key itself (PEM). Never the key here.",
        examples=["MLSPEC_SIGNING_KEY"],
    )
    trusted: Trusted = Field(description="Whose signatures count.", examples=[{"keys": ["keys/release.pub"]}])
