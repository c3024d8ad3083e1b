"""A Kedro project: nodes from the code of its pipelines, files from its catalog, parameters from its configuration."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from mlspec.diagnostics import Problems, Span, has_errors, problem
from mlspec.language.kinds.data_source import format_of
from mlspec.language.yaml.document import Document
from mlspec.language.yaml.load import load_documents
from mlspec.setup.adopt.code.source import load_source, read_text
from mlspec.setup.adopt.code.values import Const, Fields, Fit, Frame, Function, Items, Measured, Read, Unknown
from mlspec.setup.adopt.facts import Gap, Place
from mlspec.setup.adopt.found.stages import Stage, ordered

_PARAMETERS = re.compile(r"parameters.*\.ya?ml$")


@dataclass(frozen=True, slots=True)
class Node:
    """One node: `inputs` and `outputs` are names of the catalog; `module`: the file that names its function."""

    name: str
    function: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    place: Place
    module: str


@dataclass
class KedroProject:
    root: Path
    catalog: Mapping[str, str]
    document: Document
    parameters: Mapping[str, Const]
    nodes: dict[str, Node] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)

    def follow(self, follower: Any) -> tuple[list[Gap], dict[str, list[Fit]], dict[str, list[Measured]]]:
        """Follow each node's function on what its inputs hold; the names of the catalog carry values on."""
        held: dict[str, Any] = dict(self.parameters)
        held |= {f"params:{k}": v for k, v in self._each_parameter()}
        held["parameters"] = Fields(dict(self.parameters))
        gaps: list[Gap] = []
        fits: dict[str, list[Fit]] = {}
        measured: dict[str, list[Measured]] = {}
        found = follower.found
        for stage in self.stages:
            node = self.nodes[stage.name]
            before = len(found.fits), len(found.measured)
            try:
                value = self._called(node, follower, held)
            except Problems as problems:
                gaps += [Gap(node.place, d.message) for d in problems.diagnostics]
                value = Unknown(node.place, node.function)
            for name, part in self._parts(node, value):
                held[name] = part
            fits[node.name], measured[node.name] = found.fits[before[0] :], found.measured[before[1] :]
        return gaps, fits, measured

    def _called(self, node: Node, follower: Any, held: dict[str, Any]) -> Any:
        follower.folder = PurePosixPath(node.module).parent
        scope = follower.module(PurePosixPath(node.module).with_suffix("").as_posix().replace("/", "."))
        function = scope.get(node.function) if scope else None
        if not isinstance(function, Function):
            return Unknown(node.place, f"`{node.function}`, which could not be found")
        given = [held[name] if name in held else self._read(name, node) for name in node.inputs]
        held |= dict(zip(node.inputs, given, strict=True))
        return follower.call(function, given, {}, function.node, function.scope)

    def _read(self, name: str, node: Node) -> Any:
        path = self.catalog.get(name)
        if path is None or format_of(path) is None:
            return Unknown(node.place, f"`{name}`")
        place = Place(self.document.path, self.document.span((name,), key=True).line)
        options = self.document.value.get(name, {}).get("load_args") or {}
        known = {"delimiter": options["sep"]} if options.get("sep", ",") != "," else {}
        frame = Frame(Read(Const(path, place), format_of(path), known, place))
        odd = [k for k in options if k not in ("sep", "engine")]
        return frame.gap(place, f"`load_args` {', '.join(odd)}") if odd else frame

    def _parts(self, node: Node, value: Any) -> Iterator[tuple[str, Any]]:
        if len(node.outputs) == 1:
            yield node.outputs[0], value
            return
        for i, name in enumerate(node.outputs):
            part = value.items[i] if isinstance(value, Items) and i < len(value.items) else Unknown(node.place, name)
            yield name, part

    def _each_parameter(self) -> Iterator[tuple[str, Const]]:
        todo = list(self.parameters.items())
        while todo:
            name, value = todo.pop()
            yield name, value
            if isinstance(value.value, dict):
                todo += [(f"{name}.{k}", part) for k in value.value if (part := value.item(k)) is not None]

    def in_memory(self, stage: Stage) -> str:
        """Why a node can't be run by itself: what it reads or writes is no file."""
        node = self.nodes[stage.name]
        lost = [n for n in (*node.inputs, *node.outputs) if n not in self.catalog and not n.startswith(("params:", "parameters"))]
        return f"`{lost[0]}` is kept in memory, and no file" if lost else ""


