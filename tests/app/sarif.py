"""What the SARIF 2.1.0 schema asks of the objects we write, and what GitHub code scanning asks beyond it. Nothing else is let in."""

from __future__ import annotations

from typing import Any


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": required | (optional or {}),
        "additionalProperties": False,
    }


TEXT = {"type": "string", "minLength": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
PLACE = {"type": "integer", "minimum": 1}
BAG = {"type": "object", "properties": {"tags": {"type": "array", "items": TEXT, "uniqueItems": True, "maxItems": 20}}}
SHORT = _object({"text": {**TEXT, "maxLength": 1024}})
REGION = _object({"startLine": PLACE, "startColumn": PLACE, "endLine": PLACE, "endColumn": PLACE}, {"snippet": _object({"text": TEXT})})
LOCATION = _object(
    {
        "physicalLocation": _object({"artifactLocation": _object({"uri": {**TEXT, "format": "uri-reference"}}), "region": REGION}),
        "logicalLocations": {
            "type": "array",
            "minItems": 1,
            "items": _object({"name": TEXT, "fullyQualifiedName": TEXT, "kind": TEXT}),
            "uniqueItems": True,
        },
    }
)
RULE = _object(
    {
        "id": {"type": "string", "pattern": r"^[ESPIX]\d\d$"},
        "shortDescription": SHORT,
        "fullDescription": SHORT,
        "help": _object({"text": TEXT, "markdown": TEXT}),
        "defaultConfiguration": _object({"level": LEVEL}),
        "properties": BAG,
    }
)
RESULT = _object(
    {
        "ruleId": TEXT,
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": _object({"text": TEXT}),
        "locations": {"type": "array", "minItems": 1, "maxItems": 1, "items": LOCATION},
        "partialFingerprints": {"type": "object", "minProperties": 1, "additionalProperties": TEXT},
        "properties": BAG,
    }
)
RUN = _object(
    {
        "tool": _object(
            {"driver": _object({"name": TEXT, "version": TEXT, "rules": {"type": "array", "items": RULE, "uniqueItems": True}})}
        ),
        "results": {"type": "array", "items": RESULT, "maxItems": 25_000},
    },
    {"columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]}},
)
LOG = _object({"$schema": {**TEXT, "format": "uri"}, "version": {"const": "2.1.0"}, "runs": {"type": "array", "minItems": 1, "items": RUN}})
