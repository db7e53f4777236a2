"""Lies beside the notebook."""

__all__ = ["square"]


def square(side):
    return side * side
