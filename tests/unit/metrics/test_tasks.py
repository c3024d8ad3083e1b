"""What each task is: named once, and of things that exist."""

from __future__ import annotations

from typing import get_args

import pytest

from mlspec.language.kinds.model import Split, Task
from mlspec.metrics.catalog import METRICS, metric_names
from mlspec.metrics.tasks import TASKS


def test_the_language_knows_the_same_tasks() -> None:
    assert set(get_args(Task)) == set(TASKS)


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
def test_what_a_task_names_is_there_and_is_its_own(task) -> None:
    own = metric_names(task.name)
    assert {*task.metrics, task.usual} <= set(own)
    assert METRICS[task.usual].greater is not None
    assert set(task.splits) <= set(get_args(Split.model_fields["strategy"].annotation))
    assert task.baselines
