"""Stage tune: the best parameters by cross-validation of training rows alone -> best.json, trials.jsonl, trials.csv, tuning.json."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics import problem
from mlspec.runtime.context import Context, add_root

if TYPE_CHECKING:
    from mlspec.runtime.tune.kept import Kept
    from mlspec.runtime.tune.samplers import Search
    from mlspec.runtime.tune.trial import Trial
    from mlspec.runtime.tune.waves import Budget

TRAIN = "train.parquet"


def run(context: Context) -> None:
    """Search, look at the winner again on fresh folds, and write what was found; nothing but the training rows is read."""
    from mlspec.runtime.frames import read_frame
    from mlspec.runtime.tune import outcome
    from mlspec.runtime.tune.crew import crew
    from mlspec.runtime.tune.folds import folds_of
    from mlspec.runtime.tune.judge import judge_of
    from mlspec.runtime.tune.kept import Kept, place_of
    from mlspec.runtime.tune.objective import objective
    from mlspec.runtime.tune.range import check_space
    from mlspec.runtime.tune.samplers import search_of
    from mlspec.runtime.tune.trial import best_of
    from mlspec.runtime.tune.waves import search

    began = time.monotonic()
    add_root(context.root)
    plan, rows = context.params["search"], read_frame(context.need(TRAIN))
    inputs = inputs_of(context)
    digest = _digest(context.params, inputs)
    judge = judge_of(context.root, context.params, plan["metric"], rows, {**context.params["split"], "seed": plan["seed"]})
    judge = judge.on(folds_of(judge.rows, plan["folds"], plan["seed"], plan["repeats"]))
    how = search_of(plan, greater=bool(objective(plan).greater))
    check_space(context.root, context.params, how.space)
    kept = Kept(place_of(context), _made_of(context, digest))
    with crew(_hands(context)) as work:
        found = search(how, judge, work, kept, seed=plan["seed"], budget=_budget(context, plan, digest))
        best = best_of(found.trials, greater=how.greater)
        if best is None:
            raise outcome.none_left(found.trials)
        more = _doubts(plan, how, judge, best, work, kept)
    facts = {"params": dict(best.params), "number": best.number, "metric": how.metric, "greater": how.greater}
    facts |= {
        **more,
        "values": list(best.values),
        "trials": outcome.counts(found.trials),
        "stopped": "timeout" if found.stopped else "trials",
    }
    outcome.write(context, found.trials, {**facts, "inputs": inputs, "search": digest})
    kept.close(time.monotonic() - began)
    _tell(found.trials, facts)


def _doubts(plan: Mapping[str, Any], how: Search, judge: Any, best: Trial, work: Any, kept: Kept) -> dict[str, Any]:
    from mlspec.runtime.tune.doubt import look_again, nested

    found = look_again(plan, judge, best, work, kept).form()
    return found | ({"nested": nested(plan, how, judge, work, kept)} if plan.get("nested") else {})


def inputs_of(context: Context) -> dict[str, str]:
    """{input: sha256} of the rows that trials see."""
    from mlspec.runtime.artifact import digest_file

    return {TRAIN: digest_file(context.need(TRAIN))}


def _digest(params: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
    """Of all that decides what the search finds, as far as the stage knows: parameters and rows."""
    text = json.dumps([params, inputs], sort_keys=True, ensure_ascii=True, default=str)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _made_of(context: Context, digest: str) -> str:
    """The same with what else a trial hangs on: code, locks and libraries. Trials of another kind are not gone on with."""
    from mlspec.runtime.artifact import digest_file
    from mlspec.runtime.fence import standing
    from mlspec.runtime.fence.declared import declared_by
    from mlspec.runtime.signature import libraries

    fence = standing()
    declared = fence.declared if fence else declared_by(context)
    files = [context.root / name for name in declared.deps]
    form = [digest, libraries(), {str(path): digest_file(path) for path in files if path.is_file()}]
    return f"sha256:{hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()}"


def _hands(context: Context) -> int:
    from mlspec.runtime.process import threads_of
    from mlspec.runtime.tune.crew import hands

    return hands(int(context.limits.get("workers", 1)), threads_of(context.params))


def _budget(context: Context, plan: Mapping[str, Any], digest: str) -> Budget:
    """By time, unless the result that stands is of an equal search: then as many trials as it had."""
    from mlspec.runtime.tune.apply import BEST
    from mlspec.runtime.tune.waves import Budget

    seconds = plan.get("timeout")
    if seconds is None:
        return Budget()
    path = context.out(BEST)
    try:
        stands = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError as error:
        raise problem("MLS0603", f"`{BEST}` can't be read: {error}", help="`git checkout` it, or remove it to search anew") from error
    recorded = stands["trials"]["all"] if isinstance(stands, dict) and stands.get("search") == digest else None
    return Budget(float(seconds), recorded)


def _tell(trials: Sequence[Trial], facts: Mapping[str, Any]) -> None:
    from mlspec.runtime.report import say

    heard = sorted({text for one in trials for text in one.warnings})
    for text in heard[:3]:
        say(f"tune: warning: {text}")
    if len(heard) > 3:
        say(f"tune: {len(heard) - 3} more warnings of other kinds")
    optimism = facts["optimism"]
    doubt = "" if optimism is None else f"; its optimism is {optimism:.3g}"
    counted = facts["trials"]
    ended = f"{counted['all']} trials ({counted['pruned']} pruned, {counted['failed']} failed)"
    say(f"tune: {ended}: best {facts['metric']} {facts['value']:.6g}, {facts['fresh']:.6g} on fresh folds{doubt}")
    say(f"tune: {json.dumps(facts['params'], ensure_ascii=False)}")
