"""A real Git server over HTTP: `git http-backend` behind a check of the Authorization header. It keeps what every request carried."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self


class GitServer:
    """Serves the bare repositories below `root` on 127.0.0.1 to who sends `token` as a password."""

    def __init__(self, root: Path, token: str) -> None:
        self.root, self.wanted = root, f"basic {base64.b64encode(f'x-access-token:{token}'.encode()).decode()}"
        self.seen: list[list[str]] = []
        self.redirect: str | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def refusal(self, given: list[str], path: str) -> int:
        """The status for a request with these Authorization headers that is not let in; 0 for one that is. `path` has the query too."""
        del path
        return 0 if given == [self.wanted] else 400 if len(given) > 1 else 401

    def user(self, given: list[str]) -> str:
        """Who pushes, by these Authorization headers: hooks read it as REMOTE_USER."""
        del given
        return "token"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _handler(git: GitServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            given = self.headers.get_all("Authorization", [])
            git.seen.append(given)
            if git.redirect:
                self._plain(302, {"Location": git.redirect + self.path})
            elif status := git.refusal(given, self.path):
                self._plain(status, {"WWW-Authenticate": "Basic"})
            else:
                self._backend()

        def _plain(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in (headers | {"Content-Length": "0"}).items():
                self.send_header(name, value)
            self.end_headers()

        def _backend(self) -> None:
            path, _, query = self.path.partition("?")
            variables = {
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(git.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REMOTE_USER": git.user(self.headers.get_all("Authorization", [])),
                "REQUEST_METHOD": self.command,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            done = subprocess.run(["git", "http-backend"], input=body, env=variables, capture_output=True, check=False)
            assert done.stdout, done.stderr  # what it refuses, it answers, and ends with another code than 0
            head, _, answer = done.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in (headers | {"Content-Length": str(len(answer))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Tests print nothing."""

    return Handler
