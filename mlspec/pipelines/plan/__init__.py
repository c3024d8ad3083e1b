"""What would change, retrain and be pruned, and why; and applying it."""
