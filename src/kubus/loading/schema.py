"""The JSON Schema of model files, made from their shapes.

Source: https://json-schema.org/draft/2020-12
"""

import json
from pathlib import PurePosixPath
from typing import Any

from kubus.loading.shapes import FILE, MAPS, Map, camel_case, ref

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Where the schema lies in a project, from its root.
SCHEMA_FILE = "model.schema.json"


def model_schema() -> dict[str, Any]:
    """The schema of one YAML file of a model; of templates, of what they render to."""
    definitions = {name: object_schema(written) for name, written in MAPS.items()}
    nested = {
        "type": "object",
        "properties": {key: {"type": "array", "items": ref("row_filter")} for key in ("and", "or")},
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }
    definitions["row_filter"] = {"anyOf": [ref("row_test"), nested]}
    return {
        "$schema": DIALECT,
        "title": "kubus data model",
        "description": "A file of cubes and views. Keys may be written in snake_case or camelCase.",
        **object_schema(Map(FILE)),
        "type": ["object", "null"],
        "$defs": definitions,
    }


def schema_text() -> str:
    """The schema as a file."""
    return json.dumps(model_schema(), indent=2, ensure_ascii=False) + "\n"


def naming_schema(path: str, text: str) -> str:
    """A model file with the line by which editors find the schema; `path` is the file's, from the project's root."""
    upwards = "../" * (len(PurePosixPath(path).parts) - 1)
    return f"# yaml-language-server: $schema={upwards or './'}{SCHEMA_FILE}\n{text}"


def object_schema(written: Map) -> dict[str, Any]:
    """A map by its keys. Keys in camelCase are right as well, and not what an editor proposes."""
    properties = {name: {**key.shape, "description": key.means} for name, key in written.keys.items()}
    older = {
        f"^{camel_case(name)}$": {"$ref": key.shape["$ref"]} if "$ref" in key.shape else dict(key.shape)
        for name, key in written.keys.items()
        if "_" in name
    }
    needs = [
        {"anyOf": [{"required": [spelt]} for name in group for spelt in dict.fromkeys((name, camel_case(name)))]}
        for group in written.needs
    ]
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if older:
        schema["patternProperties"] = older
    if needs:
        schema["allOf"] = needs
    return schema
