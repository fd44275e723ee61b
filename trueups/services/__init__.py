"""The only writers of true-ups; keyword-only, one transaction each."""
