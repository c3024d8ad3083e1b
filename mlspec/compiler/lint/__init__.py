"""Lint rules: what a sound project says and an experienced reviewer would ask about. One rule a file, found by its name.

A rule is a module `mls1NNN_<what>.py`. Its docstring is its page of the reference (the first line is its title); `SEVERITY` and `ON`
(whether it runs unless asked) are constants; `check(view)` yields findings. Nothing else is to be done for a new rule, but its test.
"""

from mlspec.compiler.lint.choose import Choice, Wish, choose
from mlspec.compiler.lint.registry import Rule, all_rules
from mlspec.compiler.lint.run import lint

__all__ = ["Choice", "Rule", "Wish", "all_rules", "choose", "lint"]
