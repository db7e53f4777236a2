"""This project."""

import notebookapi
from tests.benchmarks.apps import like_fastapi

App = notebookapi.NotebookAPI


def make(kind):
    return like_fastapi.make(notebookapi, App, kind)
