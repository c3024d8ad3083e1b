"""Follows a script statement by statement: what names stand for, through its functions, its other modules and its arguments.

Nothing runs. A branch whose condition is not known is followed on both sides, and what both sides say differently is unsure; a loop over
what is known is followed for each of its values; all else becomes `Unknown`, with its place.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from mlspec.diagnostics import Problems
from mlspec.setup.adopt.code import frames
from mlspec.setup.adopt.code.evaluate import Evaluator
from mlspec.setup.adopt.code.source import Source, load_source
from mlspec.setup.adopt.code.values import Const, Fields, Findings, Frame, Function, Items, Ref, Series, Unknown
from mlspec.setup.adopt.facts import Gap, Place, least

_DEEPEST, _MOST = 25, 200_000
"""Calls in calls, and statements of one script: what goes further is not followed."""


class _LeftError(Exception):
    """A `break`, a `continue` or a `return`: the rest of a body is not reached."""


class _ContinuedError(_LeftError):
    """A `continue`."""


class _BrokenError(_LeftError):
    """A `break`."""


class _ReturnedError(_LeftError):
    """A `return`, with its value."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


@dataclass(eq=False)
class Scope:
    """Names of a module or of a call; `outer`: the module's."""

    source: Source
    names: dict[str, Any] = field(default_factory=dict)
    outer: Scope | None = None

    def get(self, name: str) -> Any:
        if name in self.names:
            return self.names[name]
        return self.outer.get(name) if self.outer else None


