"""What Spark may answer otherwise than DuckDB is refused, never asked."""

from __future__ import annotations

ELSEWHERE = "write it otherwise, or put the rule into ValidationRules without `engine`: it is checked here then"


class Unlike(Exception):
    """Spark has no sure way to answer as DuckDB does; the text says of what: "`lower` folds …"."""
