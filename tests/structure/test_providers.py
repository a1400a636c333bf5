"""Who is built with which cryptography: what is installed has libsodium's and nothing in front of
it; toys and remembered answers are for simulators, fuzzers and tests."""
import re

import pytest
from source import BUILD, PURE, TREE, files, plant
from test_purity import defined, foreign, symbols, variables

# What the real functions of a file of crypto/ cannot do without.
REAL = {
    "hash_parts": "crypto_generichash_blake2b_final",
    "aead_seal": "crypto_aead_chacha20poly1305_ietf_encrypt",
    "agree": "crypto_scalarmult_curve25519",
    "identity_of": "crypto_sign_ed25519_seed_keypair",
}
INSTALLED = ["daemon/meshpd", "daemon/meshpd-lo2", "tools/meshctl"]
TOYS = BUILD / "crypto/libcrypto_toy.a"
OUTSIDE = "crypto/ipsec_mb"  # a provider that drivers hand down


def not_real(program):
    """Functions of crypto/ that a program has from elsewhere, or that something stands before."""
    names = {name.split("@")[0] for name, _, _ in symbols(program)}
    return sorted([function for function, primitive in REAL.items()
                   if function in names and primitive not in names]
                  + [name for name in names if name.startswith("__wrap_")])


def knowing_ipsec_mb(tree):
    """Files of the pure rooms that name the other provider or its header."""
    return [str(path.relative_to(tree)) for path in files(tree, ".c", ".h", rooms=PURE)
            if not path.is_relative_to(tree / OUTSIDE)
            and re.search(r"ipsec.mb|IMB_", path.read_text(), re.IGNORECASE)]


def test_no_pure_room_knows_another_provider():
    assert knowing_ipsec_mb(TREE) == []
    for room in PURE:
        asked = {name for name, kind, _ in symbols(BUILD / room / f"lib{room}.a") if kind == "U"}
        assert not [name for name in asked if "mb_mgr" in name or "ipsec" in name], room


def test_a_room_that_knows_is_noticed(tmp_path):
    tree = plant(tmp_path, node__frame_c="#include <intel-ipsec-mb.h>\n", node__send_c="",
                 crypto__aead_c='#include "crypto/ipsec_mb/provider.h"\n',
                 crypto__ipsec_mb__provider_c="IMB_MGR *manager;\n")
    assert sorted(knowing_ipsec_mb(tree)) == ["crypto/aead.c", "node/frame.c"]


@pytest.mark.parametrize("program", INSTALLED)
def test_what_is_installed_has_real_cryptography(program):
    assert {"hash_parts", "identity_of"} & defined(BUILD / program), "looked at the wrong names"
    assert not_real(BUILD / program) == []


def test_toys_and_remembered_answers_are_noticed():
    assert not_real(BUILD / "sim/meshsim-toy") == sorted(REAL)
    assert not_real(BUILD / "sim/meshsim") == ["__wrap_agree", "__wrap_agree_pair_of",
                                               "__wrap_identity_verify"]


def test_toys_offer_what_the_real_ones_do_and_are_as_pure():
    assert defined(TOYS) == defined(BUILD / "crypto/libcrypto.a")
    asked = foreign(TOYS, defined(BUILD / "base/libbase.a"))
    assert asked == [] and variables(TOYS) == []
    needed = {name for name, kind, _ in symbols(TOYS) if kind == "U"}
    assert {name for name in needed if name.startswith("crypto_")} == set()


def test_rooms_are_linked_with_no_cryptography_of_their_own():
    for room in ["meshp", "mesharp", "node", "sim"]:
        assert not set(REAL) & defined(BUILD / room / f"lib{room}.a"), room
