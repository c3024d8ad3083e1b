"""A small client of the language server protocol: one process, JSON-RPC over its pipes, no library in between."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

TIMEOUT = 30.0


class RequestRefused(Exception):
    """The server answered a request with an error."""


class LspClient:
    """Starts `python -m mlspec lsp`; a context manager that ends it whatever happens."""

    def __init__(self, *words: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mlspec", "lsp", *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **(env or {})}, cwd=cwd,
        )  # fmt: skip
        self.messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.diagnostics: dict[str, list[dict[str, Any]]] = {}
        self.noise = b""
        self.stderr: list[bytes] = []
        self._next = 0
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._drain)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        for thread in self._threads:
            thread.join(10)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while line := stream.readline():
            if not line.startswith(b"Content-Length: "):
                self.noise += line
                continue
            size = int(line.split(b":")[1])
            while stream.readline().strip():
                pass
            self.messages.put(json.loads(stream.read(size)))
        self.messages.put(None)

    def _drain(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.stderr.append(line)

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"method": method, **({} if params is None else {"params": params})})

    def request(self, method: str, params: Any = None) -> Any:
        self._next += 1
        own = self._next
        self.send({"id": own, "method": method, **({} if params is None else {"params": params})})
        return self._until(lambda m: m.get("id") == own and "method" not in m, method)

    def _until(self, wanted: Any, what: str) -> Any:
        while True:
            message = self.messages.get(timeout=TIMEOUT)
            if message is None:
                raise AssertionError(f"the server left during {what}: {b''.join(self.stderr).decode()}")
            if message.get("method") == "textDocument/publishDiagnostics":
                self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
            elif "method" in message and "id" in message:
                self.send({"id": message["id"], "result": None})
            if wanted(message):
                if "error" in message:
                    raise RequestRefused(message["error"]["message"])
                return message.get("result")

    def wait_for(self, uri: str, judge: Any = bool) -> list[dict[str, Any]]:
        """Wait until the diagnostics of a document are as `judge` wants them."""
        if uri not in self.diagnostics or not judge(self.diagnostics[uri]):
            self._until(lambda _: uri in self.diagnostics and judge(self.diagnostics[uri]), f"waiting for diagnostics of {uri}")
        return self.diagnostics[uri]

    def initialize(self, root: Path, **capabilities: Any) -> dict[str, Any]:
        found = self.request("initialize", {"processId": os.getpid(), "rootUri": root.as_uri(), "capabilities": capabilities})
        self.notify("initialized", {})
        return found

    def open(self, path: Path, text: str | None = None) -> str:
        uri = path.as_uri()
        text = path.read_text(encoding="utf-8") if text is None else text
        self.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}})
        return uri

    def change(self, uri: str, text: str, version: int = 2) -> None:
        self.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]})

    def ask(self, method: str, uri: str, line: int, character: int, **more: Any) -> Any:
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
        return self.request(f"textDocument/{method}", {**place, **more})

    def labels(self, uri: str, line: int, character: int) -> list[str]:
        found = self.ask("completion", uri, line, character)
        return [item["label"] for item in sorted(found["items"], key=lambda i: i["sortText"])]

    def leave(self) -> int:
        self.request("shutdown")
        self.notify("exit")
        return self.process.wait(10)
