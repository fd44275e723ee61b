"""Reads what people and organizations decided about signing in."""
