"""`contract` of a DataSource or of ValidationRules: what the contract says is laid into the document, as if it were written there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mlspec.compiler.load.contracts.checks import Checks, checks_of
from mlspec.compiler.load.contracts.columns import find_object, lay_columns
from mlspec.compiler.load.contracts.read import Contract, read_contract
from mlspec.compiler.load.contracts.related import Sources, sources_of
from mlspec.compiler.load.inputs import ReadList
from mlspec.compiler.load.trees import Tree, mapping, sequence, text
from mlspec.diagnostics import Diagnostic, Problems, Span
from mlspec.diagnostics.words import counted, some
from mlspec.language.kinds.contract import ContractUse, NamedContract
from mlspec.language.yaml.document import Document

_USE: TypeAdapter[NamedContract] = TypeAdapter(ContractUse)
_KINDS = ("DataSource", "ValidationRules")


@dataclass(frozen=True, slots=True)
class WithContract:
    """A document, and its value with variables replaced, both with the contract's parts. `sound`: the contract could be laid in."""

    document: Document
    value: Any
    found: tuple[Diagnostic, ...] = ()
    sound: bool = True


@dataclass(slots=True)
class Contracts:
    """The contracts of a project, each read once; what is wrong with one is told once."""

    read: ReadList
    documents: Iterable[Document]
    known: dict[str, Contract | None] = field(default_factory=dict)
    sources: Sources | None = None
    described: dict[str, tuple[Tree, Span, str]] = field(default_factory=dict)
    """Source -> the object that describes it, where the source names the contract, and the contract."""
    checked: set[str] = field(default_factory=set)
    """Sources whose rules name a contract."""

    def lay_in(self, document: Document, value: Any) -> WithContract:
        """The document with what its contract says; itself where it names none, or wrongly, which the checks of form tell."""
        use = _use(value)
        if use is None:
            return WithContract(document, value)
        try:
            contract = self._contract(use.path, document)
            if contract is None:
                return WithContract(document, value, sound=False)
            if value["kind"] == "DataSource":
                return self._source(document, value, use, contract)
            return self._rules(document, value, use, contract)
        except Problems as problems:
            return WithContract(document, value, tuple(problems.diagnostics), sound=False)

    def unread(self) -> Iterator[Diagnostic]:
        """MLS0466: sources whose contract asks of the rows what no ValidationRules read. To be asked when all documents are read."""
        for source, (table, named_at, path) in sorted(self.described.items()):
            if source in self.checked:
                continue
            checks = checks_of(table, path, self._sources(), declared=False)
            if number := len(checks.rules) + len(checks.unchecked):
                message = f"nobody checks what the contract asks of the rows of source/{source}: {counted(number, 'check')}"
                advice = f"add ValidationRules with `source: {source}` and `contract: {path}`"
                yield Diagnostic("MLS0466", message, named_at, advice, severity="warning")

    def _sources(self) -> Sources:
        if self.sources is None:
            self.sources = sources_of(self.documents)
        return self.sources

    def _contract(self, path: str, document: Document) -> Contract | None:
        """None where its problems were told before."""
        if path not in self.known:
            self.known[path] = None
            self.known[path] = read_contract(path, self.read(path), document.span(("spec", "contract")))
        return self.known[path]

    def _source(self, document: Document, value: Any, use: NamedContract, contract: Contract) -> WithContract:
        name, named_at = _name(value, "metadata", "name"), document.span(("spec", "contract"))
        table = find_object(contract, use.object, name, named_at)
        self.described[name] = table, named_at, contract.path
        laid = lay_columns(table, _spec(document.node, value), document.path)
        parts = {"columns": laid.columns} | ({"key": laid.key} if laid.key is not None else {})
        made = [_with(Tree(document.node, tree), parts) for tree in (document.value, value)]
        new = replace(document, node=made[0].node, value=made[0].value)
        return WithContract(new, made[1].value, tuple(laid.found), sound=not laid.found)

    def _rules(self, document: Document, value: Any, use: NamedContract, contract: Contract) -> WithContract:
        named_at, source = document.span(("spec", "contract")), _name(value, "spec", "source")
        table = find_object(contract, use.object or self._object(use.path, source), source, named_at)
        self.checked.add(source)
        checks = checks_of(table, contract.path, self._sources())
        own = _spec(document.node, value).get("rules")
        written = own.parts() if own else []
        rules = sequence([*written, *_named_apart(checks.rules, written)], own or table.get("properties") or table)
        made = [_with(Tree(document.node, tree), {"rules": rules}) for tree in (document.value, value)]
        new = replace(document, node=made[0].node, value=made[0].value)
        return WithContract(new, made[1].value, tuple(_unchecked(checks, contract)))

    def _object(self, path: str, source: str) -> str | None:
        """The object that the source itself names of the same contract."""
        named = self._sources().by_object.items()
        return next((table for (file, table), name in named if (file, name) == (path, source)), None)


def _use(value: Any) -> NamedContract | None:
    spec = value.get("spec") if isinstance(value, dict) and value.get("kind") in _KINDS else None
    given = spec.get("contract") if isinstance(spec, dict) else None
    if given is None:
        return None
    try:
        return _USE.validate_python(given)
    except ValidationError:
        return None


def _name(value: Any, *keys: str) -> str:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _spec(node: Any, value: Any) -> Tree:
    spec = Tree(node, value).get("spec")
    assert spec is not None  # noqa: S101 - `_use` looked
    return spec


def _with(whole: Tree, parts: dict[str, Tree]) -> Tree:
    """The document's tree with parts of its `spec` in the place of those that stand there, or beside them."""
    spec = whole.items()["spec"]
    return mapping({**whole.items(), "spec": mapping({**spec.items(), **parts}, spec)}, whole)


def _named_apart(rules: list[Tree], written: list[Tree]) -> Iterator[Tree]:
    """The contract's rules under names of their own: the standard lets checks share one, and a person's rule may have it."""
    taken = {tree.value.get("name") for tree in written if isinstance(tree.value, dict)}
    for rule in rules:
        name = rule.value.get("name")
        if not isinstance(name, str) or name not in taken:
            taken |= {name}
            yield rule
            continue
        free = next(new for n in count(2) if (new := f"{name[: 62 - len(str(n))]}-{n}") not in taken)
        taken |= {free}
        yield mapping({**rule.items(), "name": text(free, rule.node)}, rule)


def _unchecked(checks: Checks, contract: Contract) -> Iterable[Diagnostic]:
    if checks.unchecked:
        places = checks.unchecked
        why = some(list(dict.fromkeys(reason for _, reason in places)), 3)
        message = f"{counted(len(places), 'check')} of the contract `{contract.path}` can't be a rule, and nobody checks: {why}"
        yield Diagnostic("MLS0465", message, places[0][0], "write as a rule of your own what must hold", severity="note")
