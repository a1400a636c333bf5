"""BLAKE2b (RFC 7693) as section 0 of meshp.md names it: BLAKE2b-n gives n bits, and below 128 bits
the first bytes of BLAKE2b-128, so the length in the parameter block is never less than 16."""
import hashlib
import hmac


def blake2b(bits, data, key=b""):
    return hashlib.blake2b(data, digest_size=max(bits, 128) // 8, key=key).digest()[:bits // 8]


def same(one, other):
    return hmac.compare_digest(one, other)
