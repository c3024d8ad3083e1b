"""What scikit-learn lets the parameters of its classes be, by its source text: `_parameter_constraints`, which each `fit` asks first.

As in `class_source`, a claim is made only of what the text says plainly: a parameter whose constraint is computed has none here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from mlspec.compiler.load.allowed import Allowed, AllowedOf, Range, Rule, Typed, Words
from mlspec.compiler.load.module_files import find_module, read_names

NAME = "_parameter_constraints"
PACKAGE = "sklearn"
_MAX_STEPS = 12

_LIST, _MAP = Typed((list, tuple), "a list"), Typed((dict,), "a mapping")
_OBJECT, _NULL, _FLAG = Typed((), "an object (`class: …`)"), Typed((type(None),), "null"), Typed((bool,), "true or false")
_UNSPOKEN = Typed((), "")
_SEED = Range(0, 2**32 - 1, whole=True)
_WORDED: dict[str, tuple[Rule, ...]] = {
    "boolean": (_FLAG,),
    "random_state": (_SEED, _NULL),
    "array-like": (Typed((list, tuple, dict), "a list"),),
    "sparse matrix": (_UNSPOKEN,),
    "verbose": (Range(0, whole=True), _FLAG),
    "cv_object": (Range(2, whole=True), _LIST, Typed((dict,), "an object (`class: …`)"), _NULL),
    "nan": (Typed((float,), "not a number"),),
}
_NAMED: dict[str, tuple[Rule, ...]] = {
    "callable": (Typed((), "a function (`callable: …`)"),),
    "str": (Words(None),),
    "list": (_LIST,),
    "tuple": (_LIST,),
    "dict": (_MAP,),
    "Mapping": (_MAP,),
    "MutableMapping": (_MAP,),
    "Integral": (Typed((int,), "an integer"),),
    "Real": (Typed((int, float), "a number"),),
    "ndarray": (_UNSPOKEN,),
}
_OF_YAML = (dict, list, str)
_NUMBERS = ("Integral", "Real", "RealNotInt")


def constraints_of(root: Path, module: str, name: str) -> AllowedOf:
    """What each parameter of a class may be, as far as it is told; nothing of classes that are not scikit-learn's."""
    if module.partition(".")[0] != PACKAGE:
        return {}
    try:
        found = _of_class(root, module, name, _MAX_STEPS)
    except LookupError:
        return {}
    told = ((parameter, _allowed(value)) for parameter, value in (found or {}).items())
    return {parameter: allowed for parameter, allowed in told if allowed is not None}


def _of_class(root: Path, module: str, name: str, steps: int) -> dict[str, ast.expr] | None:
    """{parameter: its constraints} that a class has, its own or a base's; None where there are none.

    Raises LookupError where that can't be told.
    """
    spec = find_module(root, module) if steps else None
    what = None if spec is None or isinstance(spec, str) else read_names(spec).names.get(name)
    if isinstance(what, tuple):
        return _of_class(root, *what, steps - 1)
    if what is None:
        raise LookupError(name)
    own = [statement for statement in what.body if not isinstance(statement, ast.FunctionDef) and _speaks_of(statement)]
    if own:
        found: dict[str, ast.expr] = {}
        for statement in own:
            _follow(root, module, statement, found, steps)
        return found
    bases = [base.id for base in what.bases if isinstance(base, ast.Name)]
    inherited = [one for base in bases if base not in ("object", "ABC") and (one := _of_class(root, module, base, steps - 1)) is not None]
    if len(inherited) > 1:
        raise LookupError(name)
    return inherited[0] if inherited else None


def _speaks_of(statement: ast.AST) -> bool:
    return any(isinstance(part, ast.Name) and part.id == NAME for part in ast.walk(statement))


