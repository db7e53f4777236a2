"""Requests made from an operation's own schema, valid and invalid, and what they bring to light."""
