"""Drives DVC: runs what is stale and tells a person what goes on."""
