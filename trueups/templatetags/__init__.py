"""Template tags of true-ups."""
