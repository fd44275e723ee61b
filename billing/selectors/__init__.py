"""The readers of billing."""
