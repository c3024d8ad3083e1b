"""The columns that a rolling split adds to rows. Light: the compiler reads it."""

FROM = "forecast_from"
"""In train.parquet: the start of the first fold that may learn from a row; missing where none may."""
FOLD, STEP, SCALE = "forecast_fold", "forecast_step", "forecast_scale"
"""In test.parquet: a row's fold and how many steps after its start it stands, from 1; what its error is divided by in `mase`."""
ADDED = (FROM, FOLD, STEP, SCALE)
