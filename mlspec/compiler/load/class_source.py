"""What a class's constructor takes, by its source text: nothing is imported, which would take seconds and run a library's code.

A claim is made only of what the text says plainly. What is decided when a module runs (star imports, decorators, metaclasses,
`**kwargs`, compiled code) is nobody's to tell before training.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path

from mlspec.compiler.load.class_constraints import constraints_of
from mlspec.compiler.load.constructor import Constructor
from mlspec.compiler.load.module_files import find_module, modules_in, read_names, set_within
from mlspec.diagnostics import extras

_MAX_STEPS = 12
_MAKERS = frozenset({"__init__", "__new__", "__signature__"})


def constructor_of(root: Path, path: str) -> Constructor:
    """What is known of the class that a dotted path names, for code that is imported from `root` or as a library."""
    module, _, name = path.rpartition(".")
    spec = find_module(root, module)
    if isinstance(spec, str):
        return _no_module(root, spec, path)
    if spec is None:
        return Constructor()
    text = read_names(spec)
    if name in text.names or not (text.is_whole or module == "sklearn"):
        known = constraints_of(root, module, name)
        return Constructor(_parameters(root, module, name), allowed=known, weighs=_weighs(root, module, name))
    classes = {n: f"{module}.{n}" for n, what in text.names.items() if what is not None and n[0].isupper()}
    return Constructor(missing=f"`{module}` has no class `{name}`", wrong=name, near=_elsewhere(root, module, name) or classes)


def _elsewhere(root: Path, module: str, name: str) -> dict[str, str]:
    """A class of this name in a module beside: `sklearn.Ridge`, `sklearn.ensemble.Ridge`."""
    package = module.partition(".")[0]
    for beside in modules_in(root, package):
        spec = find_module(root, f"{package}.{beside}")
        if isinstance(spec, ModuleSpec) and read_names(spec).names.get(name) is not None:
            return {name: f"{package}.{beside}.{name}"}
    return {}


def _no_module(root: Path, missing: str, path: str) -> Constructor:
    parent, _, wrong = missing.rpartition(".")
    rest = path[len(missing) :]
    beside = modules_in(root, parent) if parent else sorted({*modules_in(root, ""), *extras.LOCAL})  # those, though this be the base
    near = {name: f"{parent}.{name}{rest}" if parent else f"{name}{rest}" for name in beside if name != wrong}
    return Constructor(missing=f"there is no module `{missing}`", wrong=wrong, near=near, not_installed=not parent)


def _parameters(root: Path, module: str, name: str) -> tuple[str, ...] | None:
    """The constructor's parameters; None when it takes any, or can't be read."""
    try:
        makers = list(_makers(root, module, name, _MAX_STEPS))
    except LookupError:
        return None
    if not makers:
        return ()
    first, given = makers[0], makers[0].args
    if any(maker is not first for maker in makers) or first.decorator_list or given.vararg or given.kwarg or given.posonlyargs:
        return None
    return tuple(argument.arg for argument in [*given.args[1:], *given.kwonlyargs])


def _makers(root: Path, module: str, name: str, steps: int) -> Iterator[ast.FunctionDef]:
    """The `__init__` of a class, else those that its bases bring. Raises LookupError when that can't be told."""
    if (module, name) == ("abc", "ABC"):
        return
    spec = find_module(root, module) if steps else None
    what = None if spec is None or isinstance(spec, str) else read_names(spec).names.get(name)
    if isinstance(what, tuple):
        yield from _makers(root, *what, steps - 1)
        return
    if what is None or what.decorator_list or not all(_is_plain(keyword) for keyword in what.keywords):
        raise LookupError(name)
    own = [statement for statement in what.body if set_within(statement) & _MAKERS]
    if own:
        if len(own) > 1 or not isinstance(own[0], ast.FunctionDef) or own[0].name != "__init__":
            raise LookupError(name)
        yield own[0]
        return
    bases = [base.id if isinstance(base, ast.Name) else "" for base in what.bases]
    if "" in bases:
        raise LookupError(name)
    for base in bases:
        yield from _makers(root, module, base, steps - 1) if base != "object" else ()


def _weighs(root: Path, module: str, name: str) -> bool | None:
    """Whether `fit` takes `sample_weight`; None where the text does not say it, or bases say different things."""
    try:
        found = {_takes(fit) for fit in _fits(root, module, name, _MAX_STEPS)}
    except LookupError:
        return None
    return found.pop() if len(found) == 1 else None


def _takes(fit: ast.FunctionDef) -> bool | None:
    """`**fit_params` may take it, or hand it on."""
    given = fit.args
    named = any(one.arg == "sample_weight" for one in (*given.args, *given.kwonlyargs))
    return True if named else None if given.kwarg or given.vararg else False


def _fits(root: Path, module: str, name: str, steps: int) -> Iterator[ast.FunctionDef]:
    """The `fit` of a class, else those of its bases. Raises LookupError where that can't be told."""
    if (module, name) == ("abc", "ABC"):
        return
    spec = find_module(root, module) if steps else None
    what = None if spec is None or isinstance(spec, str) else read_names(spec).names.get(name)
    if isinstance(what, tuple):
        yield from _fits(root, *what, steps - 1)
        return
    if what is None or what.decorator_list:
        raise LookupError(name)
    own = [statement for statement in what.body if "fit" in set_within(statement)]
    if own:
        if len(own) > 1 or not isinstance(own[0], ast.FunctionDef) or own[0].name != "fit" or not _wraps(own[0]):
            raise LookupError(name)
        yield own[0]
        return
    bases = [base.id if isinstance(base, ast.Name) else "" for base in what.bases]
    if "" in bases:
        raise LookupError(name)
    for base in bases:
        yield from _fits(root, module, base, steps - 1) if base != "object" else ()


def _wraps(fit: ast.FunctionDef) -> bool:
    """Whether its decorators leave its parameters as they are: scikit-learn's own check of params does."""
    return all(isinstance(one, ast.Call) and getattr(one.func, "id", "") in ("_fit_context", "available_if") for one in fit.decorator_list)


def _is_plain(keyword: ast.keyword) -> bool:
    """`metaclass=ABCMeta` changes no signature."""
    return keyword.arg == "metaclass" and getattr(keyword.value, "attr", getattr(keyword.value, "id", "")) == "ABCMeta"
