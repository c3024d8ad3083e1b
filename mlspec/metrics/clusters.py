"""How well clusters part n rows, without a truth: silhouette (Rousseeuw 1987), Davies & Bouldin 1979, Calinski & Harabasz 1974.

Each is a function of the rows' places in a space and of the cluster of each, and has an influence of each row: its own part, and what it
changes for the others, whose neighbour it is. Without the latter, intervals of a mean silhouette hold in four of five samples only
(simulated; see docs/reference/metrics.md). What they cover is other rows of the same kind, answered by the same model; another
model of other training rows is what `stability` looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.sums import OfSums

ROWS = 2000
"""Rows at most whose silhouettes are taken, each among these: distances grow with the square."""
_CELLS = 2_000_000
"""Distances held at a time."""
NAN = float("nan")


class Known:
    """A value on all rows, and how it moves with the weight of each: its linear part as a function of weights."""

    def __init__(self, value: float, influence: Array) -> None:
        self._value, self._influence = value, influence

    def __call__(self, weights: Array) -> Array:
        ones = bool((weights == 1).all())
        found: Array = np.full(len(weights), self._value) if ones else self._value + (weights - 1) @ self._influence
        return found

    def influence(self) -> Array:
        """Of each row, (n,)."""
        return self._influence


def space_of(answers: Answers) -> Array | None:
    """Where the rows stand, (n, d), if the answers know."""
    found: Array | None = getattr(answers, "space", None)
    return found


def codes_of(predicted: Array) -> tuple[Array, int]:
    """The number of each row's cluster among those that are there, (n,), and how many these are."""
    names, codes = np.unique(np.asarray(predicted, dtype=object).astype(str), return_inverse=True)
    return codes.reshape(-1), len(names)


def sampled(rows: int) -> Array:
    """Positions of at most ROWS of them, rising: the same ones for so many rows."""
    if rows <= ROWS:
        return np.arange(rows)
    found: Array = np.sort(np.random.default_rng(0).permutation(rows)[:ROWS])
    return found


def silhouettes(space: Array, codes: Array) -> tuple[Array, Array]:
    """Each row's silhouette among these rows, and what each changes for the mean by being a neighbour, (n,) each.

    A row that is alone in its cluster has 0, as in scikit-learn. NaN with fewer than two clusters, and where each row is one of its own.
    """
    sizes = np.bincount(codes)
    if not 2 <= len(sizes) < len(codes):
        return np.full(len(codes), NAN), np.zeros(len(codes))
    own, change = np.zeros(len(codes)), np.zeros(len(codes))
    held = np.eye(len(sizes))[codes]
    for rows, far in _distances(space):
        own[rows], part = _of_rows(far, rows, codes, held, sizes)
        change += part
    return own, change


