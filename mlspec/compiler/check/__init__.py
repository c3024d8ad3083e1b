"""What specs mean together: one file a question."""
