"""The schemas of docs/schema: which there are, whether an answer is as they say, and an answer made
of one alone, for a socket that lies."""
import json

from jsonschema import Draft202012Validator, RefResolver
from mesh import TREE

FOLDER = TREE / "docs/schema"
SCHEMAS = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}


def complaints(name, answer):
    """What of an answer is not as its schema says."""
    schema = SCHEMAS[name]
    resolver = RefResolver(f"{name}.json", schema,
                           store={f"{other}.json": body for other, body in SCHEMAS.items()})
    found = Draft202012Validator(schema, resolver=resolver).iter_errors(answer)
    return [f"{name}: {list(error.absolute_path)}: {error.message}" for error in found]


def sample(schema):
    """The least that fits a part of a schema: every member, every list with one entry."""
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[-1])
    kind = schema["type"] if isinstance(schema["type"], str) else schema["type"][0]
    if kind == "object":
        made = {name: sample(part) for name, part in schema.get("properties", {}).items()}
        return made or {"some_name": sample(schema["additionalProperties"])}
    if kind == "array":
        return [sample(schema["items"])]
    return {"string": "beef:1::2", "integer": 1, "number": 0.5, "boolean": True}[kind]


def parts(schema):
    """All parts of a schema, itself first."""
    yield schema
    for part in schema.get("properties", {}).values():
        yield from parts(part)
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield from parts(schema[name])
    for part in schema.get("oneOf", []):
        yield from parts(part)
