"""Widgets: views that live in a front end and reach the server by way of the kernel."""
