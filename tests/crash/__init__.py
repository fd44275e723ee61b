"""Kills what takes and counts usage, again and again: `python -m tests.crash` (`make crash`)."""
