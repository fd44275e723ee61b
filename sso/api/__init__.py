"""Single sign-on: operations of the API."""
