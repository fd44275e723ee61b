"""Measurements: `python -m tests.load` (`make bench`). Ratios within one run; absolutes vary."""
