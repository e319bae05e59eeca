"""No text, list or map of a request is without its most: what comes in is bounded before a verb reads it.

The schemas are read one operation at a time: the whole description knows two bodies of one name only once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from huiying.api.urls import api

KINDS = ("body", "query", "form")
# Free by their nature, each with what bounds it.
BOUNDED_ELSEWHERE = {
    "POST /sources: config": "a tool's own settings, read by its adapter (`listening.adapters`)",
    "POST /sources: config<name>": "the same",
    "POST /sources/{pk}/edit: config": "the same",
    "POST /sources/{pk}/edit: config<name>": "the same",
}


def asked_for() -> Iterator[tuple[str, type[BaseModel]]]:
    """Each operation, and each model that its request has to fit."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for model in operation.models:
                    if getattr(model, "__ninja_param_source__", None) in KINDS:
                        yield f"{operation.methods[0]} {prefix}{path}", model


def unbounded(schema: dict[str, Any], known: dict[str, Any], place: str = "") -> Iterator[str]:
    """The places in a JSON schema that may be as long as somebody likes."""
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    for either in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from unbounded(either, known, place)
    kind = schema.get("type")
    if kind == "string" and not {"maxLength", "enum", "const", "format", "pattern"} & set(schema):
        yield place
    if kind == "array":
        yield from () if "maxItems" in schema else (place,)
        yield from unbounded(schema.get("items", {}), known, f"{place}[]")
    if kind == "object":
        others = schema.get("additionalProperties")
        if others:
            yield from () if "maxProperties" in schema else (place,)
            yield from unbounded(others if isinstance(others, dict) else {}, known, f"{place}{{}}")
            yield from unbounded(schema.get("propertyNames", {"type": "string"}), known, f"{place}<name>")
        for name, field in schema.get("properties", {}).items():
            yield from unbounded(field, known, f"{place}.{name}" if place else name)


def test_an_unbounded_text_is_seen() -> None:
    known = {"A": {"type": "object", "properties": {"t": {"type": "string"}, "n": {"type": "string", "maxLength": 3}}}}
    assert list(unbounded({"type": "array", "items": {"$ref": "#/$defs/A"}, "maxItems": 2}, known)) == ["[].t"]
    assert list(unbounded({"type": "object", "additionalProperties": True}, {}, "m")) == ["m", "m<name>"]


def test_no_field_of_a_request_is_without_its_most() -> None:
    found = set()
    for operation, model in asked_for():
        schema = model.model_json_schema()
        for place in unbounded(schema, schema.get("$defs", {})):
            found.add(f"{operation}: {place.removeprefix('data.').removeprefix('body.')}")
    assert found == set(BOUNDED_ELSEWHERE), "\n".join(sorted(found ^ set(BOUNDED_ELSEWHERE)))
