"""Where the newest row of each key stands for serving: a file of SQLite, or a Redis server. One form of keys and rows for both."""
