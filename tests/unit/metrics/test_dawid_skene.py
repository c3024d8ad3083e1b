"""The model of Dawid and Skene on the data of their paper, and against a plain reading of their equations."""

from __future__ import annotations

import numpy as np
import pytest

from mlspec.metrics.dawid_skene import fit

PATIENTS = """
111 1 1 1 1|333 4 3 3 4|112 2 1 2 2|222 3 1 2 1|222 3 2 2 2|222 3 3 2 2|122 2 1 1 1|333 3 4 3 3|222 2 2 2 3|232 2 2 2 3|444 4 4 4 4|222 3 3 4 3|
111 1 1 1 1|222 3 2 1 2|121 1 1 1 1|111 2 1 1 1|111 1 1 1 1|111 1 1 1 1|222 2 2 2 1|222 1 3 2 2|222 2 2 2 2|222 2 2 2 1|222 3 2 2 2|221 2 2 2 2|
111 1 1 1 1|111 1 1 1 1|232 2 2 2 2|111 1 1 1 1|111 1 1 1 1|112 1 1 2 1|111 1 1 1 1|333 3 2 3 3|111 1 1 1 1|222 2 2 2 2|222 3 2 3 2|433 4 3 4 3|
221 2 2 3 2|232 3 2 3 3|333 3 4 3 2|111 1 1 1 1|111 1 1 1 1|121 2 1 1 1|232 2 2 2 2|121 1 1 1 1|222 2 2 2 2
"""
"""Dawid & Skene (1979), table 1: 45 patients, by five anaesthetists, the first of whom judged each three times."""


def votes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = [
        (patient, observer, int(sign) - 1)
        for patient, line in enumerate(PATIENTS.replace("\n", "").split("|"))
        for observer, said in enumerate(line.split())
        for sign in said
    ]
    items, annotators, labels = (np.array(column) for column in zip(*rows, strict=True))
    return items, annotators, labels


def plainly(items: np.ndarray, annotators: np.ndarray, labels: np.ndarray, steps: int) -> np.ndarray:
    """The classes after so many steps of equations 2.3 to 2.5, in products of plain numbers."""
    counts = np.zeros((items.max() + 1, annotators.max() + 1, labels.max() + 1))
    np.add.at(counts, (items, annotators, labels), 1)
    classes = counts.sum(axis=1) / counts.sum(axis=(1, 2))[:, None]
    for _ in range(steps):
        shares = classes.mean(axis=0)
        rates = np.einsum("ij,ikl->kjl", classes, counts)
        rates = rates / rates.sum(axis=2, keepdims=True)
        classes = np.array([shares * np.prod(rates ** own[:, None, :], axis=(0, 2)) for own in counts])
        classes /= classes.sum(axis=1, keepdims=True)
    return classes


def test_the_published_shares_and_error_rates() -> None:
    found = fit(*votes())
    assert found.converged
    assert found.classes.shape == (45, 4)
    assert found.shares.round(2).tolist() == [0.40, 0.42, 0.11, 0.07]
    first = [[0.89, 0.11, 0.0, 0.0], [0.07, 0.88, 0.05, 0.0], [0.0, 0.34, 0.66, 0.0], [0.0, 0.0, 0.56, 0.44]]
    assert found.rates[0].round(2).tolist() == first


def test_it_is_the_equations_of_the_paper() -> None:
    found = fit(*votes())
    assert np.abs(found.classes - plainly(*votes(), found.steps)).max() < 1e-9


def test_order_decides_nothing() -> None:
    items, annotators, labels = votes()
    order = np.random.default_rng(1).permutation(len(items))
    one, other = fit(items, annotators, labels), fit(items[order], annotators[order], labels[order])
    assert np.abs(one.classes - other.classes).max() < 1e-9


def test_one_who_knows_outweighs_two_who_guess() -> None:
    dice = np.random.default_rng(0)
    truth = dice.integers(0, 2, 400)
    said = np.stack([np.where(dice.random(400) < right, truth, 1 - truth) for right in (0.97, 0.97, 0.97, 0.55, 0.55)], axis=1)
    items, annotators = np.repeat(np.arange(400), 5), np.tile(np.arange(5), 400)
    found = fit(items, annotators, said.reshape(-1))
    majority = (said.mean(axis=1) > 0.5).astype(int)
    assert (found.classes.argmax(axis=1) == truth).mean() > (majority == truth).mean()
    assert found.rates[0, 0, 0] == pytest.approx(0.97, abs=0.03)
    assert found.rates[4, 0, 0] == pytest.approx(0.55, abs=0.08)


def test_a_limit_of_steps_is_told() -> None:
    assert not fit(*votes(), steps=2).converged
