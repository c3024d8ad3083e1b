"""The wire: requests of the protocol, answered from the session. Reads standard input, writes standard output, and nothing else does."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from mlspec.compiler.memory.checked import InProcess, read_texts, recall
from mlspec.compiler.project.layout import ENVIRONMENTS, MODELS, SPECS
from mlspec.diagnostics import Diagnostic
from mlspec.language.format.propose import with_fixes
from mlspec.lsp import answers
from mlspec.lsp.files import ProjectFiles
from mlspec.lsp.problems import by_path, to_protocol
from mlspec.lsp.session import Located, Session

DEBOUNCE = 0.15
PARENT_CHECK = 2.0
_WATCHED = ("**/mlspec.yaml", f"**/{SPECS}/**/*.{{yaml,yml}}", f"**/{ENVIRONMENTS}/**/*.{{yaml,yml}}", f"**/{MODELS}/*/evaluation.json")


class SpecServer(LanguageServer):
    """A pygls server with the session of its one client."""

    def __init__(self) -> None:
        super().__init__("mlspec", version("mlspec-gitops"), text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.session = Session()
        self.was_shut_down = False
        self.tasks: set[asyncio.Task[None]] = set()
        self._timers: dict[Path, asyncio.TimerHandle] = {}
        self._turn: dict[Path, int] = {}
        self._running: set[Path] = set()
        self._memories: dict[Path, InProcess] = {}

    def spawn(self, work: Any) -> None:
        """Run a coroutine beside the requests."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def check_soon(self, files: ProjectFiles, delay: float = DEBOUNCE) -> None:
        """Compile a project once nothing was typed for a moment."""
        self._turn[files.root] = self._turn.get(files.root, 0) + 1
        if files.root in self._timers:
            self._timers[files.root].cancel()
        loop = asyncio.get_running_loop()
        self._timers[files.root] = loop.call_later(delay, lambda: self.spawn(self._check(files)))

    async def _check(self, files: ProjectFiles) -> None:
        """Compile beside the requests; an outcome that typing has overtaken is thrown away."""
        if files.root in self._running:
            self.check_soon(files)
            return
        turn, unsaved, texts = self._turn[files.root], files.overlay(), dict(files.texts())
        self._running.add(files.root)
        try:
            memory = self._memories.setdefault(files.root, InProcess())
            found = await asyncio.to_thread(_diagnose, files.root, unsaved, texts, memory)
        finally:
            self._running.discard(files.root)
        if turn == self._turn[files.root]:
            self._publish(files, found, texts)

    def _publish(self, files: ProjectFiles, diagnostics: list[Diagnostic], texts: dict[str, str]) -> None:
        groups = by_path(diagnostics)
        for path in self.session.keep(files.root, texts, groups):
            uri = self.session.uri(files.root, path)
            found = [
                to_protocol(d, lambda p: self.session.uri(files.root, p), lambda p: self.session.positions(files, p))
                for d in groups.get(path, [])
            ]
            self.publish(uri, found)

    def publish(self, uri: str, found: list[types.Diagnostic]) -> None:
        params = types.PublishDiagnosticsParams(uri, found, self.session.version(uri))
        self.text_document_publish_diagnostics(params)

    def took(self, uri: str, located: Located | None, delay: float = DEBOUNCE) -> None:
        """React to a document that was opened, typed in or closed."""
        if located is not None:
            self.check_soon(located.files, delay)
        elif uri in self.session.buffers:
            found = self.session.stray(uri)
            positions = answers.buffer_positions(self.session, uri)
            self.publish(uri, [to_protocol(d, lambda _: uri, lambda _: positions) for d in found])


def _diagnose(root: Path, unsaved: dict[str, bytes], texts: dict[str, str], memory: InProcess) -> list[Diagnostic]:
    """Return what `mlspec validate` would say, with the fixes that fit the texts. What typing does not reach is not compiled again."""
    known = recall(read_texts(root, unsaved), memory, ((), ()), with_fixes=False)
    return with_fixes(known.diagnostics, {path: text.encode("utf-8", "replace") for path, text in texts.items()})


def _is_no_refusal(record: logging.LogRecord) -> bool:
    """Whether a log record is about more than a request that was refused: the client shows that, and needs no traceback."""
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, JsonRpcException) and error.code == answers.REQUEST_FAILED)


def build() -> SpecServer:
    """Return the server with its features."""
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_no_refusal)
    server = SpecServer()
    _documents(server)
    _lifetime(server)
    answers.register(server)
    return server


def _documents(server: SpecServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: SpecServer, params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        ls.took(document.uri, ls.session.put(document.uri, document.text, document.version), 0.0)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: SpecServer, params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        text = next((c.text for c in reversed(params.content_changes)), None)
        if text is not None:
            ls.took(document.uri, ls.session.put(document.uri, text, document.version))

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: SpecServer, params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        located = ls.session.drop(uri)
        if located is None:
            ls.publish(uri, [])
        ls.took(uri, located, 0.0)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: SpecServer, params: types.DidSaveTextDocumentParams) -> None:
        _reread(ls, [params.text_document.uri])

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def moved(ls: SpecServer, params: types.DidChangeWatchedFilesParams) -> None:
        _reread(ls, [change.uri for change in params.changes])


def _reread(server: SpecServer, uris: list[str]) -> None:
    """Read the projects of these files again."""
    projects = {id(found.files): found.files for uri in uris if (found := server.session.locate(uri))}
    for files in projects.values():
        files.refresh()
        server.check_soon(files, 0.0)


def _lifetime(server: SpecServer) -> None:
    @server.feature(types.INITIALIZED)
    def initialized(ls: SpecServer, _: types.InitializedParams) -> None:
        ls.session.encoding = str(ls.server_capabilities.position_encoding or "utf-16")
        capabilities = ls.client_capabilities.workspace
        edits = capabilities.workspace_edit if capabilities else None
        ls.session.takes_versions = bool(edits and edits.document_changes)
        watching = capabilities.did_change_watched_files if capabilities else None
        if watching and watching.dynamic_registration:
            ls.spawn(_watch(ls))

    @server.feature(types.INITIALIZE)
    def initialize(ls: SpecServer, params: types.InitializeParams) -> None:
        if params.process_id is not None and _is_alive(params.process_id):
            ls.spawn(_leave_with(params.process_id))

    @server.feature(types.SHUTDOWN)
    def shut_down(ls: SpecServer, *_: Any) -> None:
        ls.was_shut_down = True


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


async def _leave_with(process: int) -> None:
    """End when the editor's process is gone, even where its end of the pipe was kept open by another."""
    while _is_alive(process):  # noqa: ASYNC110 - no event tells of the death of a process that is no child
        await asyncio.sleep(PARENT_CHECK)
    os._exit(1)  # the reader of standard input waits in a thread, and would never return


async def _watch(server: SpecServer) -> None:
    """Ask the client to tell of files that others change."""
    options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(pattern) for pattern in _WATCHED])
    wanted = types.Registration("mlspec-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    await server.client_register_capability_async(types.RegistrationParams([wanted]))


def serve() -> int:
    """Serve one client over standard input and output until it leaves. Returns 0 after a shutdown, else 1."""
    server = build()
    with _protocol_output() as output:
        server.start_io(sys.stdin.buffer, output)
    return 0 if server.was_shut_down else 1


def _protocol_output() -> BinaryIO:
    """Keep standard output to the protocol: whatever else is printed from here on goes to standard error."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output
