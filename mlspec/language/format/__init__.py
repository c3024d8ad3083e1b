"""Rewrites YAML text that people wrote, and keeps their comments: `mlspec fmt` and `mlspec validate --fix`."""
