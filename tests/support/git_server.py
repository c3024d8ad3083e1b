"""A Git server as GitHub's is: smart HTTP over a bare repository, private, which takes pushes only from tokens that may write.

with GitServer(bare, "acme/shop", writers={token}, readers=set()) as server:
    git clone <server.url>/acme/shop
"""

from __future__ import annotations

import base64
import binascii
import os
import subprocess
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

USER = "x-access-token"
HOOK = """#!/bin/sh
# GitHub's rulesets in short: nobody pushes to main over HTTP, and a workflow's token may not change workflows.
test -n "$REMOTE_USER" || exit 0
status=0
while read -r old new ref; do
  echo "$ref $old $new" >> pushes
  if test "$ref" = refs/heads/main; then echo "error: GH006: Protected branch update failed for $ref." >&2; status=1; fi
  case "$new" in *[!0]*) ;; *) continue ;; esac
  if git log --format= --name-only "$new" --not --all | grep -q '^\\.github/workflows/'; then
    echo "refusing to allow a GitHub App to create or update workflow without \\`workflows\\` permission" >&2; status=1
  fi
done
exit $status
"""


class GitServer:
    """Serves one bare repository on 127.0.0.1 and a free port. `writers` may push and read, `readers` only read; nobody else sees it."""

    def __init__(self, bare: Path, slug: str, *, writers: Iterable[str], readers: Iterable[str] = ()) -> None:
        self.bare, self.slug = bare, slug
        self.writers, self.readers = frozenset(writers), frozenset(readers)
        self.refused: list[str] = []
        self._prepare()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def pushes(self) -> list[str]:
        """The branches that were pushed to over HTTP, also in vain, in order; each since the last call."""
        path = self.bare / "pushes"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [line.split()[0].removeprefix("refs/heads/") for line in lines]

    def _prepare(self) -> None:
        """As GitHub: partial clones, any commit that is reachable or was; pushes."""
        settings = {
            "uploadpack.allowFilter": "true",
            "uploadpack.allowAnySHA1InWant": "true",
            "http.receivepack": "true",
            "gc.auto": "0",
            "receive.autogc": "false",
        }
        for name, value in settings.items():
            subprocess.run(["git", "config", name, value], cwd=self.bare, check=True)
        hook = self.bare / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(HOOK, encoding="utf-8")
        hook.chmod(0o755)

    def refusal(self, path: str, authorization: str, *, push: bool) -> int:
        """The status to answer with instead; 0 where the request may go on."""
        if path.removeprefix("/").removesuffix("/").split("/info/")[0].split("/git-")[0].removesuffix(".git") != self.slug:
            return 404
        token = _token(authorization)
        if token in self.writers or (token in self.readers and not push):
            return 0
        self.refused.append(path)
        return 403 if token in self.readers else 401


def _token(authorization: str) -> str:
    """The password of HTTP's basic scheme, for the user that GitHub wants there; "" without one."""
    scheme, _, words = authorization.partition(" ")
    try:
        user, _, password = base64.b64decode(words, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return password if scheme.lower() == "basic" and user == USER else ""


def _handler(git: GitServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self._body()
            push = "git-receive-pack" in self.path
            status = git.refusal(parts.path, self.headers.get("Authorization", ""), push=push)
            if status:
                self._answer(status, {"WWW-Authenticate": 'Basic realm="GitHub"'} if status == 401 else {}, b"")
                return
            rest = parts.path.removeprefix("/").removeprefix(git.slug).removeprefix(".git")
            self._answer(*_backend(git.bare, self, rest, parts.query, body))

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items() | {"Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Tests print nothing."""

    return Handler


def _backend(bare: Path, request: BaseHTTPRequestHandler, path: str, query: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
    """Ask `git http-backend`, which speaks CGI: status, headers, body."""
    variables = {
        "GIT_PROJECT_ROOT": str(bare.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{bare.name}{path}",
        "QUERY_STRING": query,
        "REQUEST_METHOD": request.command,
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
        "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        "REMOTE_USER": USER,
        "REMOTE_ADDR": "127.0.0.1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    plain = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    done = subprocess.run(["git", "http-backend"], input=body, env=plain | variables, capture_output=True, check=False)
    head, _, text = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line)
    return int(headers.pop("Status", "200").split()[0]), headers, text
