"""From what was found to specs: which facts stand under which keys, each with its place as a comment."""
