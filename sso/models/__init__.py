"""The tables of sso."""
