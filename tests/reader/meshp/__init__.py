"""A second reader of MESHP and MESHARP, version 1, written from docs/protocol alone, so that the
text and not the daemon says what the wire is. Bytes become objects and objects the same bytes
again; whatever else arrives raises Refused with the name the text gives it. Nothing here is for
use: it checks captures, makes the test vectors and greets a running daemon."""
