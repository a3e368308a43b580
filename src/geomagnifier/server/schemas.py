"""Bodies of the service as JSON Schemas, for its description.

What is sent to it, and what it sends back.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from geomagnifier.export.answer_json import schema as answer_schema
from geomagnifier.server.requests import AskRequest

_TEXT, _NUMBER, _WORDS = (
    {"type": "string"},
    {"type": "number"},
    {"type": "array", "items": {"type": "string"}},
)
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
        "warnings": _WORDS,
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
"""How far a job is, as `server.facts` has it."""


def sent(kind: type[BaseModel] | None = None) -> dict[str, Any]:
    """What a request's body may be. kind: its fields; None for a picture."""
    picture = {"type": "string", "format": "binary"}
    form: dict[str, Any] = {"type": "object", "properties": {"file": picture}}
    content: dict[str, Any] = {"multipart/form-data": {"schema": form}}
    if kind is None:
        content["image/*"] = {"schema": picture}
    else:
        schema = kind.model_json_schema()
        form["properties"] |= schema["properties"]
        content = {"application/json": {"schema": schema}} | (content if kind is AskRequest else {})
    return {"requestBody": {"required": True, "content": content}}


def answered(
    status: int, description: str, schema: dict[str, Any]
) -> dict[int | str, dict[str, Any]]:
    """A reply of this status."""
    return {
        status: {"description": description, "content": {"application/json": {"schema": schema}}}
    }
