"""Features that name rows are told; amounts, texts and ordinary categories are not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlspec.metrics.identifiers import identifiers


def test_what_names_rows() -> None:
    dice, rows = np.random.default_rng(2), 3000
    frame = pd.DataFrame(
        {
            "number": dice.permutation(rows) + 1,
            "ticket": [f"T-{i}" for i in range(rows)],
            "town": dice.choice([f"town {i}" for i in range(1500)], rows),
            "colour": dice.choice(["red", "green"], rows),
            "area": dice.integers(100, 5_000_000, rows),
            "price": dice.normal(size=rows),
            "note": [f"a note {i}" for i in range(rows)],
        }
    )
    kinds = dict.fromkeys(("number", "area", "price"), "numeric") | {"note": "text"}
    kinds |= dict.fromkeys(("ticket", "town", "colour"), "categorical")
    found = identifiers(frame, kinds, list(map(str, frame.columns)))
    assert found.keys() == {"number", "ticket", "town"}
    assert found["ticket"] == {"distinct": rows, "rows": rows}
    assert identifiers(frame.head(30), kinds, list(map(str, frame.columns))) == {}
