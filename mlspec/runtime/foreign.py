"""Models that are no Python objects: an ONNX graph, or a program in any language. They answer in their own way, and say which."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Answers = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any] | None]

ForeignKind = Literal["onnx", "program"]


class Foreign(ABC):
    """`reason`: for people, how it answers. `has_shares`: whether it gives probabilities, in the order of the signature's classes."""

    kind: ForeignKind
    reason: str
    has_shares: bool
    by_matrix: Any = None
    """A scorer of matrices (see `runtime.compiled.scorer`), where it takes one of numbers."""
    n_features_in_: int

    @abstractmethod
    def answers(self, features: pd.DataFrame) -> Answers:
        """For n > 0 rows that `prepare` returned: values (n,), or labels of the signature; and shares (n, classes), or None.

        Raises MLS0665 and MLS0668 for what it can't answer, or answers otherwise than it must.
        """

    def keep(self) -> None:  # noqa: B027 - most have nothing to keep
        """Be ready for many questions, one after another."""

    def close(self) -> None:  # noqa: B027
        """Let go of what `keep` holds."""