def _follow(root: Path, module: str, statement: ast.stmt, found: dict[str, ast.expr], steps: int) -> None:
    """Do to `found` what a statement of the class does to its constraints. Raises LookupError for one that is none of those known."""
    match statement:
        case (
            ast.AnnAssign(target=ast.Name(id="_parameter_constraints"), value=ast.Dict() as value)
            | ast.Assign(targets=[ast.Name(id="_parameter_constraints")], value=ast.Dict() as value)
        ):
            found.clear()
            found.update(_entries(root, module, value, steps))
        case ast.Assign(
            targets=[ast.Subscript(value=ast.Name(id="_parameter_constraints"), slice=ast.Constant(value=str(key)))], value=value
        ):
            found[key] = value
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="update"), args=[ast.Dict() as value])):
            found.update(_entries(root, module, value, steps))
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="pop"), args=[ast.Constant(value=str(key)), *_])):
            found.pop(key, None)
        case ast.For(
            target=ast.Name(id=each),
            iter=ast.List(elts=keys) | ast.Tuple(elts=keys),
            body=[ast.Expr(value=ast.Call(func=ast.Attribute(attr="pop"), args=[ast.Name(id=popped), *_]))],
        ) if each == popped and all(isinstance(key, ast.Constant) for key in keys):
            for each_key in keys:
                found.pop(ast.literal_eval(each_key), None)
        case _:
            raise LookupError(NAME)


def _entries(root: Path, module: str, value: ast.Dict, steps: int) -> Iterator[tuple[str, ast.expr]]:
    """The entries of a mapping, those of another class's (`**Base._parameter_constraints`) in their place."""
    for key, item in zip(value.keys, value.values, strict=True):
        match key, item:
            case None, ast.Attribute(value=ast.Name(id=other), attr=attribute) if attribute == NAME:
                yield from (_of_class(root, module, other, steps - 1) or {}).items()
            case ast.Constant(value=str(name)), _:
                yield name, item
            case _:
                raise LookupError(NAME)


def _allowed(value: ast.expr) -> Allowed | None:
    """The constraints of one parameter; None where one of them can't be told, for it might allow anything."""
    if not isinstance(value, ast.List):
        return None
    hidden = [entry for entry in value.elts if _called(entry) == "Hidden"]
    told = _rules(entry for entry in value.elts if entry not in hidden)
    more = _rules(entry.args[0] for entry in hidden if isinstance(entry, ast.Call) and entry.args)
    return None if not told or more is None else Allowed((*told, *more), len(told))


def _rules(entries: Iterable[ast.expr]) -> tuple[Rule, ...] | None:
    found: list[Rule] = []
    for entry in entries:
        rules = _of_call(entry) if isinstance(entry, ast.Call) else _of_word(entry)
        if rules is None:
            return None
        found += rules
    return tuple(found)


def _of_word(entry: ast.expr) -> tuple[Rule, ...] | None:
    match entry:
        case ast.Constant(value=None):
            return (_NULL,)
        case ast.Constant(value=str(word)):
            return _WORDED.get(word)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _NAMED.get(name)
    return None


def _of_call(entry: ast.Call) -> tuple[Rule, ...] | None:
    name = _called(entry)
    if name == "HasMethods" and entry.args:
        methods = _literal_words(entry.args[0])
        return (Typed(tuple(t for t in _OF_YAML if methods is None or all(hasattr(t, m) for m in methods)), _OBJECT.words),)
    if name == "StrOptions" and entry.args:
        return (Words(_literal_words(entry.args[0])),)
    if name == "Interval":
        return _interval(entry)
    return None


def _called(entry: ast.expr) -> str:
    return entry.func.id if isinstance(entry, ast.Call) and isinstance(entry.func, ast.Name) else ""


def _literal_words(value: ast.expr) -> frozenset[str] | None:
    """A word, or several; None where they are computed."""
    try:
        found = ast.literal_eval(value)
        return frozenset([found] if isinstance(found, str) else map(str, found))
    except (ValueError, TypeError):
        return None


def _interval(entry: ast.Call) -> tuple[Rule, ...] | None:
    given = dict(zip(("type", "left", "right"), entry.args, strict=False)) | {k.arg: k.value for k in entry.keywords if k.arg}
    kind, closed = given.get("type"), given.get("closed")
    name = kind.attr if isinstance(kind, ast.Attribute) else getattr(kind, "id", "")
    side = closed.value if isinstance(closed, ast.Constant) else None
    if name not in _NUMBERS or side not in ("left", "right", "both", "neither"):
        return None
    ends = [_end(given.get(key)) for key in ("left", "right")]
    closes = side in ("left", "both"), side in ("right", "both")
    return (Range(ends[0], ends[1], *closes, whole=name == "Integral", parted=name == "RealNotInt"),)


def _end(value: ast.expr | None) -> float | None:
    """An end of an interval; none where it is computed, so that nothing is refused by it."""
    try:
        found = None if value is None else ast.literal_eval(value)
    except ValueError:
        return None
    return found if isinstance(found, int | float) else None
