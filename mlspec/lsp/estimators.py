"""scikit-learn's estimators by their public paths: a list, so that no editor waits for scikit-learn's import. A test compares."""

from __future__ import annotations

from functools import lru_cache

from mlspec.metrics.tasks import TASKS

_REGRESSORS = """
sklearn.cross_decomposition: CCA PLSCanonical PLSRegression
sklearn.dummy: DummyRegressor
sklearn.ensemble: AdaBoostRegressor BaggingRegressor ExtraTreesRegressor GradientBoostingRegressor HistGradientBoostingRegressor
sklearn.ensemble: RandomForestRegressor
sklearn.gaussian_process: GaussianProcessRegressor
sklearn.isotonic: IsotonicRegression
sklearn.kernel_ridge: KernelRidge
sklearn.linear_model: ARDRegression BayesianRidge ElasticNet ElasticNetCV GammaRegressor HuberRegressor Lars LarsCV Lasso LassoCV
sklearn.linear_model: LassoLars LassoLarsCV LassoLarsIC LinearRegression OrthogonalMatchingPursuit OrthogonalMatchingPursuitCV
sklearn.linear_model: PoissonRegressor QuantileRegressor RANSACRegressor Ridge RidgeCV SGDRegressor TheilSenRegressor TweedieRegressor
sklearn.neighbors: KNeighborsRegressor RadiusNeighborsRegressor
sklearn.neural_network: MLPRegressor
sklearn.svm: LinearSVR NuSVR SVR
sklearn.tree: DecisionTreeRegressor ExtraTreeRegressor
"""
_CLASSIFIERS = """
sklearn.discriminant_analysis: LinearDiscriminantAnalysis QuadraticDiscriminantAnalysis
sklearn.dummy: DummyClassifier
sklearn.ensemble: AdaBoostClassifier BaggingClassifier ExtraTreesClassifier GradientBoostingClassifier HistGradientBoostingClassifier
sklearn.ensemble: RandomForestClassifier
sklearn.gaussian_process: GaussianProcessClassifier
sklearn.linear_model: LogisticRegression LogisticRegressionCV Perceptron RidgeClassifier RidgeClassifierCV SGDClassifier
sklearn.naive_bayes: BernoulliNB CategoricalNB ComplementNB GaussianNB MultinomialNB
sklearn.neighbors: KNeighborsClassifier NearestCentroid RadiusNeighborsClassifier
sklearn.neural_network: MLPClassifier
sklearn.semi_supervised: LabelPropagation LabelSpreading
sklearn.svm: LinearSVC NuSVC SVC
sklearn.tree: DecisionTreeClassifier ExtraTreeClassifier
"""

_DETECTORS = """
sklearn.covariance: EllipticEnvelope
sklearn.ensemble: IsolationForest
sklearn.mixture: GaussianMixture
sklearn.neighbors: KernelDensity LocalOutlierFactor
sklearn.svm: OneClassSVM
"""


@lru_cache(maxsize=4)
def class_paths(task: str | None) -> tuple[str, ...]:
    """Return the class paths that fit a task: regressors, classifiers, detectors, or all when it is not known."""
    texts = {"regressor": _REGRESSORS, "classifier": _CLASSIFIERS, "outlier_detector": _DETECTORS}
    text = texts[TASKS[task].estimator] if task in TASKS else _REGRESSORS + _CLASSIFIERS
    lines = [line.split(": ") for line in text.splitlines() if line]
    return tuple(sorted(f"{module}.{name}" for module, names in lines for name in names.split()))
