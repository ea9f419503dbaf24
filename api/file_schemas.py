"""JSON Schemas of files, for both OpenAPI documents."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
_ID: Schema = {"type": "string", "format": "uuid"}
_TEXT: Schema = {"type": "string"}
_FILE: Schema = {"id": _ID, "name": _TEXT, "size": {"type": "integer"}, "type": _TEXT}

#: What an upload is answered with.
FILE: Schema = {"type": "object", "required": list(_FILE), "properties": _FILE}
#: The files of a record, one item per place that names one.
FILES: Schema = {
    "type": "object",
    "required": ["items"],
    "properties": {
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": [*_FILE, "field", "requirement", "at", "by"],
                "properties": {
                    **_FILE,
                    "field": {"type": ["string", "null"]},
                    "requirement": {"type": ["string", "null"]},
                    "at": {"type": "string", "format": "date-time"},
                    "by": {"type": ["object", "null"]},
                },
            },
        }
    },
}
#: The content of a file, in an answer.
CONTENT: Schema = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
#: The one file of a request.
UPLOAD: Schema = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "additionalProperties": False,
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
}
