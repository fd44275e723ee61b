"""Writes what people and organizations decide about signing in."""
