"""Provisioning: operations of the API."""
