"""Requests of an editor -> answers, each a few lines over the modules that know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from mlspec.diagnostics import Problems
from mlspec.diagnostics.fix import Edit
from mlspec.language.format.layout import format_text
from mlspec.lsp import navigate
from mlspec.lsp.complete import complete
from mlspec.lsp.files import ProjectFiles
from mlspec.lsp.positions import Positions
from mlspec.lsp.problems import compatible, text_edits, to_protocol
from mlspec.lsp.rename import prepare, rename
from mlspec.lsp.session import Located, Session

if TYPE_CHECKING:
    from mlspec.lsp.server import SpecServer

REQUEST_FAILED = -32803


class _Where(Protocol):
    """The parameters of every request about a place."""

    text_document: types.TextDocumentIdentifier
    position: types.Position


def register(server: SpecServer) -> None:
    """Add every request that the server answers."""
    _reading(server)
    _navigation(server)
    _writing(server)
    _layout(server)


def _reading(server: SpecServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[":", " ", "-", "[", "{", ",", ".", "$"]))
    def completion(ls: SpecServer, params: types.CompletionParams) -> types.CompletionList:
        located = ls.session.locate(params.text_document.uri)
        if located is None:
            return types.CompletionList(is_incomplete=False, items=[])
        positions = ls.session.positions(located.files, located.path)
        items = complete(located.files, located.path, positions.offset(params.position), positions)
        return types.CompletionList(is_incomplete=False, items=items)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(ls: SpecServer, params: types.HoverParams) -> types.Hover | None:
        located, offset, positions = _at(ls.session, params)
        found = navigate.hover(located.files, located.path, offset) if located else None
        if found is None:
            return None
        text, scalar = found
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), positions.range(scalar.start, scalar.end))


def _navigation(server: SpecServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(ls: SpecServer, params: types.DefinitionParams) -> list[types.Location]:
        located, offset, _ = _at(ls.session, params)
        return _locations(ls.session, located.files, navigate.definition(located.files, located.path, offset)) if located else []

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def references(ls: SpecServer, params: types.ReferenceParams) -> list[types.Location]:
        located, offset, _ = _at(ls.session, params)
        if located is None:
            return []
        found = navigate.references(located.files, located.path, offset, with_definition=params.context.include_declaration)
        return _locations(ls.session, located.files, found)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outline(ls: SpecServer, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        located = ls.session.locate(params.text_document.uri)
        if located is None:
            return []
        positions = ls.session.positions(located.files, located.path)
        found = [(s, positions.range(s.name.start, s.name.end)) for s in navigate.outline(located.files, located.path)]
        return [types.DocumentSymbol(s.key, types.SymbolKind.Object, at, at, detail=s.kind) for s, at in found]

    @server.feature(types.WORKSPACE_SYMBOL)
    def symbols(ls: SpecServer, params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        found = [(files, s) for files in ls.session.projects.values() for s in navigate.outline(files, query=params.query)]
        places = [_locations(ls.session, files, [(s.path, s.name)])[0] for files, s in found]
        return [types.WorkspaceSymbol(at, s.ref, types.SymbolKind.Object) for (_, s), at in zip(found, places, strict=True)]


def _writing(server: SpecServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare_rename(ls: SpecServer, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder:
        located, offset, positions = _at(ls.session, params)
        try:
            symbol, scalar = prepare(*_needed(located), offset)
        except Problems as found:
            raise _refused(found) from None
        return types.PrepareRenamePlaceholder(positions.range(*scalar.inner), symbol.name.value)

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def renamed(ls: SpecServer, params: types.RenameParams) -> types.WorkspaceEdit:
        located, offset, _ = _at(ls.session, params)
        try:
            files, path = _needed(located)
            edits = rename(files, path, offset, params.new_name)
        except Problems as found:
            raise _refused(found) from None
        made = {}
        for path, changes in edits.items():
            positions = ls.session.positions(files, path)
            made[path] = [types.TextEdit(positions.range(s.start, s.end), text) for s, text in changes]
        return _workspace_edit(ls.session, files, made)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll])
    )
    def actions(ls: SpecServer, params: types.CodeActionParams) -> list[types.CodeAction]:
        located = ls.session.locate(params.text_document.uri)
        return _actions(ls.session, located, params) if located else []


def _layout(server: SpecServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def formatted(ls: SpecServer, params: types.DocumentFormattingParams) -> list[types.TextEdit]:
        located = ls.session.locate(params.text_document.uri)
        text = located.files.text(located.path) if located else None
        if located is None or text is None:
            return []
        canonical, _ = format_text(located.path, text.encode("utf-8", "replace"))
        whole = ls.session.positions(located.files, located.path).range(0, len(text))
        return [types.TextEdit(whole, canonical)] if canonical is not None and canonical != text else []


def _actions(session: Session, located: Located, params: types.CodeActionParams) -> list[types.CodeAction]:
    """One quick fix for each finding in the range, and one action for all findings of the file."""
    positions = session.positions(located.files, located.path)
    fixable, made = session.fixable(located), []
    for finding in fixable if _wanted(types.CodeActionKind.QuickFix, params) else []:
        if finding.fix and finding.span and _overlap(positions.span(finding.span), params.range):
            shown = to_protocol(finding, lambda p: session.uri(located.files.root, p), lambda p: session.positions(located.files, p))
            edit = _fix(session, located, finding.fix.edits, positions)
            made.append(types.CodeAction(finding.fix.title, types.CodeActionKind.QuickFix, [shown], is_preferred=True, edit=edit))
    if fixable and _wanted(types.CodeActionKind.SourceFixAll, params):
        edit = _fix(session, located, compatible(fixable), positions)
        made.append(types.CodeAction("fix all mlspec problems of the file", types.CodeActionKind.SourceFixAll, edit=edit))
    return made


def _wanted(kind: types.CodeActionKind, params: types.CodeActionParams) -> bool:
    """Whether a client that asks for some kinds only asks for this one; `source` asks for `source.fixAll` too."""
    only = [str(_value(k)) for k in params.context.only or ()]
    return not only or any(kind.value == k or kind.value.startswith(f"{k}.") for k in only)


def _value(kind: object) -> object:
    return getattr(kind, "value", kind)


def _fix(session: Session, located: Located, edits: Iterable[Edit], positions: Positions) -> types.WorkspaceEdit:
    return _workspace_edit(session, located.files, {located.path: text_edits(edits, positions)})


def _workspace_edit(session: Session, files: ProjectFiles, edits: dict[str, list[types.TextEdit]]) -> types.WorkspaceEdit:
    """Edits with the versions they were made for, so that a client refuses them over newer text; without, where it knows none."""
    if not session.takes_versions:
        return types.WorkspaceEdit(changes={session.uri(files.root, path): made for path, made in edits.items()})
    changes = []
    for path, made in edits.items():
        uri = session.uri(files.root, path)
        changes.append(types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, session.version(uri)), list(made)))
    return types.WorkspaceEdit(document_changes=list(changes))


def _overlap(first: types.Range, second: types.Range) -> bool:
    def key(position: types.Position) -> tuple[int, int]:
        return position.line, position.character

    return key(first.start) <= key(second.end) and key(second.start) <= key(first.end)


def _at(session: Session, params: _Where) -> tuple[Located | None, int, Positions]:
    located = session.locate(params.text_document.uri)
    positions = session.positions(located.files, located.path) if located else Positions("")
    return located, positions.offset(params.position), positions


def _needed(located: Located | None) -> tuple[ProjectFiles, str]:
    if located is None:
        raise JsonRpcException("mlspec does not read this file", REQUEST_FAILED)
    return located.files, located.path


def _refused(found: Problems) -> JsonRpcException:
    first = found.diagnostics[0]
    return JsonRpcException(f"{first.message}; {first.help}" if first.help else first.message, REQUEST_FAILED)


def _locations(session: Session, files: ProjectFiles, places: Iterable[navigate.Place]) -> list[types.Location]:
    return [
        types.Location(session.uri(files.root, path), session.positions(files, path).range(scalar.start, scalar.end))
        for path, scalar in places
    ]


def buffer_positions(session: Session, uri: str) -> Positions:
    """Return the positions of an open document that belongs to no project."""
    buffer = session.buffers.get(uri)
    return Positions(buffer.text if buffer else "", session.encoding)
