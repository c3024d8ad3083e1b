"""What the generated workflows run: plan, train, gather, record, refresh, retrain, propose. A person can run each with the same result."""
