"""Items in stock."""

ITEMS = ["tea"]


def load(items):
    return sorted(items)
