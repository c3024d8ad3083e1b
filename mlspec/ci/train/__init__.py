"""One shard of the plan."""
