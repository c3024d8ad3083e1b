"""The repository's settings on GitHub: what makes a pull request the only way in, and lets the workflows do their work."""
