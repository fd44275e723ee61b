"""SCIM 2.0: what is spoken at `/scim/v2/`, on the parts of scim2-server and scim2-models."""
