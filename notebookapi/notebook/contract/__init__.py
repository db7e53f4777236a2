"""What changes for the clients of an operation: each change in words, compatible or breaking."""
