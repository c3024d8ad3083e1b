"""What runs on this machine, brought to what Git declares."""
