"""By how much a model must be better than another, or may be worse: a share of its value, or a size in the metric's units."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import Fraction, SpecModel


class Points(SpecModel):
    """A size in the metric's own units: 0.05 of an accuracy (five percentage points), 2.5 of a mae whose target counts bikes."""

    points: float = Field(ge=0, description="The size, in the metric's units.", examples=[0.05])


def _not_one(value: Any) -> Any:
    """Refuse a bare `1`: it would be 100%, of which nobody can be sure."""
    if value in (1, "1") and not isinstance(value, bool):
        advice = "write `1%`, or `100%`; `{points: 1}` is 1 in the metric's units"
        raise PydanticCustomError("mls_unit", "a margin of 1 is 100%", {"help": advice})
    return value


Margin = Annotated[
    Annotated[Fraction, Field(ge=0), BeforeValidator(_not_one), Tag("relative")] | Annotated[Points, Tag("absolute")],
    Discriminator(lambda value: "absolute" if isinstance(value, dict | Points) else "relative"),
]


def parts(margin: float | Points) -> tuple[float, float]:
    """Return (share of the other's value, size in the metric's units); one of them is 0."""
    return (0.0, margin.points) if isinstance(margin, Points) else (margin, 0.0)


def shown(margin: float | Points) -> str:
    """The margin as tables show it: `20%`, `0.05 points`."""
    if isinstance(margin, Points):
        return f"{margin.points:,.10g} points"
    return f"{margin:.3%}".replace(".000%", "%")
