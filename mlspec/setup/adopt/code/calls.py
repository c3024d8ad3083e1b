"""What a call stands for: of the project's own functions, of known libraries by the tables of `idioms`, of methods by their receiver."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import Any

from mlspec.setup.adopt.code import frames
from mlspec.setup.adopt.code.values import Answer, Const, Estimator, Fields, Frame, Function, Items, OpenFile, Ref, Series, Unknown
from mlspec.setup.adopt.facts import Gap, Place

_LOOKS = frozenset(
    {
        "to_csv",
        "to_parquet",
        "head",
        "value_counts",
        "unique",
        "nunique",
        "describe",
        "hist",
        "plot",
        "min",
        "max",
        "sum",
        "std",
        "any",
        "all",
    }
)
"""Methods of a column that change nothing, and whose result is no column."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call, its arguments followed."""

    node: ast.Call
    scope: Any
    given: tuple[Any, ...]
    named: dict[str, Any]

    @property
    def place(self) -> Place:
        return self.scope.source.place(self.node)  # type: ignore[no-any-return]  # a Scope, which imports this

    @property
    def code(self) -> str:
        text = " ".join(ast.unparse(self.node).split())
        return text if len(text) <= 80 else text[:79] + "…"

    def argument(self, position: int, name: str) -> Any:
        """An argument by its position or its name; None where it is not given."""
        return self.named.get(name, self.given[position] if position < len(self.given) else None)

    def plain(self, position: int, name: str) -> Any:
        """The same, as a plain value; None for what is none."""
        found = self.argument(position, name)
        return found.value if isinstance(found, Const) else None


def called(follower: Any, call: Call) -> Any:
    """The value of a call."""
    from mlspec.setup.adopt.code import idioms

    function = call.node.func
    if isinstance(function, ast.Attribute):
        held = follower.value(function.value, call.scope)
        if not isinstance(held, Ref | Fields) or (isinstance(held, Fields) and function.attr not in held.fields):
            return _method(follower, held, function, call)
    target = follower.value(function, call.scope)
    if isinstance(target, Function):
        return follower.call(target, call.given, call.named, call.node, call.scope)
    if isinstance(target, Ref):
        return idioms.library(follower, target.dotted, call)
    return _tainted(call)


def _tainted(call: Call) -> Any:
    """What an unknown function makes of rows is not known; that it was made of them is."""
    frame = next((a for a in (*call.given, *call.named.values()) if isinstance(a, Frame)), None)
    if frame is not None:
        return frame.gap(call.place, f"`{call.code}`")
    column = next((a for a in call.given if isinstance(a, Series)), None)
    return replace(column, frame=column.frame.gap(call.place, f"`{call.code}`")) if column else Unknown(call.place, f"`{call.code}`")


def _method(follower: Any, held: Any, function: ast.Attribute, call: Call) -> Any:  # noqa: C901, PLR0911 - one ending a line, one line a kind of value
    from mlspec.setup.adopt.code import idioms, model_calls

    name = function.attr
    if isinstance(held, Frame) and name == "pop" and (names := frames.names_of(call.argument(0, "item"))):
        follower.mutate(held, frames.without(held, names, call.place))
        return Series(held, names[0], call.place)
    if isinstance(held, Frame):
        found = idioms.frame_method(follower, held, name, call)
        return _in_place(follower, held, found) if _is_true(call.named.get("inplace")) else found
    if isinstance(held, Series):
        found = frames.column_method(held, name, call.given, call.named, call.place)
        if found is None and name in _LOOKS:
            return None
        found = found if found is not None else replace(held, frame=held.frame.gap(call.place, f"`{call.code}`"), sql="")
        if _is_true(call.named.get("inplace")) and isinstance(function.value, ast.Subscript):
            follower._bind(function.value, found, call.scope)  # noqa: SLF001 - the same machine, in another file
        return found
    if isinstance(held, Estimator):
        return model_calls.method(follower, held, function, call)
    if isinstance(held, Const):
        return idioms.of_plain(held, name, call)
    if isinstance(held, Unknown) and isinstance(function.value, ast.Attribute) and function.value.attr == "str":
        return _text(follower, function, call)
    if isinstance(held, Unknown) and name == "fit" and any(isinstance(g, Frame) for g in call.given[:1]):
        unknown = Estimator("", {}, held.place, gaps=(Gap(held.place, f"which class `{held.what}` is, and its arguments of what"),))
        return model_calls.method(follower, unknown, function, call)
    if isinstance(held, OpenFile) and name in ("read", "readlines"):
        return Unknown(call.place, f"the text of `{held.path.value}`")
    return idioms.of_object(follower, held, name, call)


def _text(follower: Any, function: ast.Attribute, call: Call) -> Any:
    """`column.str.replace("$", "")`, `.str.lower()`: as SQL."""
    from mlspec.runtime.tables import literal
    from mlspec.setup.adopt.code.expressions import sql_of

    column = follower.value(function.value.value, call.scope)  # type: ignore[attr-defined]  # an attribute, as asked
    sql = sql_of(column) if isinstance(column, Series) else None
    if sql is None:
        return None
    old, new, is_regex = call.plain(0, "pat"), call.plain(1, "repl"), _is_true(call.named.get("regex"))
    if function.attr == "replace" and isinstance(old, str) and isinstance(new, str) and not is_regex:
        return replace(column, column="", sql=f"replace({sql}, {literal(old)}, {literal(new)})", place=call.place, sure="likely")
    if function.attr in ("lower", "upper") and not call.given:
        return replace(column, column="", sql=f"{function.attr}({sql})", place=call.place, sure="likely")
    return replace(column, frame=column.frame.gap(call.place, f"`{call.code}`"), sql="")


def _in_place(follower: Any, held: Frame, found: Any) -> None:
    if isinstance(found, Frame):
        follower.mutate(held, found)


def _is_true(value: Any) -> bool:
    return isinstance(value, Const) and value.value is True


def indexed(held: Any, key: Any, place: Place, code: str) -> Any:
    """`predict_proba(X)[:, 1]` is still the answer; `matrix[:, 2:]` is no longer what it was."""
    if isinstance(held, Answer | Unknown):
        return held
    if isinstance(held, Series):
        return replace(held, frame=held.frame.gap(place, f"`{code}`")) if not held.statistic else held
    if isinstance(held, Estimator | Items):
        del key
        return Unknown(place, code)
    return None
