"""DVC's cache, remotes and listings."""
