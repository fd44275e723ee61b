"""Provisioning: views."""
