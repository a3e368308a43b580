"""The OpenAPI description of bodies."""

from geomagnifier.server import schemas
from geomagnifier.server.requests import AskRequest, SearchRequest


def types(body):
    return set(body["requestBody"]["content"])


def test_an_image_is_sent_alone_or_in_a_form_and_a_question_as_json_or_in_a_form():
    assert types(schemas.request_body(None)) == {"multipart/form-data", "image/*"}
    assert types(schemas.request_body(AskRequest)) == {"application/json", "multipart/form-data"}
    assert types(schemas.request_body(SearchRequest)) == {"application/json"}
    form = schemas.request_body(AskRequest)["requestBody"]["content"]["multipart/form-data"]
    assert {"file", "question", "box"} <= set(form["schema"]["properties"])


def test_all_that_is_required_of_a_job_is_described():
    assert set(schemas.JOB["required"]) <= set(schemas.JOB["properties"])
    described = schemas.response(202, "The job", schemas.JOB)
    assert described[202]["content"]["application/json"]["schema"] is schemas.JOB
