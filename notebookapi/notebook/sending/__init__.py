"""Requests that the person sends: from cells, from forms, from kept examples."""
