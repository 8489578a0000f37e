"""The JSON Schema of a case file, so that an editor completes names and marks mistakes while one types."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from conformance.case import Asks
from conformance.sweep.case_file import model


class _WithoutNull(GenerateJsonSchema):
    """A key that may be missing has no default of null: null is not what a missing key means."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 -- pydantic's signature
        """Names speak for themselves."""
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written: JsonSchemaValue = super().default_schema(schema)
        if written.get("default", "") is None:
            del written["default"]
        return written


def schema(asks: Asks) -> dict[str, Any]:
    """The schema of the files in one folder, made from what validates them."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return dialect | model(asks).model_json_schema(schema_generator=_WithoutNull)


def text(asks: Asks) -> str:
    """The schema as it is committed."""
    return json.dumps(schema(asks), indent=2) + "\n"
