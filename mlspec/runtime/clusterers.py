"""Clusterers of scikit-learn that judge only the rows they are fitted on: told by name, before any data is read."""

from __future__ import annotations

_SPREAD = "`sklearn.cluster.KMeans` or `sklearn.mixture.GaussianMixture`"
_DENSE = "`sklearn.cluster.Birch` or `sklearn.mixture.GaussianMixture`"
WITHOUT_PREDICT: dict[str, str] = {
    "sklearn.cluster.AgglomerativeClustering": "`sklearn.cluster.Birch`, which merges the same way, or `sklearn.cluster.BisectingKMeans`",
    "sklearn.cluster.DBSCAN": _DENSE,
    "sklearn.cluster.FeatureAgglomeration": "`sklearn.cluster.KMeans`: it joins columns, and no rows",
    "sklearn.cluster.HDBSCAN": _DENSE,
    "sklearn.cluster.OPTICS": _DENSE,
    "sklearn.cluster.SpectralBiclustering": _SPREAD,
    "sklearn.cluster.SpectralClustering": _SPREAD,
    "sklearn.cluster.SpectralCoclustering": _SPREAD,
}
"""By class path: what can stand in its place."""


def without_predict(path: str) -> str | None:
    """What can stand in the place of a class that can't say of a new row which cluster it is of; None for every other class."""
    return next((advice for known, advice in WITHOUT_PREDICT.items() if _same(known, path)), None)


def _same(known: str, path: str) -> bool:
    """Whether a path names the class, by its short or by its full one: `sklearn.cluster._dbscan.DBSCAN`."""
    package, _, name = known.rpartition(".")
    return path == known or (path.startswith(f"{package}.") and path.rpartition(".")[2] == name)
