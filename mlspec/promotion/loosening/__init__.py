"""What a change of the specs makes easier to pass: thresholds, test sets, rules, policies, holds, and who must agree."""

from mlspec.promotion.loosening.compare import loosened
from mlspec.promotion.loosening.found import Loosened

__all__ = ["Loosened", "loosened"]
