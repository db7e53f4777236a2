"""FastAPI, the reference, as it comes."""

import fastapi

from tests.benchmarks.apps import like_fastapi

App = fastapi.FastAPI


def make(kind):
    return like_fastapi.make(fastapi, App, kind)
