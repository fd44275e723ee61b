"""The tables of provisioning."""
