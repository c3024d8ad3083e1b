"""What every kind shares: the envelope, names, and scalars with units.

Python names are snake_case, YAML keys camelCase. Models are frozen, strict, and refuse unknown keys.
Scalars with units are read to base units: fractions (`20%` -> 0.2), seconds (`24h` -> 86400.0),
bytes (`50MB` -> 50_000_000). A number without a unit is taken in the base unit.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from mlspec.diagnostics.fix import Advice, written
from mlspec.language.yaml import spec_files

API_VERSION = spec_files.API_VERSION
T = TypeVar("T")

Many = Annotated[tuple[T, ...], Field(strict=False)]
"""A list in YAML, a tuple in Python (so that specs stay hashable and frozen)."""


TrueOrNone = Annotated[bool | None, AfterValidator(lambda value: value or None)]
"""A switch that is off where it is left out; `false` says the same."""


class SpecModel(BaseModel):
    """Base of every part of a spec."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        validate_default=False,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )

    def canonical(self) -> dict[str, Any]:
        """Return the canonical form: YAML keys, defaults filled in, absent options left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def one_of(model: SpecModel, *fields: str, planned: tuple[str, ...] = ()) -> None:
    """Check that exactly one of `fields` (Python names) is set; for use in a model validator.

    `planned` are those of them that load and can't run yet: they count, and nobody is told to write them.
    """
    given = [_yaml_key(model, name) for name in fields if getattr(model, name) is not None]
    if len(given) == 1:
        return
    keys = ", ".join(f"`{_yaml_key(model, f)}`" for f in fields if f not in planned)
    found = " and ".join(f"`{key}`" for key in given) or "none"
    context = {"keys": keys, "found": found, "at": given[1:2], "help": "keep one and remove the others" if given else "add one"}
    raise PydanticCustomError("mls_one_of", "exactly one of {keys} is needed, found {found}", context)


def _yaml_key(model: SpecModel, name: str) -> str:
    return type(model).model_fields[name].alias or name


_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"com{i}" for i in range(10)), *(f"lpt{i}" for i in range(10))})


def is_name(text: str) -> bool:
    """Whether an object may be called so."""
    return text not in _DEVICES and _NAME.fullmatch(text) is not None


def _check_name(value: str) -> str:
    if value in _DEVICES:
        advice = f"add to it, as in `{value}-data`"
        raise PydanticCustomError("mls_name", "`{name}` is the name of a device on Windows, not of a file", {"name": value, "help": advice})
    if not _NAME.fullmatch(value):
        raise PydanticCustomError("mls_name", "not a valid name{why}", {"why": _why_no_name(value), "help": _better_name(value)})
    return value


def _why_no_name(value: str) -> str:
    foreign = next((c for c in value if not c.isascii()), None)
    if foreign:
        return f": it holds U+{ord(foreign):04X}, {unicodedata.name(foreign, 'a character without a name')}"
    return f": it has {len(value)} characters, and at most 63 are allowed" if len(value) > 63 else ""


def _better_name(value: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
    near = re.fullmatch(r"[\w .-]+", value, re.ASCII) and len(slug) > len(value) // 2
    if near and is_name(slug):
        return Advice(f"did you mean `{slug}`?", written(slug), value)
    return "use 1 to 63 of a-z, 0-9 and `-`, starting and ending with a letter or digit"


Name = Annotated[str, AfterValidator(_check_name)]

_PATH_REFUSED = re.compile(r"[\x00-\x1f\x7f$`{}\\<>|*?\"':;&!#%]")


_PATTERN = "a pattern is no file here: name one; the files of a source may be a pattern, `file: {path: data/*.csv}`"
_PATH_ADVICE = {"\\": "write `/` between folders", "*": _PATTERN, "?": _PATTERN}


def _check_path(value: str) -> str:
    """A path inside the repository, in POSIX spelling, normalised (`./a//b` -> `a/b`)."""
    parts = [p for p in value.split("/") if p not in ("", ".")]
    if value.startswith(("/", "~")) or ".." in parts:
        raise _path_error("the path leaves the repository", "write it relative to mlspec.yaml, without `..`")
    if not parts:
        raise _path_error("the path names nothing", "write a path relative to mlspec.yaml")
    found = _PATH_REFUSED.search(value)
    if found:
        char = found.group()
        shown = f"`{char}`" if char.isprintable() and char != "`" else f"U+{ord(char):04X}"
        if "://" in value:
            raise _path_error("an address is no file of the repository", "a source fetches it with `http: {url: …}`")
        advice = _PATH_ADVICE.get(char, "rename the file: shells, DVC or GitHub give the character a meaning")
        raise _path_error(f"the path holds {shown}", advice)
    if any(p.startswith("-") for p in parts):
        raise _path_error("a part of the path begins with `-`", "rename it: programs would take it for an option")
    if any(p.casefold() in (".git", ".dvc") for p in parts):
        raise _path_error("the path points into Git's or DVC's own folder", "move the file out of it")
    return "/".join(parts)


def _path_error(message: str, advice: str) -> PydanticCustomError:
    return PydanticCustomError("mls_path", "{message}", {"message": message, "help": advice})


RepoPath = Annotated[str, AfterValidator(_check_path)]


def _check_pattern(value: str) -> str:
    """A path in which `*` stands for what is within a folder, and `**` for folders too, after a folder that has a name."""
    found = _check_path(value.replace("*", "x"))
    if "*" not in value:
        return found
    if "*" in value.removeprefix("./").partition("/")[0]:
        raise _path_error(
            "the pattern begins at the root, and all in the repository would count", "put the files into a folder: `data/*.csv`"
        )
    return "/".join(p for p in value.split("/") if p not in ("", "."))


RepoPattern = Annotated[str, AfterValidator(_check_pattern)]

_CALLABLE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_CLASS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_ENV_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


def _pattern(regex: re.Pattern[str], message: str) -> AfterValidator:
    def check(value: str) -> str:
        if not regex.fullmatch(value):
            raise PydanticCustomError("mls_pattern", message)
        return value

    return AfterValidator(check)


CallablePath = Annotated[str, _pattern(_CALLABLE, "not a callable: write `package.module:function`")]
ClassPath = Annotated[str, _pattern(_CLASS, "not a class: write the dotted path, such as `sklearn.linear_model.Ridge`")]
EnvName = Annotated[str, _pattern(_ENV_NAME, "not an environment variable's name: use A-Z, 0-9 and `_`")]


_SPELLINGS = {
    "%": ("percent", "pct"),
    "ms": ("msec", "millisecond", "milliseconds"),
    "s": ("sec", "secs", "second", "seconds"),
    "min": ("mins", "minute", "minutes"),
    "h": ("hr", "hrs", "hour", "hours"),
    "d": ("day", "days"),
    "w": ("week", "weeks"),
}


def _unit_error(what: str, example: str, found: re.Match[str] | None, units: dict[str, float]) -> PydanticCustomError:
    """A unit spelt out (`24 hours`) or in wrong case (`24H`, but not `5M`) has one clear meaning, and is told with it."""
    word = found[2].casefold() if found and found[2] != "M" else ""
    known = [u for u in units if word and (u.casefold() == word or word in _SPELLINGS.get(u, ()))]
    if found is None or len(known) != 1:
        return PydanticCustomError("mls_unit", "not {what}: write it as in `{example}`", {"what": what, "example": example})
    meant = f"{found[1]}{known[0]}"
    return PydanticCustomError("mls_unit", "not {what}", {"what": what, "help": Advice(f"write `{meant}`", meant, found[0])})


def _with_units(units: dict[str, float], what: str, example: str) -> BeforeValidator:
    number = re.compile(r"\s*([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*([A-Za-z%]*)\s*")

    def read(value: Any) -> Any:
        if isinstance(value, str):
            found = number.fullmatch(value)
            if not found or found[2] not in units:
                raise _unit_error(what, example, found, units)
            return round(float(found[1]) * units[found[2]], 12)
        if isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        return value

    return BeforeValidator(read)


def _no_bare_multiple(value: Any) -> Any:
    """Refuse `20` for a share: 2,000% is seldom meant, and where it may get worse by that much, silence would let all pass."""
    is_bare = _BARE.fullmatch(value.strip()) if isinstance(value, str) else isinstance(value, int | float) and not isinstance(value, bool)
    number = float(value) if is_bare else 0.0
    if number > 1:
        percent = f"{number * 100:,.10g}%"
        help_text = f"write `{number:.10g}%`; if {percent} is meant, write that with its `%`"
        raise PydanticCustomError(
            "mls_unit", "a share of {value} is {percent}", {"value": f"{number:.10g}", "percent": percent, "help": help_text}
        )
    return value


def refers_to(kind: str) -> dict[str, Any]:
    """Mark a field as the name of an object of `kind` (`|` between several), for schemas and editors."""
    return {"x-mlspec-reference": kind}


def _unit(name: str) -> Any:
    """Mark a scalar as written with or without a unit: `share`, `duration`, `quantity`; schemas spell out the forms."""
    return Field(json_schema_extra={"x-mlspec-unit": name})


_BARE = re.compile(r"\+?\d+(?:\.\d+)?")
PERCENT = {"": 1.0, "%": 0.01}
SECONDS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
BYTES = {"": 1.0, "B": 1.0, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1024.0, "MiB": 1024.0**2, "GiB": 1024.0**3}

Fraction = Annotated[float, _with_units(PERCENT, "a share", "20%"), BeforeValidator(_no_bare_multiple), _unit("share")]
Share = Annotated[Fraction, Field(ge=0, le=1)]
Sha256 = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Seconds = Annotated[float, _with_units(SECONDS, "a duration", "24h"), Field(ge=0), _unit("duration")]
Quantity = Annotated[float, _with_units(PERCENT | SECONDS | BYTES, "a number, with or without a unit", "20ms"), _unit("quantity")]


class Metadata(SpecModel):
    """Names an object and says whose it is. None of it changes what is trained."""

    name: Name = Field(description="Unique among the objects of its kind.", examples=["demand"])
    owner: str | None = Field(None, description="A person or team, as CODEOWNERS writes it.", examples=["@acme/forecasting"])
    description: str | None = Field(None, description="One or two sentences for people.", examples=["Hourly demand"])
    labels: dict[str, str] = Field(
        default_factory=dict, description="Free key-value pairs for filtering.", examples=[{"domain": "mobility"}]
    )


class Envelope(SpecModel):
    """apiVersion, kind, metadata; each kind adds its own `spec`."""

    api_version: Literal["mlspec/v1"] = Field(description="The language version.")
    metadata: Metadata = Field(description="Names the object and says whose it is; changes nothing that is trained.")
