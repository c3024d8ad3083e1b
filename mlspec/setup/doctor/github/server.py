"""Which GitHub it is: github.com, GitHub's own clouds (`*.ghe.com`), or a company's own server, on which the workflows can't run."""

from __future__ import annotations

from urllib.parse import urlsplit

from mlspec.adapters.github.remote import server_url
from mlspec.setup.doctor.finding import Verdict, bad, ok

ARTIFACTS = "actions/upload-artifact"


def host() -> str:
    return (urlsplit(server_url()).hostname or "").lower()


def is_enterprise_server() -> bool:
    """Whether it is neither github.com nor one of GitHub's clouds with data residence."""
    return host() != "github.com" and not host().endswith(".ghe.com")


def issuer() -> str | None:
    """Who issues identity tokens, where that is not the well-known address (docs.github.com, "Substituted values on GHE.com")."""
    return f"https://token.actions.{host()}" if host().endswith(".ghe.com") else None


def runs_workflows() -> Verdict:
    """Whether jobs can hand each other files. On an enterprise server `@actions/artifact` refuses by itself (GHESNotSupportedError)."""
    if not is_enterprise_server():
        return ok(host())
    what = f"{host()} is a GitHub Enterprise Server: {ARTIFACTS} from version 4 on fails there, and every workflow hands its files on by it"
    return bad(what, "run the workflows on github.com or *.ghe.com; promote, rollback and approvals from your own machine work here")
