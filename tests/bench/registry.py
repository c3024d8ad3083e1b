"""History of a large registry: 1,000 models with 10 versions each, next to GTO on as many tags. Run alone, or by run.py."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.registry_world import Registry, write_registry, write_tags
from timing import Took, judge, line, repeat, run

BIN = Path(sys.executable).parent
MLSPEC, GTO = str(BIN / "mlspec"), str(BIN / "gto")
MODELS, VERSIONS, LIMIT_SECONDS = 1_000, 10, 1
MODEL = "m500"
VERBS = (
    ["history", f"model/{MODEL}"],
    ["history", f"deployment/production/{MODEL}"],
    ["history", "production"],
    ["at", "2026-01-05", "production"],
    ["diff", f"{MODEL}@v1.0.0", f"{MODEL}@v1.9.0"],
    ["lineage", f"{MODEL}@v1.9.0"],
    ["lineage", "source/s500"],
)
THEIRS = (["show"], ["history", MODEL])


def histories(folder: Path, models: int = MODELS) -> list[bool]:
    """Each verb as a whole process, below a second; then GTO on as many tags, and the ratios of `at` and `history` to it.

    GTO gets a repository with nothing but the tags: on the whole registry it takes minutes.
    """
    root = write_registry(folder, Registry(models, VERSIONS, exact=MODEL))
    print(f"{models:,} models x {VERSIONS} versions: as many records, claims, merges and tags; 3 environments", flush=True)
    found: dict[str, Took] = {}
    results: list[Any] = []
    for verb in VERBS:
        took = repeat([MLSPEC, *verb], root)
        found[verb[0]] = found.get(verb[0], took)
        line(f"mlspec {' '.join(verb)}", took)
        results.append(judge("", took.seconds, LIMIT_SECONDS, "s"))
    tags = write_tags(folder.with_name("tags"), Registry(models, VERSIONS))
    for verb, ours in zip(THEIRS, ("at", "history"), strict=True):
        theirs = run([GTO, *verb], tags)
        line(f"gto {' '.join(verb)}", theirs, f"{models * VERSIONS:,} tags")
        results.append(judge(f"mlspec {ours} / gto {verb[0]}", found[ours].seconds / theirs.seconds, 0.2, "x"))
    return results


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        sys.exit(0 if all(histories(Path(name) / "registry")) else 1)
