"""Stands for the library, which the tests do without."""
