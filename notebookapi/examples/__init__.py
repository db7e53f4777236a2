"""Requests that are kept, and what they were answered. Knows neither notebook nor export."""
