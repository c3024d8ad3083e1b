"""What a name may stand for while code is followed. All are values: an operation makes a new one."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mlspec.language.yaml.document import Document
from mlspec.setup.adopt.facts import Gap, Place, Sure, least


@dataclass(frozen=True, slots=True)
class Const:
    """A plain value. `document`, `route`: where in a file of parameters it stands, for its parts to have places of their own."""

    value: Any
    place: Place
    sure: Sure = "certain"
    document: Document | None = None
    route: tuple[str | int, ...] = ()

    def followed(self) -> Const:
        """The same, reached through a name."""
        return replace(self, sure=least(self.sure, "likely"))

    def item(self, key: Any) -> Const | None:
        """A part of it, at its own place; None where it has no such part."""
        try:
            value = self.value[key]
        except (KeyError, IndexError, TypeError):
            return None
        route = (*self.route, key)
        place = Place(self.document.path, self.document.span(route).line) if self.document else self.place
        return Const(value, place, self.sure, self.document, route)


@dataclass(frozen=True, slots=True)
class Ref:
    """Something imported, by its dotted path."""

    dotted: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """What could not be followed."""

    place: Place
    what: str

    @property
    def gap(self) -> Gap:
        return Gap(self.place, self.what)


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple or list whose parts are not all plain values."""

    items: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping by text, or an object with attributes, such as parsed arguments."""

    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the project, in its module's names."""

    node: ast.FunctionDef | ast.Lambda
    scope: Any
    path: str


@dataclass(frozen=True, slots=True)
class OpenFile:
    """What `open` gave."""

    path: Const


@dataclass(frozen=True, slots=True)
class Step:
    """A step of `clean`, with where it is written in code."""

    form: Mapping[str, Any]
    place: Place
    sure: Sure


@dataclass(frozen=True, slots=True)
class Read:
    """A file of rows that is read: `options` are those of `read` in a DataSource."""

    path: Const
    format: str | None
    options: Mapping[str, Any]
    place: Place


@dataclass(frozen=True, slots=True)
class Cut:
    """How rows were set aside. `form`: the keys of `split`; `seed`: the seed of the draw."""

    form: Mapping[str, Const]
    place: Place
    seed: Const | None = None
    stratify: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A preprocessing that is fitted: `keys` of `preprocess`, for `columns` (None: all that it is given)."""

    group: str
    keys: Mapping[str, Any]
    columns: tuple[str, ...] | None
    place: Place
    sure: Sure = "certain"


_STATISTICS = ("mean", "median", "most_frequent", "previous")


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows: what they were read from, what was done to them, which columns are left (None: all), and what of it was not understood."""

    read: Read
    steps: tuple[Step, ...] = ()
    only: tuple[str, ...] | None = None
    only_place: Place | None = None
    dropped: tuple[tuple[str, Place], ...] = ()
    prepared: tuple[Prepared, ...] = ()
    cut: Cut | None = None
    side: str = ""
    gaps: tuple[Gap, ...] = ()

    def done(self, form: Mapping[str, Any], place: Place, sure: Sure = "certain") -> Frame:
        """The rows after a step of `clean`. One that takes rows away, or fills by a statistic, means all rows there, and not one side."""
        made = replace(self, steps=(*self.steps, Step(form, place, sure)))
        kind, given = next(iter(form.items()))
        of_rows = kind in ("filter", "dropDuplicates") or (kind == "fillMissing" and given["with"] in _STATISTICS)
        if self.side and of_rows:
            return made.gap(place, f"`{kind}` after the rows were set apart, of the {self.side} rows alone", "do it before the split")
        return made

    def gap(self, place: Place, what: str, advice: str = "") -> Frame:
        return replace(self, gaps=(*self.gaps, Gap(place, what, advice)))


@dataclass(frozen=True, slots=True)
class Series:
    """A column, or an expression over columns (`sql`), of rows. `column`: its name where it is one; `statistic`: of it, such as its mean.

    `instead`: of a column that was changed, the SQL that says the same of the column as it was, for what is kept under another name.
    """

    frame: Frame
    column: str
    place: Place
    sql: str = ""
    sure: Sure = "certain"
    is_truth: bool = False
    statistic: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Estimator:
    """An estimator, or a transformer: its class, its arguments, and the preprocessing that stands before it in a pipeline."""

    path: str
    params: Mapping[str, Any]
    place: Place
    prepared: tuple[Prepared, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said of rows."""

    estimator: Estimator
    place: Place


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric that was computed: our name for it, empty where we have none."""

    metric: str
    function: str
    place: Place
    sure: Sure = "certain"


@dataclass(frozen=True, slots=True)
class Fit:
    """A call of `fit`. `lines`: how many more lines it takes."""

    estimator: Estimator
    features: Any
    target: Any
    place: Place
    lines: int = 0


@dataclass(slots=True)
class Findings:
    """What following code brought to light, over all scripts of a pipeline. `files`: what each file holds that was written.

    `cuts`: (file, column, side, day) of each filter that takes the rows before a day, or from it on.
    """

    fits: list[Fit] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    files: dict[str, Any] = field(default_factory=dict)
    numbers: dict[tuple[str, str], Measured] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    cuts: list[tuple[str, str, str, Const]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tool:
    """An object of a library that writes numbers down: `kind` says which, `path` the file."""

    kind: str
    path: str


@dataclass(eq=False)
class Parser:
    """An `argparse` parser, with what was added to it: (names, default, type, is a flag)."""

    arguments: list[tuple[tuple[str, ...], Any, str, bool]] = field(default_factory=list)
