"""A closer look at a judged model, for a report: how its answers err, and what they hang on. Nothing here decides."""
