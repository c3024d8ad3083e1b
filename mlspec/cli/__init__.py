"""The command line: one verb a file, which only prints."""