def load_project(root: Path, path: str) -> KedroProject:
    """Raises MLS0550, MLS01xx, MLS0553 where there are no nodes, MLS0554 for a cycle."""
    document = _yaml(root, path)
    catalog = {
        name: str(entry["filepath"])
        for name, entry in document.value.items()
        if isinstance(entry, dict) and isinstance(entry.get("filepath"), str) and not name.startswith("_")
    }
    parameters: dict[str, Const] = {}
    for file in sorted((root / path).parent.iterdir()):
        if _PARAMETERS.match(file.name):
            found = _yaml(root, (PurePosixPath(path).parent / file.name).as_posix())
            whole = Const(found.value, Place(found.path), "likely", found)
            parameters |= {str(k): part for k in found.value if (part := whole.item(k)) is not None}
    project = KedroProject(root, catalog, document, parameters)
    for node in _nodes(root):
        project.nodes[node.name] = node
    if not project.nodes:
        raise problem(
            "MLS0553",
            f"no pipeline with nodes was found beside `{path}`",
            span=Span(path),
            help="they are looked for in src/**/pipeline*.py",
        )
    stages = [_stage(node, catalog, path) for node in project.nodes.values()]
    try:
        project.stages = ordered(stages)
    except ValueError as error:
        first = project.nodes[str(error).partition(" ")[0]].place
        raise problem("MLS0554", f"nodes wait for each other: {error}", span=Span(first.path, first.line), help="cut the circle") from None
    return project


def _yaml(root: Path, path: str) -> Document:
    documents, found = load_documents(path, read_text(root, path))
    if has_errors(found):
        raise Problems(found)
    if len(documents) != 1 or not isinstance(documents[0].value, dict):
        raise problem("MLS0553", f"`{path}` is no catalog of Kedro", span=Span(path), help="it has `NAME: {type: …, filepath: …}`")
    return documents[0]


def _stage(node: Node, catalog: Mapping[str, str], path: str) -> Stage:
    """What is in no file is known by its name, so that nodes stand in order."""
    words = ("kedro", "run", f"--nodes={node.name}")
    deps = tuple(catalog.get(n, f"memory/{n}") for n in node.inputs if not n.startswith(("params:", "parameters")))
    outs = tuple(catalog.get(n, f"memory/{n}") for n in node.outputs)
    folders = ("src", PurePosixPath(path).parent.parent.as_posix())
    return Stage(node.name, node.place, " ".join(words), words, "", (*deps, *folders, "pyproject.toml"), outs)


def _nodes(root: Path) -> Iterator[Node]:
    for file in sorted((root / "src").rglob("pipeline*.py")) if (root / "src").is_dir() else ():
        path = file.relative_to(root).as_posix()
        source = load_source(root, path)
        imported = dict(_imports(source.tree, path))
        for call in ast.walk(source.tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("node", "Node"):
                found = _node(call, source.place(call), path, imported)
                if found:
                    yield found


def _imports(tree: ast.Module, path: str) -> Iterator[tuple[str, str]]:
    """{name: file} of what a module imports from beside it."""
    folder = PurePosixPath(path).parent
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = folder
            for _ in range(max(0, node.level - 1)):
                base = base.parent
            start = base if node.level else PurePosixPath("src")
            target = start.joinpath(*(node.module or "").split(".")) if node.module else start
            yield from ((a.asname or a.name, f"{target}.py") for a in node.names)


def _node(call: ast.Call, place: Place, path: str, imported: Mapping[str, str]) -> Node | None:
    keys = dict(zip(("func", "inputs", "outputs"), call.args, strict=False)) | {k.arg: k.value for k in call.keywords if k.arg}
    function = keys.get("func")
    if not isinstance(function, ast.Name):
        return None
    name = keys.get("name")
    label = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else function.id
    return Node(label, function.id, _texts(keys.get("inputs")), _texts(keys.get("outputs")), place, imported.get(function.id, path))


def _texts(node: ast.expr | None) -> tuple[str, ...]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return (node.value,)
    if isinstance(node, ast.List | ast.Tuple):
        return tuple(e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str))
    if isinstance(node, ast.Dict):
        return tuple(v.value for v in node.values if isinstance(v, ast.Constant) and isinstance(v.value, str))
    return ()
