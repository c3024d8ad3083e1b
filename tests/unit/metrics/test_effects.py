"""What a result hangs on: a planted parameter has nearly all, noise nothing, and awful trials rule nothing."""

from __future__ import annotations

import numpy as np

from mlspec.metrics.effects import effects


def test_a_planted_effect_is_found_and_noise_has_none() -> None:
    dice = np.random.default_rng(1)
    settings = [
        {"a": float(a), "b": float(b), "c": str(c)}
        for a, b, c in zip(dice.random(400), dice.random(400), dice.choice(list("xyz"), 400), strict=True)
    ]
    values = [one["a"] * 10 + float(dice.normal()) for one in settings]  # type: ignore[operator]
    found = effects(settings, values)
    assert found["a"] > 0.8 and found["b"] < 0.03 and found["c"] < 0.03
    assert effects(settings, [*values[:-1], 1e9])["a"] > 0.8


def test_of_noise_the_mean_is_nothing() -> None:
    """Without what chance would explain: on average it is nearly 0, where eta squared would be 4/19."""
    dice = np.random.default_rng(2)
    shares = [effects([{"a": float(a)} for a in dice.random(20)], dice.normal(size=20).tolist())["a"] for _ in range(200)]
    assert float(np.mean(shares)) < 0.1


def test_few_trials_tell_nothing() -> None:
    assert effects([{"a": 1.0}] * 9, [1.0] * 9) == {}
    assert effects([{"a": 1.0}] * 12, [1.0] * 12) == {"a": 0.0}
    assert effects([{"a": 1} if i % 2 else {} for i in range(12)], [float(i % 2) for i in range(12)])["a"] > 0.9
