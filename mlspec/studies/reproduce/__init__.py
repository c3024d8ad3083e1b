"""`mlspec reproduce`: is a model what its commit makes?"""
