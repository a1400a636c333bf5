"""Who is built with which cryptography: what is installed has libsodium's and nothing in front of
it; toys and remembered answers are for simulators, fuzzers and tests."""
import pytest
from source import BUILD
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


def not_real(program):
    """Functions of crypto/ that a program has from elsewhere, or that something stands before."""
    names = {name.split("@")[0] for name, _, _ in symbols(program)}
    return sorted([function for function, primitive in REAL.items()
                   if function in names and primitive not in names]
                  + [name for name in names if name.startswith("__wrap_")])


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