class Follower(Evaluator):
    """Follows the scripts of one pipeline, in their order. `argv`: the words of the command, the script first."""

    def __init__(self, root: Path, found: Findings | None = None) -> None:
        self.root, self.found = root, found or Findings()
        self.modules: dict[str, Scope] = {}
        self.scopes: list[Scope] = []
        self.argv: tuple[Const, ...] = ()
        self.depth = self.statements = 0
        self.folder = PurePosixPath()

    def script(self, path: str, argv: Sequence[Const] = ()) -> Scope:
        """Follow a script or a notebook. Raises what `load_source` does."""
        source = load_source(self.root, path)
        self.modules, self.argv, self.depth, self.statements = {}, tuple(argv), 0, 0
        self.folder = PurePosixPath(path).parent
        scope = Scope(
            source, {"__name__": Const("__main__", source.place(source.tree)), "__file__": Const(path, source.place(source.tree))}
        )
        self.scopes = [scope]
        self._body(source.tree.body, scope)
        return scope

    def mutate(self, old: Any, new: Any) -> None:
        """Rows were changed in their place: whatever name stands for them, here or where they were handed from, stands for them still."""
        for scope in (*self.scopes, *self.modules.values()):
            for name, value in scope.names.items():
                if value is old:
                    scope.names[name] = new
                elif isinstance(value, Items) and any(item is old for item in value.items):
                    scope.names[name] = Items(tuple(new if item is old else item for item in value.items))

    def module(self, dotted: str, level: int = 0) -> Scope | None:
        """A module of the project, followed; None where it is none."""
        for base in [self.folder] if level else [PurePosixPath(), self.folder, PurePosixPath("src")]:
            for _ in range(max(0, level - 1)):
                base = base.parent  # noqa: PLW2901 - `from ..x import y`
            stem = base.joinpath(*dotted.split(".")) if dotted else base
            for path in (f"{stem}.py", f"{stem}/__init__.py"):
                if (self.root / path).is_file():
                    return self._loaded(path)
        return None

    def _loaded(self, path: str) -> Scope | None:
        if path not in self.modules:
            try:
                source = load_source(self.root, path)
            except Problems as problems:
                self.found.gaps += [Gap(Place(path, d.span.line if d.span else 1), d.message) for d in problems.diagnostics]
                return None
            self.modules[path] = Scope(source, {"__name__": Const(path, source.place(source.tree))})
            self._body(source.tree.body, self.modules[path])
        return self.modules[path]

    # Statements

    def _body(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        for statement in body:
            self.statements += 1
            if self.statements > _MOST:
                return
            handler = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
            if handler:
                handler(statement, scope)

    def _do_continue(self, _: ast.Continue, __: Scope) -> None:
        raise _ContinuedError

    def _do_break(self, _: ast.Break, __: Scope) -> None:
        raise _BrokenError

    def _do_classdef(self, node: ast.ClassDef, scope: Scope) -> None:
        if any(isinstance(n, ast.Attribute) and n.attr == "fit" for n in ast.walk(node)):
            self.found.gaps.append(
                Gap(scope.source.place(node), f"what the class `{node.name}` does: methods are not followed", "`--observe` looks")
            )

    def _do_delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                held, key = self.value(target.value, scope), self.value(target.slice, scope)
                names = frames.names_of(key)
                if isinstance(held, Frame):
                    place = scope.source.place(target)
                    self.mutate(held, frames.without(held, names, place) if names else held.gap(place, f"`del {_code(target)}`"))

    def _do_import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            scope.names[alias.asname or alias.name.partition(".")[0]] = Ref(alias.name if alias.asname else alias.name.partition(".")[0])

    def _do_importfrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        own = self.module(node.module or "", node.level)
        for alias in node.names:
            value = own.get(alias.name) if own else None
            if own is not None and value is None and (sub := self.module(f"{node.module or ''}.{alias.name}".strip("."), node.level)):
                value = Fields(sub.names)
            scope.names[alias.asname or alias.name] = value if value is not None else Ref(f"{node.module}.{alias.name}")

    def _do_functiondef(self, node: ast.FunctionDef, scope: Scope) -> None:
        scope.names[node.name] = Function(node, scope, scope.source.path)

    def _do_assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.value(node.value, scope)
        for target in node.targets:
            self._bind(target, value, scope)

    def _do_annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self._bind(node.target, self.value(node.value, scope), scope)

    def _do_augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        load = ast.parse(ast.unparse(node.target), mode="eval").body
        ast.copy_location(load, node.target)
        self._bind(node.target, self.value(ast.copy_location(ast.BinOp(load, node.op, node.value), node), scope), scope)

    def _bind(self, target: ast.expr, value: Any, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope.names[target.id] = self._reassigned(target, value, scope)
        elif isinstance(target, ast.Tuple | ast.List):
            for i, part in enumerate(target.elts):
                self._bind(part, self._part(value, i, part, scope), scope)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            self._put(target, value, scope)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            held = scope.get(target.value.id)
            if isinstance(held, Frame):
                self.mutate(held, frames.set_attribute(held, target.attr, value, scope.source.place(target), self.root))
            elif isinstance(held, Fields):
                scope.names[target.value.id] = Fields({**held.fields, target.attr: value})
        elif isinstance(target, ast.Subscript) and isinstance(root := _root_of(target), ast.Name):
            held = scope.get(root.id)
            if isinstance(held, Frame):  # df.loc[rows, "c"] = …
                self.mutate(held, held.gap(scope.source.place(target), f"`{_code(target)} = …` changes some cells"))

    def _reassigned(self, target: ast.Name, value: Any, scope: Scope) -> Any:
        """In a notebook, what a name stands for in another cell depends on which cell was run last."""
        before = scope.names.get(target.id)
        here = scope.source.place(target)
        if isinstance(value, Const) and isinstance(before, Const) and here.cell not in (None, before.place.cell) and before.place.cell:
            return replace(value, sure=least(value.sure, "likely" if scope.source.ordered else "guess"))
        return value

    def _part(self, value: Any, i: int, node: ast.AST, scope: Scope) -> Any:
        if isinstance(value, Items) and i < len(value.items):
            return value.items[i]
        if isinstance(value, Const) and (part := value.item(i)) is not None:
            return part
        return Unknown(scope.source.place(node), _code(node))

    def _put(self, target: ast.Subscript, value: Any, scope: Scope) -> None:
        """`df["c"] = …`, `fields["k"] = …`."""
        name = target.value.id  # type: ignore[attr-defined]  # asked by who calls
        held, key = scope.get(name), self.value(target.slice, scope)
        if isinstance(held, Frame):
            self.mutate(held, frames.put(held, key, value, scope.source.place(target), _code(target)))
        elif isinstance(key, Const) and isinstance(key.value, str) and isinstance(held, Fields | Const):
            fields = held.fields if isinstance(held, Fields) else held.value if isinstance(held.value, dict) else None
            if fields is not None:
                known = {k: v if isinstance(held, Fields) else held.item(k) for k, v in fields.items()}
                scope.names[name] = Fields({**known, key.value: value})

    def _do_expr(self, node: ast.Expr, scope: Scope) -> None:
        value = self.value(node.value, scope)
        if isinstance(node.value, ast.Call) and isinstance(value, Frame) and value.gaps:
            self._called_for_effect(node.value, value, scope)

    def _called_for_effect(self, call: ast.Call, value: Frame, scope: Scope) -> None:
        """A function that is not known, called with rows for what it does: it may have changed them."""
        for argument in call.args:
            given = scope.get(argument.id) if isinstance(argument, ast.Name) else None
            if isinstance(given, Frame) and value.gaps[:-1] == given.gaps and value.gaps[-1].place == scope.source.place(call):
                self.mutate(given, value)

    def _do_with(self, node: ast.With, scope: Scope) -> None:
        for item in node.items:
            value = self.value(item.context_expr, scope)
            if item.optional_vars is not None:
                self._bind(item.optional_vars, value, scope)
        self._body(node.body, scope)

    def _do_if(self, node: ast.If, scope: Scope) -> None:
        test = self.value(node.test, scope)
        if isinstance(test, Const):
            self._body(node.body if test.value else node.orelse, scope)
            return
        before = dict(scope.names)
        left = self._branch(node.body, scope)
        yes, scope.names = scope.names, dict(before)
        left = self._branch(node.orelse, scope) or left
        if left:
            place = scope.source.place(node)
            for name, value in {**yes, **scope.names}.items():
                if isinstance(value, Frame):
                    scope.names[name] = yes[name] = value.gap(place, f"what `if {_code(node.test)}` decides: it leaves here")
        for name in yes.keys() | scope.names.keys():
            one, other = yes.get(name), scope.names.get(name)
            if one is not other and one != other:
                scope.names[name] = self._either(one, other, node, scope)

    def _branch(self, body: Sequence[ast.stmt], scope: Scope) -> bool:
        """Follow one side of a branch that nobody knows; whether it leaves the loop or the function."""
        try:
            self._body(body, scope)
        except _LeftError:
            return True
        return False

    def _either(self, one: Any, other: Any, node: ast.If, scope: Scope) -> Any:
        """What a name stands for after a branch that nobody knows."""
        value = one if one is not None else other
        place, what = scope.source.place(node), f"what `if {_code(node.test)}` decides"
        if isinstance(value, Frame):
            return value.gap(place, what)
        if isinstance(value, Const):
            return replace(value, sure="guess")
        return value if one is None or other is None else Unknown(place, what)

    def _do_for(self, node: ast.For, scope: Scope) -> None:
        items = self.value(node.iter, scope)
        known = self._each(items)
        if known is not None:
            for item in known:
                self._bind(node.target, item, scope)
                try:
                    self._body(node.body, scope)
                except _ContinuedError:
                    continue
                except _BrokenError:
                    break
            return
        self._bind(node.target, Unknown(scope.source.place(node), f"`{_code(node.target)}` of a loop"), scope)
        self._repeated(node, f"what the loop over `{_code(node.iter)}` changes", scope)

    def _do_while(self, node: ast.While, scope: Scope) -> None:
        self._repeated(node, f"what `while {_code(node.test)}` changes", scope)

    def _do_match(self, node: ast.Match, scope: Scope) -> None:
        for case in node.cases:
            self._repeated(case, f"what `match {_code(node.subject)}` decides", scope, node)

    def _repeated(self, node: Any, what: str, scope: Scope, where: ast.AST | None = None) -> None:
        """A body that runs nobody knows how often: what it changes is not known."""
        before = dict(scope.names)
        self._branch(node.body, scope)
        place = scope.source.place(where or node)
        for name, value in scope.names.items():
            if isinstance(value, Frame) and value != before.get(name):
                scope.names[name] = value.gap(place, what)
            elif isinstance(value, Const) and name in before and value != before[name]:
                scope.names[name] = Unknown(place, what)

    def _each(self, items: Any) -> Sequence[Any] | None:
        if isinstance(items, Items):
            return items.items
        if isinstance(items, Const) and isinstance(items.value, list | tuple) and len(items.value) <= 100:
            return [part for i in range(len(items.value)) if (part := items.item(i)) is not None]
        return None

    def _do_try(self, node: ast.Try, scope: Scope) -> None:
        self._body([*node.body, *node.orelse, *node.finalbody], scope)

    def _do_return(self, node: ast.Return, scope: Scope) -> None:
        raise _ReturnedError(self.value(node.value, scope) if node.value else None)

    # Functions of the project

    def call(self, function: Function, given: Sequence[Any], named: dict[str, Any], node: ast.AST, scope: Scope) -> Any:
        """Follow a call of one of the project's functions."""
        if self.depth >= _DEEPEST:
            return Unknown(scope.source.place(node), f"{_code(node)}: calls too deep to follow")
        inner = Scope(function.scope.source, outer=function.scope)
        arguments = function.node.args
        names = [*arguments.posonlyargs, *arguments.args]
        for name, default in self._defaults(arguments, function.scope):
            inner.names[name] = default
        inner.names |= {a.arg: v for a, v in zip(names, given, strict=False)}
        inner.names |= {k: v for k, v in named.items() if k in {a.arg for a in (*names, *arguments.kwonlyargs)}}
        self.depth += 1
        self.scopes.append(inner)
        try:
            if isinstance(function.node, ast.Lambda):
                return self.value(function.node.body, inner)
            self._body(function.node.body, inner)
        except _ReturnedError as returned:
            return returned.value
        except _LeftError:
            return None
        finally:
            self.depth -= 1
            self.scopes.pop()
        return None

    def _defaults(self, arguments: ast.arguments, scope: Scope) -> Iterator[tuple[str, Any]]:
        names = [*arguments.posonlyargs, *arguments.args]
        for argument, default in zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=True):
            yield argument.arg, self.value(default, scope)
        for argument, keyword in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if keyword is not None:
                yield argument.arg, self.value(keyword, scope)


def _root_of(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node


def _code(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else text[:59] + "…"


__all__ = ["Follower", "Scope", "Series"]
