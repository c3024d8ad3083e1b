"""Codes of models without a target: MLS0860 to MLS0869."""

from __future__ import annotations

from mlspec.diagnostics.codes.code import Code

CODES: dict[str, Code] = {
    "MLS0860": Code(
        "a metric that compares with a truth that is not there",
        "`adjusted_rand` and `adjusted_mutual_info` say how far clusters agree with classes that are known. A model without `target` has none: "
        "name the column (it is never a feature, and no fit sees it), or judge by `silhouette`, `davies_bouldin`, `calinski_harabasz` or "
        "`stability`.",
    ),
    "MLS0861": Code(
        "a clusterer without `predict`",
        "DBSCAN, HDBSCAN, OPTICS, AgglomerativeClustering and SpectralClustering part the rows that they are fitted on, and can't say of a new "
        "row which cluster it is of. There would be nothing to measure on test rows, to serve or to score. The message names classes that can.",
    ),
}
