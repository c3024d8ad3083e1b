"""Is what is proposed, or deployed, what was evaluated? Everything recomputed; nothing that a person could have typed is believed."""