def _distances(space: Array) -> Iterator[tuple[Array, Array]]:
    """Runs of rows (m,), and how far each is from every row, (m, n)."""
    count = len(space)
    squares = np.einsum("ij,ij->i", space, space)
    step = max(1, _CELLS // max(1, count))
    for start in range(0, count, step):
        rows = np.arange(start, min(count, start + step))
        far = squares[rows, None] + squares[None, :] - 2 * space[rows] @ space.T
        far[np.arange(len(rows)), rows] = 0.0
        yield rows, np.sqrt(np.maximum(far, 0.0))


def _of_rows(far: Array, rows: Array, codes: Array, held: Array, sizes: Array) -> tuple[Array, Array]:
    """The silhouettes of some rows (m,), and what all rows (n,) change for their sum, by the derivatives of the means a and b."""
    at, mine = np.arange(len(rows)), codes[rows]
    sums = far @ held
    others = np.maximum(sizes[mine] - 1, 1)
    a = sums[at, mine] / others
    means = sums / sizes
    means[at, mine] = np.inf
    near = means.argmin(axis=1)
    b = means[at, near]
    alone, top = sizes[mine] == 1, np.maximum(a, b)
    inside = a < b
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(alone | (top == 0), 0.0, (b - a) / top)
        by_a = np.where(alone | (top == 0), 0.0, np.where(inside, -1 / b, -b / a**2))
        by_b = np.where(alone | (top == 0), 0.0, np.where(inside, a / b**2, 1 / a))
    pull, level = np.zeros((len(rows), len(sizes))), np.zeros((len(rows), len(sizes)))
    pull[at, mine], level[at, mine] = by_a / others, a
    pull[at, near], level[at, near] = by_b / sizes[near], b
    each = np.arange(len(codes))
    change = (far.T @ pull)[each, codes] - (pull * level).sum(axis=0)[codes]
    change[rows] += by_a / others * a  # a row is no neighbour of itself
    return found, change


def _silhouette(_: Array, answers: Answers) -> Known:
    space, codes, _count = _given(answers)
    rows = sampled(len(codes))
    place = np.unique(codes[rows], return_inverse=True)[1].reshape(-1)
    own, change = silhouettes(space[rows], place)
    value = float(own.mean()) if len(own) else NAN
    influence = np.zeros(len(codes))
    influence[rows] = (own - value + change) / max(1, len(rows))
    return Known(value, influence)


def _given(answers: Answers) -> tuple[Array, Array, int]:
    space = space_of(answers)
    if space is None:
        raise ValueError("nothing says where the rows stand")
    return np.asarray(space, dtype=np.float64), *codes_of(answers.predicted)


def _davies_bouldin(_: Array, answers: Answers) -> Known:
    """The mean over clusters of the worst (S_i + S_j) / d_ij, S: mean distance to the centre, d: between centres."""
    space, codes, count = _given(answers)
    if not 2 <= count < len(codes):
        return Known(NAN, np.zeros(len(codes)))
    sizes = np.bincount(codes).astype(np.float64)
    centres = np.stack([space[codes == c].mean(axis=0) for c in range(count)])
    away = space - centres[codes]
    far = np.sqrt((away**2).sum(axis=1))
    spread = np.bincount(codes, weights=far) / sizes
    between = np.sqrt(((centres[:, None] - centres[None]) ** 2).sum(axis=2))
    with np.errstate(divide="ignore", invalid="ignore"):
        worst = np.where(np.eye(count, dtype=bool), -np.inf, (spread[:, None] + spread[None]) / between)
        unit = np.where(far[:, None] > 0, away / far[:, None], 0.0)
    pull = np.stack([unit[codes == c].mean(axis=0) for c in range(count)])  # how the mean distance falls as its centre moves
    by_spread, by_centre = np.zeros(count), np.zeros_like(centres)
    for i, j in enumerate(worst.argmax(axis=1)):
        d, step = between[i, j], (centres[i] - centres[j]) / between[i, j]
        by_spread[[i, j]] += 1 / d / count
        turn = -worst[i, j] / d / count * step
        by_centre[i] += turn
        by_centre[j] -= turn
    turns = by_centre - by_spread[:, None] * pull
    influence = (by_spread[codes] * (far - spread[codes]) + (turns[codes] * away).sum(axis=1)) / sizes[codes]
    value = float(worst.max(axis=1).mean())
    return Known(value, influence) if np.isfinite(value) else Known(NAN, np.zeros(len(codes)))


def _calinski_harabasz(_: Array, answers: Answers) -> Callable[[Array], Array]:
    """What lies between clusters over what lies within, by their degrees of freedom: for as many rows, in as many clusters, as these."""
    space, codes, count = _given(answers)
    if not 2 <= count < len(codes):
        return Known(NAN, np.zeros(len(codes)))
    centres = np.stack([space[codes == c].mean(axis=0) for c in range(count)])
    total = ((space - space.mean(axis=0)) ** 2).sum(axis=1)
    within = ((space - centres[codes]) ** 2).sum(axis=1)
    degrees = (len(codes) - count) / (count - 1)
    return OfSums([total, within], lambda _, t, w: (t / w - 1) * degrees)


SPACE_METRICS: dict[str, Callable[[Array, Answers], Callable[[Array], Array]]] = {
    "silhouette": _silhouette,
    "davies_bouldin": _davies_bouldin,
    "calinski_harabasz": _calinski_harabasz,
}


def of_each(answers: Answers) -> list[tuple[object, int, float]]:
    """(cluster, its rows, their mean silhouette) of every cluster that the model knows, in their order; NaN where it is not defined."""
    space, predicted = space_of(answers), np.asarray(answers.predicted, dtype=object)
    rows = sampled(len(predicted))
    names = predicted[rows]
    own = (
        np.full(len(rows), NAN)
        if space is None
        else silhouettes(np.asarray(space)[rows], np.unique(names.astype(str), return_inverse=True)[1])[0]
    )
    parts = [(name, int((predicted == name).sum()), own[names == name]) for name in answers.classes or ()]
    return [(name, count, float(mine.mean()) if len(mine) else NAN) for name, count, mine in parts]
