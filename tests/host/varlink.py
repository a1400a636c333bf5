"""Varlink's interface language (varlink.org), as much of it as there is: a description is read into
types, and an answer is held against the type its method declares."""
import re

TOKEN = re.compile(r"\s+|#[^\n]*|(->|\[string\]|\[\]|[?(),:]|[A-Za-z][A-Za-z0-9_.-]*)")
FIELD = re.compile(r"[A-Za-z](_?[A-Za-z0-9])*$")
NAME = re.compile(r"[A-Z][A-Za-z0-9]*$")
PLAIN = {"bool": bool, "int": int, "string": str, "float": (int, float), "object": object}


def tokens(text):
    at, found = 0, []
    while at < len(text):
        match = TOKEN.match(text, at)
        assert match, f"what is this: {text[at:at + 30]!r}"
        found += [match[1]] if match[1] else []
        at = match.end()
    return found


class Interface:
    """name; types, errors: name -> type; methods: name -> (parameters, results). A type is a word,
    or a tuple: ("maybe", T), ("list", T), ("map", T), ("enum", words), ("struct", {field: T})."""

    def __init__(self, text):
        self.rest = tokens(text)
        self.types, self.methods, self.errors = {}, {}, {}
        self.take("interface")
        self.name = self.rest.pop(0)
        while self.rest:
            self.member()
        for kind in list(self.types.values()) + list(self.errors.values()) + \
                [side for sides in self.methods.values() for side in sides]:
            self.known(kind)

    def take(self, word):
        assert self.rest and self.rest[0] == word, f"{word!r} expected at {self.rest[:5]}"
        self.rest.pop(0)

    def member(self):
        word, name = self.rest.pop(0), self.rest.pop(0)
        assert NAME.match(name), name
        assert name not in (self.types | self.methods | self.errors), f"{name} is there twice"
        if word == "method":
            parameters = self.struct()
            self.take("->")
            self.methods[name] = parameters, self.struct()
        else:
            assert word in ("type", "error"), word
            (self.types if word == "type" else self.errors)[name] = self.struct()

    def struct(self):
        """Fields with types, or, without, the words of an enum."""
        self.take("(")
        fields = {}
        while self.rest[0] != ")":
            name = self.rest.pop(0)
            assert FIELD.match(name) and name not in fields, name
            fields[name] = None
            if self.rest[0] == ":":
                self.take(":")
                fields[name] = self.type()
            if self.rest[0] != ")":
                self.take(",")
                assert self.rest[0] != ")"
        self.take(")")
        if fields and not any(fields.values()):
            return "enum", tuple(fields)
        assert all(fields.values())
        return "struct", fields

    def type(self):
        for sign, kind in ("?", "maybe"), ("[]", "list"), ("[string]", "map"):
            if self.rest[0] == sign:
                self.take(sign)
                return kind, self.type()
        return self.struct() if self.rest[0] == "(" else self.rest.pop(0)

    def known(self, kind):
        if isinstance(kind, str):
            assert kind in PLAIN or kind in self.types, f"there is no type {kind}"
        elif kind[0] == "struct":
            for inner in kind[1].values():
                self.known(inner)
        elif kind[0] != "enum":
            self.known(kind[1])

    def complaints(self, kind, value, where=""):
        """What about a value is not of that type."""
        if isinstance(kind, str) and kind in self.types:
            return self.complaints(self.types[kind], value, where)
        if isinstance(kind, str):
            fits = isinstance(value, PLAIN[kind]) and (kind == "bool") == isinstance(value, bool)
            return [] if fits or kind == "object" else [f"{where}: {value!r} is no {kind}"]
        sort, inner = kind
        if sort == "maybe":
            return [] if value is None else self.complaints(inner, value, where)
        if sort == "enum":
            return [] if value in inner else [f"{where}: {value!r} is none of {inner}"]
        if not isinstance(value, list if sort == "list" else dict):
            return [f"{where}: {value!r} is no {sort}"]
        if sort == "struct":
            return self.struct_complaints(inner, value, where)
        pairs = enumerate(value) if sort == "list" else value.items()
        return [line for key, entry in pairs
                for line in self.complaints(inner, entry, f"{where}[{key}]")]

    def struct_complaints(self, fields, value, where):
        lines = [f"{where}.{name} is not declared" for name in value if name not in fields]
        for name, kind in fields.items():
            if name in value:
                lines += self.complaints(kind, value[name], f"{where}.{name}")
            elif kind[0] != "maybe":
                lines.append(f"{where}.{name} is missing")
        return lines
