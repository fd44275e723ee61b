"""What pages and the API read of true-ups."""
