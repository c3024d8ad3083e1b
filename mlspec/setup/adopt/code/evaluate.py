"""What an expression stands for."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from mlspec.setup.adopt.code import calls, expressions, frames
from mlspec.setup.adopt.code.values import Const, Estimator, Fields, Frame, Function, Items, Measured, Ref, Series, Unknown
from mlspec.setup.adopt.facts import least

_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
_COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_LONGEST = 10_000


class Evaluator:
    """A node -> a value of `values.py`."""

    argv: tuple[Const, ...]
    found: Any
    root: Any
    call: Callable[..., Any]

    def value(self, node: ast.expr, scope: Any) -> Any:
        handler = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        found = handler(node, scope) if handler else None
        return found if found is not None else Unknown(scope.source.place(node), shown(node))

    def _of_constant(self, node: ast.Constant, scope: Any) -> Any:
        return Const(node.value, scope.source.place(node))

    def _of_name(self, node: ast.Name, scope: Any) -> Any:
        found = scope.get(node.id)
        if found is None:
            return Ref(node.id)
        return found.followed() if isinstance(found, Const) else found

    def _of_joinedstr(self, node: ast.JoinedStr, scope: Any) -> Any:
        parts = [self.value(v.value if isinstance(v, ast.FormattedValue) else v, scope) for v in node.values]
        if not all(isinstance(p, Const) for p in parts) or any(isinstance(v, ast.FormattedValue) and v.format_spec for v in node.values):
            return None
        return Const("".join(str(p.value) for p in parts), scope.source.place(node), least("likely", *(p.sure for p in parts)))

    def _of_tuple(self, node: ast.Tuple | ast.List | ast.Set, scope: Any) -> Any:
        parts: list[Any] = []
        for element in node.elts:
            if isinstance(element, ast.Starred):
                inner = self.value(element.value, scope)
                if not (isinstance(inner, Const) and isinstance(inner.value, list | tuple)):
                    return None
                parts += [p for i in range(len(inner.value)) if (p := inner.item(i)) is not None]
            else:
                parts.append(self.value(element, scope))
        if all(isinstance(p, Const) for p in parts):
            kind = list if isinstance(node, ast.List) else tuple
            return Const(kind(p.value for p in parts), scope.source.place(node), least(*(p.sure for p in parts)))
        return Items(tuple(parts))

    _of_list = _of_set = _of_tuple

    def _of_listcomp(self, node: ast.ListComp, scope: Any) -> Any:
        """`[c for c in columns if c != "target"]` over what is known."""
        if len(node.generators) != 1 or not isinstance(node.generators[0].target, ast.Name):
            return None
        loop = node.generators[0]
        items = self.value(loop.iter, scope)
        if isinstance(items, Frame):
            items = frames.columns_of(items, self.root)
        if not isinstance(items, Const) or not isinstance(items.value, list | tuple):
            return None
        inner = type(scope)(scope.source, {}, scope)
        kept: list[Any] = []
        for i in range(len(items.value)):
            inner.names[loop.target.id] = items.item(i)  # type: ignore[attr-defined]  # a name, as asked above
            tests = [self.value(test, inner) for test in loop.ifs]
            if not all(isinstance(t, Const) for t in tests):
                return None
            if all(t.value for t in tests):
                kept.append(self.value(node.elt, inner))
        if not all(isinstance(k, Const) for k in kept):
            return Items(tuple(kept))
        return Const([k.value for k in kept], scope.source.place(node), least("likely", items.sure))

    def _of_dict(self, node: ast.Dict, scope: Any) -> Any:
        keys = [self.value(k, scope) if k is not None else None for k in node.keys]
        values = [self.value(v, scope) for v in node.values]
        fields: dict[Any, Any] = {}
        for key, value in zip(keys, values, strict=True):
            if key is None and isinstance(value, Const) and isinstance(value.value, dict):
                fields |= {k: value.item(k) for k in value.value}
            elif isinstance(key, Const) and isinstance(key.value, str | int | float | bool | type(None)):
                fields[key.value] = value
            else:
                return None
        if all(isinstance(v, Const) for v in fields.values()):
            return Const({k: v.value for k, v in fields.items()}, scope.source.place(node), least(*(v.sure for v in fields.values())))
        return Fields({str(k): v for k, v in fields.items()})

    def _of_lambda(self, node: ast.Lambda, scope: Any) -> Any:
        return Function(node, scope, scope.source.path)

    def _of_ifexp(self, node: ast.IfExp, scope: Any) -> Any:
        test = self.value(node.test, scope)
        return self.value(node.body if test.value else node.orelse, scope) if isinstance(test, Const) else None

    def _of_boolop(self, node: ast.BoolOp, scope: Any) -> Any:
        values = [self.value(v, scope) for v in node.values]
        if not all(isinstance(v, Const) for v in values):
            return None
        is_or = isinstance(node.op, ast.Or)
        return next((v for v in values if bool(v.value) == is_or), values[-1])

    def _of_unaryop(self, node: ast.UnaryOp, scope: Any) -> Any:
        inner = self.value(node.operand, scope)
        place = scope.source.place(node)
        if isinstance(inner, Series):
            return expressions.negated(inner, place) if isinstance(node.op, ast.Invert) else None
        if not isinstance(inner, Const):
            return None
        if isinstance(node.op, ast.USub) and isinstance(inner.value, int | float):
            return Const(-inner.value, place, inner.sure)
        return Const(not inner.value, place, inner.sure) if isinstance(node.op, ast.Not) else None

    def _of_binop(self, node: ast.BinOp, scope: Any) -> Any:
        left, right, place = self.value(node.left, scope), self.value(node.right, scope), scope.source.place(node)
        if isinstance(left, Series) or isinstance(right, Series):
            return expressions.combined(left, node.op, right, place)
        if (
            isinstance(left, Measured)
            and isinstance(node.op, ast.Pow)
            and isinstance(right, Const)
            and right.value == 0.5
            and left.metric == "mse"
        ):
            return replace(left, metric="rmse")
        if not (isinstance(left, Const) and isinstance(right, Const)):
            return None
        sure = least("likely", left.sure, right.sure)
        if isinstance(node.op, ast.Div) and isinstance(left.value, str | PurePosixPath) and isinstance(right.value, str | PurePosixPath):
            return Const(str(PurePosixPath(left.value) / right.value), place, sure)
        return _computed(_ARITHMETIC.get(type(node.op)), left, right, place, sure)

    def _of_compare(self, node: ast.Compare, scope: Any) -> Any:
        if len(node.ops) != 1:
            return None
        left, right = self.value(node.left, scope), self.value(node.comparators[0], scope)
        place = scope.source.place(node)
        if isinstance(left, Series):
            return expressions.compared(left, node.ops[0], right, place)
        if not (isinstance(left, Const) and isinstance(right, Const)):
            return None
        return _computed(_COMPARE.get(type(node.ops[0])), left, right, place, least("likely", left.sure, right.sure))

    def _of_subscript(self, node: ast.Subscript, scope: Any) -> Any:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "iloc" and isinstance(node.slice, ast.Tuple):
            frame = self.value(node.value.value, scope)
            if isinstance(frame, Frame):
                return frames.by_position(frame, node.slice, scope.source.place(node), self.root)
        held, place = self.value(node.value, scope), scope.source.place(node)
        if isinstance(held, Ref) and held.dotted == "sys.argv":
            held = Const([w.value for w in self.argv], place, "likely") if self.argv else held
        key = self.value(node.slice, scope) if not isinstance(node.slice, ast.Slice) else None
        if isinstance(held, Frame):
            return self._noted(held, frames.picked(held, key, place, shown(node)))
        if isinstance(held, Const) and isinstance(key, Const):
            return held.item(key.value)
        if isinstance(held, Fields) and isinstance(key, Const):
            return held.fields.get(str(key.value))
        if (
            isinstance(held, Items)
            and isinstance(key, Const)
            and isinstance(key.value, int)
            and -len(held.items) <= key.value < len(held.items)
        ):
            return held.items[key.value]
        return calls.indexed(held, key, place, shown(node))

    def _noted(self, before: Frame, after: Any) -> Any:
        """Note a cut in time: which rows are the test is said by another filter than the one of training."""
        if isinstance(after, Frame) and after.cut and after.cut is not before.cut and "testFrom" in after.cut.form:
            day, column = after.cut.form["testFrom"], after.cut.form["column"]
            self.found.cuts.append((str(after.read.path.value), str(column.value), after.side, day))
        return after

    def _of_attribute(self, node: ast.Attribute, scope: Any) -> Any:  # noqa: PLR0911 - one ending a line
        held, place = self.value(node.value, scope), scope.source.place(node)
        if isinstance(held, Ref):
            return Ref(f"{held.dotted}.{node.attr}")
        if isinstance(held, Fields):
            return held.fields.get(node.attr)
        if isinstance(held, Frame):
            return frames.attribute(held, node.attr, place, self.root)
        if isinstance(held, Series) and node.attr == "values":
            return held
        if isinstance(node.value, ast.Attribute) and node.value.attr == "dt" and isinstance(held, Unknown):
            return expressions.part_of_time(self.value(node.value.value, scope), node.attr, place)
        if isinstance(held, Const) and isinstance(held.value, str) and node.attr == "parent":  # pathlib
            return Const(str(PurePosixPath(held.value).parent), place, "likely")
        if isinstance(held, Const) and isinstance(held.value, dict):
            return held.item(node.attr)
        return None

    def _of_call(self, node: ast.Call, scope: Any) -> Any:
        given: list[Any] = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                inner = self.value(argument.value, scope)
                given += list(inner.items) if isinstance(inner, Items) else [inner]
            else:
                given.append(self.value(argument, scope))
        named: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value, scope)
            if keyword.arg is not None:
                named[keyword.arg] = value
            elif isinstance(value, Const) and isinstance(value.value, dict):
                named |= {str(k): value.item(k) for k in value.value}
            elif isinstance(value, Fields):
                named |= value.fields
            else:
                named["**"] = value
        return calls.called(self, calls.Call(node, scope, tuple(given), named))


def _computed(operation: Any, left: Const, right: Const, place: Any, sure: Any) -> Const | None:
    if operation is None:
        return None
    try:
        value = operation(left.value, right.value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if (isinstance(value, str | list | tuple) and len(value) > _LONGEST) or (isinstance(value, int) and abs(value) > 10**300):
        return None
    return Const(value, place, sure)


def shown(node: ast.AST) -> str:
    """The code of a node, on one line of a bearable length."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 80 else text[:79] + "…"


__all__ = ["Estimator", "Evaluator", "shown"]
