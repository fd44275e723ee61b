"""A person in a real browser, on a real demo."""
