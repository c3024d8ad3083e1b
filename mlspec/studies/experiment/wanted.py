"""What is to be tried: values by their paths in a model's spec, read as people type them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from mlspec.diagnostics import problem
from mlspec.diagnostics.digest import canonical_digest
from mlspec.language.format.put import flow
from mlspec.language.kinds.base import is_name
from mlspec.language.yaml.load import load_documents

MOST = 100
"""Combinations of a grid."""
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_FORM = "write it as `estimator.params.alpha=0.5`"

Settings = Mapping[str, Any]
"""{path within `spec`, its keys joined by dots: value}, sorted by path."""


def combinations(sets: Sequence[str], grids: Sequence[str]) -> list[Settings]:
    """Every combination of the grids' values, each with all of `sets`, in the order they were given.

    Raises MLS0840 for what is no `path=value`, for a path that is given twice or lies in another, and for more than 100 combinations.
    """
    fixed = [(path, [_value(word, text)]) for word in sets for path, text in [_split(word)]]
    varied = [(path, _items(word, text)) for word in grids for path, text in [_split(word)]]
    names = [path for path, _ in (*fixed, *varied)]
    _require_apart(names)
    found: list[Settings] = [
        dict(sorted(zip(names, chosen, strict=True))) for chosen in product(*(values for _, values in (*fixed, *varied)))
    ]
    if not names:
        raise problem("MLS0840", "nothing is to be tried", help=_FORM)
    if len(found) > MOST:
        raise problem(
            "MLS0840", f"these are {len(found):,} combinations, more than {MOST}", help="`tuning` in the spec searches such a space"
        )
    return found


def _split(word: str) -> tuple[str, str]:
    path, equals, text = word.partition("=")
    keys = path.strip().removeprefix("spec.").split(".")
    if not equals or not all(map(_KEY.fullmatch, keys)):
        raise problem("MLS0840", f"`{word}` is no `path=value`", help=_FORM)
    return ".".join(keys), text.strip()


def _items(word: str, text: str) -> list[Any]:
    """What stands between brackets in YAML's flow style: `[a, b],[c]` are two lists, `"x, y",z` two texts."""
    found = _value(word, f"[{text}]") if text else None
    if not isinstance(found, list) or not found or len(found) != len({flow(item) for item in found}):
        raise problem("MLS0840", f"`{word}`: values of a grid are given once each, with commas between them", help="--grid path=a,b,c")
    return found


def _value(word: str, text: str) -> Any:
    documents, found = load_documents("", text)
    if found or len(documents) != 1 or "\n" in text or not text:
        why = f": {found[0].message}" if found else ""
        raise problem("MLS0840", f"`{word}` has no value that YAML reads on one line{why}", help="put quotes around text")
    return documents[0].value


def _require_apart(paths: Sequence[str]) -> None:
    for number, path in enumerate(paths):
        for other in paths[number + 1 :]:
            if path == other or path.startswith(f"{other}.") or other.startswith(f"{path}."):
                same = "is given twice" if path == other else f"and `{other}` lie in each other"
                raise problem("MLS0840", f"`{path}` {same}", help="give each once; several values of one by `--grid path=a,b,c`")


def names_of(model: str, base: str, found: Sequence[Settings], name: str | None) -> list[str]:
    """A name for each combination: the one given (numbered where there are several), else the model's with a digest of what is tried.

    Raises MLS0842 for what is no name.
    """
    if name is None:
        return [f"{model[:50]}-{_digest(model, base, settings)}" for settings in found]
    names = [name] if len(found) == 1 else [f"{name}-{number}" for number in range(1, len(found) + 1)]
    for one in names:
        if not is_name(one):
            raise problem(
                "MLS0842", f"`{one}` is no name of an experiment", help="use 1 to 63 of a-z, 0-9 and `-`, as in `--name less-alpha`"
            )
    return names


def _digest(model: str, base: str, settings: Settings) -> str:
    return canonical_digest([model, base, dict(settings)]).removeprefix("sha256:")[:8]


def told(settings: Settings) -> str:
    """`estimator.params.alpha=0.5, split.test=30%`, as it can be typed again."""
    return ", ".join(f"{path}={flow(value)}" for path, value in settings.items())


def leaves(then: Any, now: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(path, value then, value now) where two specs differ; `ABSENT` for what is not there. Mappings are looked into, but for those that
    lost a key: they differ as a whole.
    """
    if isinstance(then, dict) and isinstance(now, dict) and (not path or then.keys() <= now.keys()):
        for key in sorted({*then, *now}):
            yield from leaves(then.get(key, ABSENT), now.get(key, ABSENT), f"{path}.{key}" if path else str(key))
    elif isinstance(now, dict) and now and then in (ABSENT, None):
        yield from leaves({}, now, path)
    elif type(then) is not type(now) or then != now:
        yield path, then, now


class _Absent:
    """No key."""

    def __repr__(self) -> str:
        return "not there"


ABSENT: Any = _Absent()


def at(spec: Any, path: str) -> Any:
    """The value at a path, or `ABSENT`. `null` on the way counts as a mapping without keys."""
    for key in path.split("."):
        if not isinstance(spec, dict) or key not in spec:
            return ABSENT
        spec = spec[key]
    return spec
