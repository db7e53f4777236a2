"""The session's server, and who may talk to it."""
