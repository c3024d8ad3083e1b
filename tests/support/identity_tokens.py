"""A stand-in for the service of GitHub Actions that gives a job its identity token, and an S3 store that only a role may use."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from support.moto_s3 import allow, client, moto_server, user, want_signatures

REQUEST_TOKEN = "the-job-s-own-token"
ROLE = "arn:aws:iam::123456789012:role/ci"


@dataclass
class TokenService:
    """Issued tokens and requests, oldest first. `answers`: (status, body) given before tokens are.

    `ids`: the owner's and the repository's numbers, which stand in the subject of repositories made, renamed or transferred since 2026-07-15
    (https://docs.github.com/actions/reference/security/oidc, "Immutable subject claims"); None: an older repository.
    """

    url: str = ""
    slug: str = "acme/shop"
    environment_name: str = "mlspec-storage"
    ids: tuple[int, int] | None = (123456, 456789)
    issued: list[str] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What the runner sets in a job with `id-token: write`."""
        job = {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "42"}
        return job | {"ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN}

    @property
    def subject(self) -> str:
        owner, name = self.slug.split("/")
        place = self.slug if self.ids is None else f"{owner}@{self.ids[0]}/{name}@{self.ids[1]}"
        return f"repo:{place}:environment:{self.environment_name}"

    def answer(self, path: str, authorization: str) -> tuple[int, bytes]:
        query = {k: v[0] for k, v in parse_qs(urlsplit(path).query).items()}
        self.requests.append(query)
        if self.answers:
            return self.answers.pop(0)
        if authorization != f"bearer {REQUEST_TOKEN}" or query.get("api-version") != "2.0" or "audience" not in query:
            return 401, b"{}"
        claims = {"aud": query["audience"], "sub": self.subject, "jti": str(len(self.issued))}
        parts = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in ({"alg": "RS256"}, claims)]
        self.issued.append(".".join([*parts, "c2lnbmVk"]))
        return 200, json.dumps({"count": 1, "value": self.issued[-1]}).encode()


def claims_of(body: bytes) -> dict[str, Any]:
    """What stands in a token that was given."""
    claims = json.loads(body)["value"].split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return found


@contextmanager
def token_service() -> Iterator[TokenService]:
    """Run it on a free port."""
    service = TokenService()
    with _serving(lambda handler: service.answer(handler.path, handler.headers.get("Authorization", ""))) as url:
        service.url = f"{url}/token"
        yield service


@contextmanager
def _serving(answer: Callable[[BaseHTTPRequestHandler], tuple[int, bytes]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            status, body = answer(self)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *args: Any) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class RoleStore:
    """A bucket that only the role `ci` may use. `sts` trades the tokens in `admitted` for the role's credentials, as AWS does."""

    url: str
    sts: str = ""
    broker: Any = None
    admitted: list[str] = field(default_factory=list)

    def trade(self, handler: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        """Answer AssumeRoleWithWebIdentity. moto can't: once it checks signatures, it fails on a request that has none."""
        asked = dict(parse_qsl(handler.rfile.read(int(handler.headers.get("Content-Length", 0))).decode()))
        known = asked.get("Action") == "AssumeRoleWithWebIdentity" and asked.get("WebIdentityToken") in self.admitted
        if not known or asked.get("RoleArn") != ROLE:
            text = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
            return 403, f"<ErrorResponse><Error><Code>AccessDenied</Code><Message>{text}</Message></Error></ErrorResponse>".encode()
        made = self.broker.assume_role(RoleArn=ROLE, RoleSessionName=asked["RoleSessionName"])["Credentials"]
        made["Expiration"] = made["Expiration"].isoformat()
        fields = "".join(f"<{name}>{value}</{name}>" for name, value in made.items())
        result = f"<AssumeRoleWithWebIdentityResult><Credentials>{fields}</Credentials></AssumeRoleWithWebIdentityResult>"
        return 200, f"<AssumeRoleWithWebIdentityResponse>{result}</AssumeRoleWithWebIdentityResponse>".encode()


@contextmanager
def store_of_a_role(bucket: str) -> Iterator[RoleStore]:
    """Run moto's server, and the service that trades tokens."""
    with moto_server() as url:
        store = RoleStore(url)
        client("s3", url).create_bucket(Bucket=bucket)
        iam = client("iam", url)
        if "ci" not in [role["RoleName"] for role in iam.list_roles()["Roles"]]:
            iam.create_role(RoleName="ci", AssumeRolePolicyDocument=allow("sts:AssumeRole", Principal={"AWS": "*"}))
            iam.put_role_policy(RoleName="ci", PolicyName="storage", PolicyDocument=allow("s3:*"))
        store.broker = client("sts", url, **user(iam, f"broker-{bucket}", "sts:AssumeRole"))
        want_signatures(url)
        with _serving(store.trade) as store.sts:
            yield store
