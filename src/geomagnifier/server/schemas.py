"""JSON Schemas of request and response bodies, for the OpenAPI description."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from geomagnifier.export.answer_json import schema as answer_schema
from geomagnifier.server.requests import AskRequest

_TEXT = {"type": "string"}
_NUMBER = {"type": "number"}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_OR_NONE = {"type": ["string", "null"]}
JOB: dict[str, Any] = {
    "type": "object",
    "required": [
        "id",
        "state",
        "scene",
        "question",
        "done",
        "known",
        "seconds",
        "waited",
        "error",
        "warnings",
    ],
    "properties": {
        "id": _TEXT,
        "state": _TEXT,
        "scene": _OR_NONE,
        "question": _OR_NONE,
        "done": {"type": "integer", "description": "Windows, or pictures of a search."},
        "known": {"type": ["integer", "null"]},
        "seconds": _NUMBER,
        "waited": _NUMBER,
        "error": {"type": ["object", "null"]},
        "warnings": _TEXTS,
        "text": {
            "type": "string",
            "description": "The answer, when the job has ended, as what follows.",
        },
        **{
            name: answer_schema()["properties"][name]
            for name in ("value", "unit", "understood", "complete")
        },
        "files": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Addresses of the answer's files, by name.",
        },
        "meant": {
            "type": "string",
            "description": "What a question that referred back was taken to ask.",
        },
        "hits": {"type": "array", "items": {"type": "object"}, "description": "Of a search."},
        "unreadable": {"type": "array", "items": {"type": "object"}},
    },
}
"""A job as `job_responses.job_json` writes it."""


def request_body(fields: type[BaseModel] | None = None) -> dict[str, Any]:
    """OpenAPI description of a request's body.

    Args:
        fields: model of its JSON; None for an image alone.
    """
    file = {"type": "string", "format": "binary"}
    form: dict[str, Any] = {"type": "object", "properties": {"file": file}}
    content: dict[str, Any] = {"multipart/form-data": {"schema": form}}
    if fields is None:
        content["image/*"] = {"schema": file}
    else:
        schema = fields.model_json_schema()
        form["properties"] |= schema["properties"]
        json = {"application/json": {"schema": schema}}
        content = json | (content if fields is AskRequest else {})
    return {"requestBody": {"required": True, "content": content}}


def response(
    status: int, description: str, schema: dict[str, Any]
) -> dict[int | str, dict[str, Any]]:
    """OpenAPI description of a response.

    Args:
        status: its HTTP status.
        description: when it is sent.
        schema: JSON Schema of its body.
    """
    return {
        status: {"description": description, "content": {"application/json": {"schema": schema}}}
    }
