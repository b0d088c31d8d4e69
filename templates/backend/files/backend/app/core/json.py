"""JSON as it is stored: the same bytes for the same value on every database."""

import json


def dump_json(value: object) -> str:
    """The value as JSON text with letters as they are; numbers that JSON does not know are refused."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
