"""What a change of the specs makes easier to pass: thresholds, test sets, rules, policies, holds, and who must agree."""

from mlspec.loosening.compare import loosened
from mlspec.loosening.found import Loosened

__all__ = ["Loosened", "loosened"]
