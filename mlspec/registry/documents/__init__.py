"""The evidence pack of a model version: documents for people and programs, made from Git alone; what nobody wrote is said to be missing."""
