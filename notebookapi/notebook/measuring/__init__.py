"""How fast an endpoint answers: a load by a program of its own, and what it came to."""
