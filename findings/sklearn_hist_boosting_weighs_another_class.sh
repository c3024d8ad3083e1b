#!/usr/bin/env bash
# Good guess: of classes 1 and 2, `class_weight={1: 50}` of HistGradientBoostingClassifier makes rows of class 1 count fifty times, as of every other classifier.
# Seen:       it looks for the classes' numbers, 0 and 1, in it: class 2 is number 1 and counts fifty times, and nothing is said. With both classes named, or with
#             classes that are text, it fails: "The classes, [0, 1], are not in class_weight".
# Versions:   scikit-learn 1.9.1.
# Source:     HistGradientBoostingClassifier: "class_weight: Weights associated with classes in the form {class_label: weight}".
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'scikit-learn==1.9.1' >/dev/null
cat > ask.py <<'PY'
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

x = np.random.default_rng(0).normal(size=(400, 1))
y = np.where(x[:, 0] + np.random.default_rng(1).normal(size=400) > 1, 2, 1)
for make in (RandomForestClassifier(max_depth=3, random_state=0), HistGradientBoostingClassifier(max_iter=20)):
    share = [(make.set_params(class_weight=w).fit(x, y).predict(x) == 2).mean() for w in (None, {1: 50})]
    print("fewer" if share[1] < share[0] / 2 else "more" if share[1] > 2 * share[0] else "as many", end="; ")
try:
    make.set_params(class_weight={"yes": 50.0, "no": 1.0}).fit(x, np.where(y == 2, "yes", "no"))
except ValueError as error:
    print(error)
PY
seen=$(venv/bin/python ask.py)
echo "answers of class 2 with class 1 heavier (forest; boosting); classes of text: $seen"
[ "$seen" = "fewer; more; The classes, [0, 1], are not in class_weight" ]
