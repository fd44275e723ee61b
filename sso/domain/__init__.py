"""Rules of single sign-on, pure."""
