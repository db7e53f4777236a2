"""FastAPI's documentation examples, with FastAPI's own tests of them, run on this package.

One test here for each folder of tests/test_tutorial in FastAPI's source distribution.
"""

from collections.abc import Mapping

import pytest

from tests.conformance.run import PYTHON, Outcome, run_examples

# How many tests each folder has; all of them pass on FastAPI itself. Those of `python_types` are
# left out: they use no FastAPI.
_TESTS = """
    additional_responses=12 additional_status_codes=4 advanced_middleware=3 async_tests=4
    authentication_error_status_code=3 background_tasks=3 behind_a_proxy=10
    bigger_applications=25 body=30 body_fields=8 body_multiple_params=51 body_nested_models=46
    body_updates=7 conditional_openapi=3 configure_swagger_ui=6 cookie_param_models=28
    cookie_params=10 cors=1 custom_docs_ui=8 custom_request_and_route=12 custom_response=25
    dataclasses=8 debugging=4 dependencies=132 encoder=3 events=6 extending_openapi=2
    extra_data_types=4 extra_models=11 first_steps=6 generate_clients=12 graphql=2
    handling_errors=20 header_param_models=40 header_params=26 json_base64_bytes=4 metadata=14
    middleware=2 openapi_callbacks=3 openapi_webhooks=3 opentelemetry=3
    path_operation_advanced_configurations=16 path_operation_configurations=19 path_params=20
    path_params_numeric_validations=68 query_param_models=32 query_params=28
    query_params_str_validations=125 request_body_limits=6 request_files=48
    request_form_models=76 request_forms=16 request_forms_and_files=12
    response_change_status_code=1 response_cookies=2 response_directly=4 response_headers=2
    response_model=33 response_status_code=4 schema_extra_example=16 security=126
    separate_openapi_schemas=6 server_sent_events=15 settings=12 sql_databases=8 static_files=3
    stream_data=15 stream_json_lines=5 strict_content_type=3 sub_applications=4 templates=5
    testing=15 testing_dependencies=14 using_request_directly=2 websockets=16 wsgi=2
"""
TESTS = {name: int(count) for name, count in (each.split("=") for each in _TESTS.split())}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Outcome]:
    if not PYTHON.exists():
        pytest.skip(f"there is no {PYTHON.parents[1].name}: scripts/test makes it")
    folders = [f"test_{name}" for name in TESTS]
    return run_examples(tmp_path_factory.mktemp("examples"), folders, limit=500)


@pytest.mark.slow
@pytest.mark.timeout(600)  # seconds; the first test waits for the run of all
@pytest.mark.parametrize("name", TESTS)
def test_examples(name: str, outcomes: Mapping[str, Outcome]) -> None:
    outcome = outcomes.get(f"test_{name}", Outcome())
    complete = not outcome.failed and outcome.passed == TESTS[name]
    assert complete, f"{TESTS[name]} tests should pass: {outcome}"
