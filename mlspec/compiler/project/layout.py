"""Where everything of a project stands: the folders of people, the generated ones, and mlspec's own. The one place that spells them.

Every path is relative to the repository's root, in POSIX spelling. Which folders hold specs is said by the language (`spec_files`).
"""

from __future__ import annotations

from mlspec.language.yaml.spec_files import ENVIRONMENTS, PROJECT_FILE, SPECS

__all__ = ["ENVIRONMENTS", "PROJECT_FILE", "SPECS"]

REGISTRY, CLAIMS = "registry", "promotions"

WORKFLOWS = ".github/workflows"
FORGEJO_WORKFLOWS = ".forgejo/workflows"
WORKFLOW_PLACES = (WORKFLOWS, FORGEJO_WORKFLOWS)
"""Where a provider of CI looks for them: `ci.provider`."""
PIPELINES = "pipelines"
DATA, FEATURES, LABELS, MODELS = f"{PIPELINES}/data", f"{PIPELINES}/features", f"{PIPELINES}/labels", f"{PIPELINES}/models"
STEPS = f"{PIPELINES}/steps"
FOLDERS = {"source": DATA, "features": FEATURES, "labels": LABELS, "model": MODELS, "step": STEPS}
"""The generated folders, by the kind of object: a folder below them an object."""

LOCAL = ".mlspec"
LEDGER = f"{LOCAL}/ledger.json"
SCHEMAS = f"{LOCAL}/schemas/v1"
APPLY_LOCK = f"{LOCAL}/lock"
CACHE, STATE, PULL_REQUESTS = f"{LOCAL}/cache", f"{LOCAL}/state", f"{LOCAL}/pull-requests"
"""This machine's, which Git ignores, as it does the lock."""
ARTIFACTS, MODEL_CACHE, INPUT_CACHE, SEEDS = f"{CACHE}/artifacts", f"{CACHE}/models", f"{CACHE}/inputs", f"{CACHE}/seeds"
MIXES = f"{CACHE}/mixes"
"""Answers of recipes that were mixed of two commits, by content."""
RUN_LOCK, EJECTING = f"{STATE}/run.lock", f"{STATE}/eject.json"
EXPERIMENTS = f"{STATE}/experiments"
EXPERIMENTS_LOCK, LOOKS = f"{STATE}/experiments.lock", f"{STATE}/looks.jsonl"
"""Scratch clones of experiments while they run, a folder each; and which models were looked at on which test rows."""
ONLINE = f"{STATE}/online"
CI_PLAN, PROPOSALS = f"{STATE}/ci/plan.json", f"{STATE}/ci/proposals"


SOURCE_STATE = "source.json"
"""In a source's folder: what the last reading left for the next one."""


def tuning_place(model: str) -> str:
    """Where a search keeps, on this machine, the trials that ended, while it runs; and afterwards how long it took."""
    return f"{CACHE}/tune/{model}"


def workflows_of(provider: str) -> str:
    """The folder of the generated workflows."""
    return FORGEJO_WORKFLOWS if provider == "forgejo" else WORKFLOWS


def batch_environment(name: str) -> str:
    """The GitHub environment in which the batches of an environment are scored by schedule, without its reviewers."""
    return f"{name}-batch"


def source_folder(name: str) -> str:
    return f"{DATA}/{name}"


def source_output(name: str) -> str:
    """The rows that models read."""
    return f"{source_folder(name)}/valid.parquet"


def labels_folder(name: str) -> str:
    return f"{LABELS}/{name}"


def labels_output(name: str) -> str:
    """The settled labels that models are joined with."""
    return f"{labels_folder(name)}/labels.parquet"


def features_folder(name: str) -> str:
    return f"{FEATURES}/{name}"


def features_output(name: str) -> str:
    """A FeatureSet's rows."""
    return f"{features_folder(name)}/features.parquet"


def online_file(name: str, definition: str) -> str:
    """The rows of a FeatureSet that are read when serving, of one definition of it (`sha256:<hex>`)."""
    return f"{ONLINE}/{name}/{definition.removeprefix('sha256:')[:12]}.sqlite"


def rows_of(ref: str) -> str:
    """The rows that others read of `source/NAME`, `features/NAME` or `labels/NAME`."""
    kind, _, name = ref.partition("/")
    return {"features": features_output, "labels": labels_output}.get(kind, source_output)(name)


def model_folder(name: str) -> str:
    return f"{MODELS}/{name}"


def step_folder(name: str) -> str:
    return f"{STEPS}/{name}"


def step_metrics(name: str) -> str:
    """The numbers of a Step that KPIs may name, as its last run wrote them."""
    return f"{step_folder(name)}/metrics.json"


def object_folder(ref: str) -> str:
    """The generated folder of `source/NAME`, `features/NAME`, `labels/NAME`, `model/NAME` or `step/NAME`."""
    kind, _, name = ref.partition("/")
    return f"{FOLDERS[kind]}/{name}"


def object_in(folder: str) -> str:
    """The object of a generated folder, as the command line names it; empty for what is none."""
    group, _, name = folder.rpartition("/")
    return next((f"{kind}/{name}" for kind, place in FOLDERS.items() if place == group), "")


def lock_of(folder: str) -> str:
    """The `dvc.lock` of a generated folder."""
    return f"{folder}/dvc.lock"


def is_made(path: str) -> bool:
    """Whether a path is below the generated folders: a stage made it, or `apply` did."""
    return path.startswith(f"{PIPELINES}/")


def record_path(model: str, version: str) -> str:
    """The registry record of a version."""
    return f"{REGISTRY}/{model}/{version}.yaml"


def environment_folder(environment: str) -> str:
    return f"{ENVIRONMENTS}/{environment}"


def environment_file(environment: str, deployment: str) -> str:
    """Where a Deployment stands that mlspec writes."""
    return f"{environment_folder(environment)}/{deployment}.yaml"


def state_folder(environment: str) -> str:
    """What this machine knows of its servers in an environment."""
    return f"{STATE}/{environment}"


def pull_request_text(branch: str) -> str:
    """Where people find the text of a proposal's pull request: `mlspec/refresh/x` -> `.mlspec/pull-requests/refresh-x.md`."""
    return f"{PULL_REQUESTS}/{branch.removeprefix('mlspec/').replace('/', '-')}.md"
