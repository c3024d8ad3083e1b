"""Forecasts: rows of series on a grid of times, origins that roll, and one fit for each."""
