"""Integrations: operations of the API."""
