"""A room includes only the rooms before it, and always by the full name "room/file.h"."""
import re

from source import MAY_INCLUDE, TREE, files, plant


def strays(tree):
    complaints = []
    for path in files(tree, ".c", ".h"):
        room = path.relative_to(tree).parts[0]
        for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), re.MULTILINE):
            if name.split("/")[0] not in [room, *MAY_INCLUDE[room]] or "/" not in name:
                complaints.append(f"{path.relative_to(tree)} includes {name}")
    return complaints


def test_rooms_include_only_earlier_rooms():
    assert strays(TREE) == []


def test_a_look_ahead_is_noticed(tmp_path):
    tree = plant(tmp_path, base__bytes_c='#include "node/node.h"\n',
                 link__udp_c='#include "meshp/wire.h"\n', node__send_c='#include "node.h"\n',
                 tools__ctl_c='#include "base/bytes.h"\n#include "tools/ctl.h"\n')
    assert strays(tree) == ["base/bytes.c includes node/node.h", "link/udp.c includes meshp/wire.h",
                            "node/send.c includes node.h"]


def test_there_is_something_to_look_at():
    assert {path.relative_to(TREE).parts[0] for path in files(TREE, ".c")} == set(MAY_INCLUDE)
