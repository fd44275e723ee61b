"""What pages of single sign-on show."""
