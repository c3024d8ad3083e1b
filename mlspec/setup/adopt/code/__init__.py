"""Reads Python without running it: names are followed through assignments, functions, files and parameters to what is fitted."""
