"""mlspec: GitOps for machine learning.

`mlspec.open(path)` gives a project with a method for each verb; `mlspec.load_model(folder, digest)` a model whose bytes were compared
first. A user's mistake is raised as `Problems`. The guide is docs/guides/python.md.

Nothing is imported before it is asked for: each stage of a pipeline, and each call of the command line, imports this package first.
"""

__version__ = "0.1.0"

_HOMES = {
    "mlspec.api": "OpenProject init open",
    "mlspec.compiler.explain": "Explanation",
    "mlspec.compiler.pipeline": "Compiled",
    "mlspec.compiler.project.graph": "Graph",
    "mlspec.compiler.project.project": "Bound Project",
    "mlspec.deploy.outcome": "Outcome",
    "mlspec.deploy.status.collect": "Status",
    "mlspec.deploy.status.state": "ObjectStatus",
    "mlspec.diagnostics": "Diagnostic Problems Span",
    "mlspec.gates.evidence": "Judgement",
    "mlspec.gates.workspace": "Verdicts",
    "mlspec.pipelines.materialize.materialize": "Materialized",
    "mlspec.pipelines.plan.actions": "Change Plan",
    "mlspec.pipelines.run.report": "RunReport",
    "mlspec.pipelines.workspace": "Workspace",
    "mlspec.promotion.promote": "Promoted PromoteRequest",
    "mlspec.promotion.register.register": "Registered RegisterRequest",
    "mlspec.promotion.rollback": "RollbackRequest RolledBack",
    "mlspec.promotion.verify.agreed": "Agreement ApprovalsRequest",
    "mlspec.promotion.verify.all_deployed": "Verified VerifiedDeployment",
    "mlspec.promotion.verify.change": "Checked",
    "mlspec.registry.documents.pack": "EvidencePack",
    "mlspec.registry.history.at": "Then",
    "mlspec.registry.history.diff": "Difference",
    "mlspec.registry.history.lineage": "Lineage",
    "mlspec.registry.history.tell": "History",
    "mlspec.registry.tags.mark": "Marked TagRequest",
    "mlspec.runtime.artifact": "LoadedModel load_model",
    "mlspec.setup.adopt.imported": "Imported",
    "mlspec.setup.contract.export": "Exported",
    "mlspec.setup.doctor.finding": "Finding",
    "mlspec.setup.fixing": "Fixes",
    "mlspec.setup.forget.forget": "ForgetRequest Traced",
    "mlspec.setup.gc.gc": "Collected GcRequest",
    "mlspec.studies.compare.found": "Comparison",
    "mlspec.studies.reproduce.found": "Reproduction",
    "mlspec.studies.seeds.found": "Seeds",
}
"""Where the public names are at home. `__init__.pyi` says the same to type checkers and editors."""
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = ["__version__", *_HOME]  # noqa: PLE0604 - strings, all of them


def __getattr__(name: str) -> object:
    """Import a name of `__all__` when it is first asked for."""
    if name not in _HOME:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    found: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
