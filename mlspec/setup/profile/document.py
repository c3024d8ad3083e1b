"""The facts of rows as a document: what stands out first, then a table of all columns, then each column by itself."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.diagnostics.numbers import shown
from mlspec.diagnostics.words import PERSONAL, percent
from mlspec.reports.charts.model import Categories, Histogram, Series
from mlspec.reports.document import EXTRA, MUST, Block, Bullets, Document, Figure, Fold, Paragraph, Section, Table, columns
from mlspec.reports.spans import Code, Inline
from mlspec.setup.profile.facts import QUANTILES, WHISKER, ColumnFacts, Facts, Numbers
from mlspec.setup.profile.together import ROWS, STRONG

MUCH_MISSING, MANY_OUTLIERS, ALL_BUT = 0.2, 0.05, 0.95


def document(facts: Facts, ref: str, file: str) -> Document:
    """The profile of the rows of `ref`, which stand in `file`."""
    summary = f"{facts.rows:,} rows, {len(facts.columns)} columns"
    sections = (
        Section("What stands out", _standing_out(facts), rank=MUST),
        Section("Columns", (_overview(facts),)),
        *(Section(Code(c.name), tuple(_blocks(c, facts.rows)), rank=EXTRA) for c in facts.columns if not c.pii),
        Section("First and last rows", (_sample(facts),), rank=EXTRA),
    )
    return Document("profile", ("The rows of ", Code(ref)), sections, summary=summary, footer=(("Read from ", Code(file), "."),))


def _standing_out(facts: Facts) -> tuple[Block, ...]:
    found = [*_of_rows(facts), *(line for column in facts.columns for line in _of_column(column, facts.rows))]
    strong: list[Inline] = [(Code(a), " and ", Code(b), f" go together: rank correlation {shown(r, 3)}") for a, b, r in facts.together[:20]]
    lines: tuple[Inline, ...] = (*found, *strong)
    note = f"Rank correlations (Spearman's) of at least {STRONG} are told, from at most {2 * ROWS:,} rows evenly spread."
    return (Bullets(lines) if lines else Paragraph("Nothing."), Paragraph(note))


def _of_rows(facts: Facts) -> Iterator[Inline]:
    if facts.repeated:
        yield f"{facts.repeated:,} rows ({percent(facts.repeated / facts.rows, 2)}) equal an earlier one in every column"


def _of_column(column: ColumnFacts, rows: int) -> Iterator[Inline]:
    name, known = Code(column.name), rows - column.missing
    if not known:
        yield (name, " has no value")
        return
    if column.missing / rows >= MUCH_MISSING:
        yield (name, f" is missing in {percent(column.missing / rows, 2)} of the rows")
    if column.distinct == 1 and known > 1:
        yield (name, " has one value only")
    elif column.values and column.values[0][1] / known >= ALL_BUT:
        yield (name, " is ", Code(column.values[0][0]), f" in {percent(column.values[0][1] / known, 3)} of the rows that have a value")
    if column.numbers and column.numbers.outliers / known >= MANY_OUTLIERS:
        yield (name, f": {percent(column.numbers.outliers / known, 2)} of the values lie beyond Tukey's fences")


def _overview(facts: Facts) -> Table:
    headings = columns("column", "type", "missing", "distinct", "values", numbers=(2, 3))
    rows = tuple(_row(c, facts.rows) for c in facts.columns)
    return Table(headings, rows, "the columns of the source")


def _row(column: ColumnFacts, rows: int) -> tuple[Inline, ...]:
    distinct = "-" if column.distinct is None else f"{column.distinct:,}"
    return Code(column.name), column.kind, percent(column.missing / rows, 3) if rows else "-", distinct, _brief(column)


def _brief(column: ColumnFacts) -> Inline:
    if column.pii:
        return PERSONAL
    if column.numbers:
        return f"{shown(column.numbers.low)} to {shown(column.numbers.high)}, mean {shown(column.numbers.mean)}"
    if column.ends:
        return (Code(column.ends[0]), " to ", Code(column.ends[1]))
    if column.values:
        return tuple(span for i, (value, _) in enumerate(column.values[:3]) for span in ((", ",) if i else ()) + (Code(value, 40),))
    return "-"


def _blocks(column: ColumnFacts, rows: int) -> Iterator[Block]:
    numbers = column.numbers
    if numbers:
        yield Table(columns("", "value", numbers=(1,)), tuple(_figures(numbers, rows - column.missing)), f"figures of {column.name}")
        yield Figure(Histogram("", column.name, numbers.edges, numbers.counts))
    elif column.values:
        labels = tuple(value[:40] for value, _ in column.values)
        yield Figure(Categories("", "value", "rows", labels, (Series("rows", "bar", tuple(float(n) for _, n in column.values)),)))
    elif column.ends:
        yield Paragraph(("From ", Code(column.ends[0]), " to ", Code(column.ends[1]), "."))
    else:
        yield Paragraph("There is no value." if column.missing == rows else f"Values of type {column.kind} are not looked into.")


def _figures(numbers: Numbers, known: int) -> Iterator[tuple[Inline, ...]]:
    yield "smallest, largest", f"{shown(numbers.low)}, {shown(numbers.high)}"
    yield "mean, standard deviation", f"{shown(numbers.mean)}, {shown(numbers.std)}"
    yield ", ".join(f"{percent(q)}" for q in QUANTILES), ", ".join(shown(q) for q in numbers.quantiles)
    yield "zeros, negative", f"{numbers.zeros:,}, {numbers.negative:,}"
    fences = f"{shown(numbers.fences[0])} to {shown(numbers.fences[1])}"
    share = percent(numbers.outliers / known, 2) if known else "-"
    yield f"outside of {fences} (the quartiles and {WHISKER} of their distance)", f"{numbers.outliers:,} ({share})"


def _sample(facts: Facts) -> Block:
    hidden = {c.name for c in facts.columns if c.pii}
    names = [c.name for c in facts.columns]
    rows = tuple(
        tuple(PERSONAL if n in hidden else "-" if value is None else Code(value, 60) for n, value in zip(names, row, strict=True))
        for row in facts.sample
    )
    return Fold("rows as they stand", (Table(columns(*map(Code, names)), rows, "first and last rows"),))
