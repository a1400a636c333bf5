"""The Debian packages are of the version that the programs say they are."""
import re

from source import TREE, plant


def versions(tree):
    """What meson.build and debian/changelog say."""
    built = re.search(r"version: '([^']+)'", (tree / "meson.build").read_text())
    packaged = re.match(r"meshpd \(([^)]+)\)", (tree / "debian/changelog").read_text())
    return {built[1], packaged[1]}


def test_packages_and_programs_are_of_one_version(tmp_path):
    assert len(versions(TREE)) == 1
    other = plant(tmp_path, meson_build="version: '0.2.0'",
                  debian__changelog="meshpd (0.1.0) unstable")
    assert len(versions(other)) == 2
