#!/usr/bin/env bash
# Good guess: a study of ten trials that is interrupted after five, loaded from its storage and gone on with under the same seed, has the ten
#             trials that it would have had.
# Seen:       trials 5 to 9 are trials 0 to 4 once more, to the last digit: the sampler's generator starts anew, and its first (random) trials
#             don't look at what is known. Half the budget is spent on what was tried.
# Versions:   Optuna 5.0.0.
# Source:     Optuna's tutorial on resuming says that the sampler is not in the storage and is to be pickled beside it; that a seed repeats is not said.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'optuna==5.0.0' >/dev/null
cat > ask.py <<'PY'
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def go_on(trials):
    study = optuna.create_study(
        study_name="s", storage="sqlite:///s.db", load_if_exists=True, sampler=optuna.samplers.TPESampler(seed=7)
    )
    study.optimize(lambda t: (t.suggest_float("x", -5, 5) - 1) ** 2, n_trials=trials)
    return [t.params["x"] for t in study.trials]


go_on(5)
xs = go_on(5)
print("repeated" if xs[:5] == xs[5:] else "new")
PY
seen=$(venv/bin/python -W ignore ask.py)
echo "trials 5 to 9 after a resumption: $seen"
[ "$seen" = repeated ]
