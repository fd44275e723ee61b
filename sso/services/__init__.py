"""Writers of single sign-on."""
