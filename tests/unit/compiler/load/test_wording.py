"""Every pattern of the language is told to users in words, not as an expression."""

from __future__ import annotations

import json
import re

from mlspec.compiler.load.wording import PATTERNS
from mlspec.language.kinds.catalog import KINDS


def test_every_pattern_has_words_and_no_words_are_left_over() -> None:
    text = "".join(json.dumps(model.model_json_schema()) for model in KINDS.values())
    used = {found.encode().decode("unicode_escape") for found in re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', text)}
    assert used == set(PATTERNS)
