"""Two sizes of an installation: the base checks, plans and applies specs; an extra brings the libraries that run them.

What is not there is told as a diagnostic that names the extra: by the command line, for any late import of any verb (`lacking`), and
before long work or a child process starts (`require`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import cache, wraps
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from mlspec.diagnostics.diagnostic import Diagnostic, Problems
from mlspec.diagnostics.words import some

if TYPE_CHECKING:
    from packaging.requirements import Requirement

Kind = TypeVar("Kind", bound=type)
PACKAGE = "mlspec-gitops"
LOCAL: MappingProxyType[str, str] = MappingProxyType(
    {
        "cryptography": "cryptography",
        "duckdb": "duckdb",
        "dvc": "dvc",
        "dvc_data": "dvc-data",
        "httpx2": "httpx2",
        "jinja2": "jinja2",
        "joblib": "joblib",
        "markupsafe": "markupsafe",
        "numpy": "numpy",
        "orjson": "orjson",
        "pandas": "pandas",
        "psutil": "psutil",
        "pyarrow": "pyarrow",
        "ruamel": "ruamel.yaml",
        "scipy": "scipy",
        "sklearn": "scikit-learn",
        "starlette": "starlette",
        "threadpoolctl": "threadpoolctl",
        "uvicorn": "uvicorn",
    }
)
"""Module -> distribution, of what the extra `local` brings."""
_EDITOR = ("pygls", "lsprotocol", "cattrs", "attrs", "attr")
_SERVING = ("uvloop", "httptools")
_OTHERS = {
    "distributed": "dask",
    "dask": "dask",
    "ray": "ray",
    "pyspark": "spark",
    "grpc": "spark",
    "sqlalchemy": "sql",
    "sqlglot": "sql",
    "psycopg": "sql",
    "obstore": "object",
    "openpyxl": "xlsx",
    "redis": "redis",
    "optuna": "tuning",
    "jsonschema": "contract",
    "onnx": "onnx",
    "onnxruntime": "onnx",
    **{name: name for name in ("catboost", "lightgbm", "xgboost")},
}
"""Module -> the extra that brings it, for those that bring what one part needs."""
_SIGNING = ("model_signing", "sigstore", "OpenSSL")


@cache
def has(module: str) -> bool:
    """Whether a module (its first name) is installed. Nothing is imported."""
    return find_spec(module) is not None


def is_whole() -> bool:
    """Whether all that the extra `local` brings is installed."""
    return all(map(has, LOCAL))


def install(extra: str) -> str:
    """The advice that names an extra."""
    return f"`pip install '{PACKAGE}[{extra}]'`"


def advice(module: str) -> str | None:
    """How a library comes that one of the extras is for; None of any other."""
    extra = _OTHERS.get(module.partition(".")[0])
    return f"{install(extra)}, and name it in the requirements" if extra else None


def require() -> None:
    """Raise MLS0008 where any library of the extra `local` is not installed: before a process of its own, or minutes of work, need it.

    In a job of GitHub's also where one is not of a version that mlspec asks for: `pip check` looks at no extra, and knows nothing of it.
    """
    if missing := [name for module, name in LOCAL.items() if not has(module)]:
        raise Problems(_not_here(missing, "local"))
    if os.environ.get("GITHUB_ACTIONS") == "true" and (wrong := unfit()):
        message = f"the lock does not hold what the extra [local] asks for: {', '.join(wrong)}"
        raise Problems(Diagnostic("MLS0008", message, None, f"name `{PACKAGE}[local]` in requirements.in, and compile the lock again"))


def declared(extra: str = "") -> tuple[Requirement, ...]:
    """What mlspec asks for, with an extra; nothing where it is not installed as a distribution."""
    from importlib import metadata

    from packaging.requirements import Requirement

    try:
        found = [Requirement(text) for text in metadata.requires(PACKAGE) or ()]
    except metadata.PackageNotFoundError:
        return ()
    return tuple(one for one in found if one.marker is None or one.marker.evaluate({"extra": extra}))


@cache
def unfit() -> tuple[str, ...]:
    """What is installed here of the extra `local`, and of another version than it asks for: `dvc 3.50.0 (>=3.66 is asked for)`."""
    from importlib import metadata

    found = []
    for one in declared("local"):
        try:
            version = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            continue
        if not one.specifier.contains(version, prereleases=True):
            found.append(f"{one.name} {version} ({one.specifier} is asked for)")
    return tuple(found)


def lacking(error: ModuleNotFoundError) -> Diagnostic | None:
    """What to tell of an import that failed; None where no extra brings the module, so that it is a bug."""
    module = (error.name or "").partition(".")[0]
    if module in LOCAL:
        return None if has(module) else _not_here([name for m, name in LOCAL.items() if not has(m)], "local")
    if module in _EDITOR:
        return Diagnostic("MLS0005", f"the language server needs the package `{module}`, which is not installed", None, install("lsp"))
    if module in _SERVING:
        return _not_here([module], "serve")
    if module in _OTHERS:
        return _not_here([module], _OTHERS[module])
    if module in _SIGNING:
        return _not_here([module], "signing", "MLS0770")
    return None


def diagnosed(kind: Kind) -> Kind:
    """A class whose public methods raise `Problems` (MLS0008) in place of the failed import of what an extra brings."""
    for name, method in list(vars(kind).items()):
        if not name.startswith("_") and callable(method):
            setattr(kind, name, _telling(method))
    return kind


def _telling(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def tell(*given: Any, **named: Any) -> Any:
        try:
            return method(*given, **named)
        except ModuleNotFoundError as error:
            missing = lacking(error)
            if missing is None:
                raise
            raise Problems(missing) from error

    return tell


def _not_here(names: Iterable[str], extra: str, code: str = "MLS0008") -> Diagnostic:
    found = list(names)
    message = f"this needs what the extra [{extra}] brings, and {some(found, 4)} {'are' if len(found) > 1 else 'is'} not installed"
    return Diagnostic(code, message, None, f"{install(extra)}; where a lock is installed, put it into the lock")
