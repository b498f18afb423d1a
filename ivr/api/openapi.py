"""The description of the API for programs (OpenAPI 3.1), made of its operations and their types."""

import re
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response

from ivr.api.door import OPEN, api
from ivr.api.operations import KEY, OPERATIONS, PRINTED, REPLAYED, Operation
from ivr.api.problems import Problem
from ivr.services.answers import LONGEST_KEY

REFS = "#/components/schemas/{name}"
PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")
PATHS: dict[str, dict[str, Any]] = {
    "number": {"type": "string", "description": "As printed: digits only."},
    "sid": {"type": "string"},
    "id_": {"type": "integer", "minimum": 1},
}
"""By name in an address."""
ALWAYS = (401, 403, 429, 503)
LIMITS = {
    name: {"schema": {"type": "integer"}, "description": told}
    for name, told in {
        "RateLimit-Limit": "Requests a minute.",
        "RateLimit-Remaining": "How many are left.",
        "RateLimit-Reset": "Seconds until there are all again.",
    }.items()
}


@api.get("/openapi.json")
def openapi() -> Response:
    return Response(_written(), mimetype="application/json")


OPEN.add("api.openapi")


@cache
def _written() -> bytes:
    return msgspec.json.encode(description())


def description() -> dict[str, Any]:
    types = [one for op in OPERATIONS for one in (op.tells, op.takes) if one is not None]
    schemas, components = msgspec.json.schema_components([*types, Problem], ref_template=REFS)
    by_type = dict(zip([*map(str, types), str(Problem)], schemas, strict=True))
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        told = _operation(one, by_type, components)
        paths.setdefault(PLACE.sub(r"{\2}", one.path), {})[one.method.lower()] = told
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Support line",
            "version": "1",
            "description": "Tickets, calls, pages, people and rotas. docs/api.md tells how.",
        },
        "servers": [{"url": api.url_prefix}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(one: Operation, types: dict[str, Any], components: dict[str, Any]) -> Any:
    told: dict[str, Any] = {
        "operationId": one.act.__name__,
        "summary": one.does,
        "description": f"Takes the scope `{one.scope}`.",
        "tags": [one.scope.partition(":")[0]],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": PATHS[name]}
            for _kind, name in PLACE.findall(one.path)
        ],
        "responses": _responses(one, types),
    }
    if one.writes:
        told["parameters"].append(_key())
        if one.takes:
            content = {"application/json": {"schema": types[str(one.takes)]}}
            told["requestBody"] = {"required": True, "content": content}
    elif one.takes:
        named = types[str(one.takes)]["$ref"].rpartition("/")[2]
        told["parameters"] += _query(components[named])
    return told


def _key() -> dict[str, Any]:
    return {
        "name": KEY,
        "in": "header",
        "description": "Sent again with the same key within a day, it is done once.",
        "schema": {"type": "string", "maxLength": LONGEST_KEY, "pattern": f"^{PRINTED}$"},
    }


def _query(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "schema": one} for name, one in schema["properties"].items()
    ]


def _responses(one: Operation, types: dict[str, Any]) -> dict[str, Any]:
    made = one.status == HTTPStatus.CREATED
    headers: dict[str, Any] = dict(LIMITS)
    if made:
        headers["Location"] = {"schema": {"type": "string"}}
    if one.writes:
        headers[REPLAYED] = {"schema": {"type": "string"}}
    names = not one.writes and one.takes is not None
    """Such as a customer's, in a query."""
    good = {
        "description": "Done." if one.writes else "What was asked for.",
        "headers": headers,
        "content": {"application/json": {"schema": types[str(one.tells)]}},
    }
    codes = {*ALWAYS, 400} | ({404} if PLACE.search(one.path) or names else set())
    codes |= {409, 415, 422} if one.writes else set()
    wrong = {
        "content": {"application/problem+json": {"schema": types[str(Problem)]}},
        "headers": LIMITS,
    }
    told = {str(code): {"description": HTTPStatus(code).phrase} | wrong for code in sorted(codes)}
    return {str(int(one.status)): good} | told
