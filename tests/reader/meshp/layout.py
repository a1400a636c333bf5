"""Fixed layouts: a frame, or a part of one, is a row of fields of known width, each a number in
network byte order, a string of bytes or a layout of its own. A Layout reads exactly its own size
and writes what it read; check() refuses what the width alone does not."""
import dataclasses


class Refused(Exception):
    """What must not be acted on; code is the name it is counted under."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def require(holds, code="malformed"):
    if not holds:
        raise Refused(code)


def require_length(data, least, greatest=None):
    require(len(data) >= least, "frame_short")
    require(greatest is None or len(data) <= greatest, "frame_long")


def number(width):
    return dataclasses.field(metadata={"width": width, "as": int})


def octets(width):
    return dataclasses.field(metadata={"width": width, "as": bytes})


def part(layout):
    return dataclasses.field(metadata={"width": layout.size(), "as": layout})


@dataclasses.dataclass(frozen=True)
class Layout:

    @classmethod
    def size(cls):
        return sum(field.metadata["width"] for field in dataclasses.fields(cls))

    @classmethod
    def read(cls, data):
        require(len(data) == cls.size())
        values, at = [], 0
        for field in dataclasses.fields(cls):
            kind, chunk = field.metadata["as"], data[at:at + field.metadata["width"]]
            at += len(chunk)
            values.append(int.from_bytes(chunk, "big") if kind is int
                          else bytes(chunk) if kind is bytes else kind.read(chunk))
        layout = cls(*values)
        layout.check()
        return layout

    def write(self):
        return b"".join(self._chunks())

    def _chunks(self):
        for field in dataclasses.fields(self):
            value, width = getattr(self, field.name), field.metadata["width"]
            chunk = value.to_bytes(width, "big") if field.metadata["as"] is int \
                else value if isinstance(value, bytes) else value.write()
            if len(chunk) != width:
                raise ValueError(f"{field.name} has {len(chunk)} bytes, not {width}")
            yield chunk

    def check(self):
        """Raises Refused if the fields cannot stand as they are."""

    def with_(self, **changes):
        return dataclasses.replace(self, **changes)
