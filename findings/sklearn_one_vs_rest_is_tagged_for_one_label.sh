#!/usr/bin/env bash
# Good guess: an estimator takes several labels a row where its tag `classifier_tags.multi_label` says so.
# Seen:       OneVsRestClassifier, the documented way to several labels, is tagged False, and learns and answers them; so are MultiOutputClassifier, ClassifierChain
#             and DummyClassifier. All of these are tagged `target_tags.multi_output`, which LogisticRegression is not: only both tags together tell.
# Versions:   scikit-learn 1.9.1.
# Source:     sklearn.utils.ClassifierTags: "multi_label: Whether the classifier supports multi-label output"; user guide 1.12.1.2, OneVsRestClassifier "also supports multilabel classification".
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv venv && venv/bin/pip install -q 'scikit-learn==1.9.1' >/dev/null
cat > ask.py <<'PY'
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.utils import get_tags

model = OneVsRestClassifier(LogisticRegression())
x = np.linspace(0, 1, 40)[:, None]
model.fit(x, np.hstack([x < 0.6, x > 0.4]).astype(int))
tags, plain = get_tags(model), get_tags(LogisticRegression())
print(tags.classifier_tags.multi_label, tags.target_tags.multi_output, plain.target_tags.multi_output, model.predict([[0.5]]).tolist())
PY
seen=$(venv/bin/python ask.py)
echo "multi_label, multi_output, of the plain one, its answer: $seen"
[ "$seen" = "False True False [[1, 1]]" ]
