"""Keys that a daemon must keep to itself, as a test comes to know them: of the identity from its
file, of a session from the second reader, who is at its other end."""
import base64
import sys

from mesh import TREE

sys.path.insert(0, str(TREE / "tests/reader"))
from meshp.observer import Observer  # noqa: E402

READER = ["env", f"PYTHONPATH={TREE}/tests/reader", "/usr/bin/python3", "-m", "meshp"]


def identity(host):
    """The seed, and how it is written in its file."""
    text = host.run("cat", "/var/lib/meshpd/identity").stdout.split()[1]
    return [base64.b64decode(text), text.encode()]


def session(told, payloads):
    """The keys of a session, both ways, from what the reader was asked to tell and the frames that
    it and the daemon exchanged."""
    observer = Observer.told(told)
    for payload in payloads:
        observer.see(payload)
    return {way.key.key for ways in observer._ways.values() for way in ways}


def shown(keys, text):
    """Those of the keys that are in some bytes, as they are or as people write them."""
    return [key for key in keys
            if any(form in text for form in (key, key.hex().encode(), key.hex().upper().encode(),
                                             base64.b64encode(key)))]
