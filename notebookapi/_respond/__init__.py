"""From what an endpoint returns to a response."""
