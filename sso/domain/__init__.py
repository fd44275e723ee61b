"""Rules of sso: pure."""
