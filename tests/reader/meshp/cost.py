"""The cost of a link (route.md, section 4): µs in computation, on the wire a code of 16 bits, of
which a value has one form."""
MOST = 2**24 - 1
LAST_CODE = 13 << 12 | 2048


def code_of(us):
    """The least code that does not understate it."""
    us = min(max(us, 1), MOST)
    return next(exponent << 12 | -(-us >> exponent) for exponent in range(16)
                if -(-us >> exponent) < 4096)


def of_link(srtt):
    """Of a link of unknown rate that loses nothing, by its smoothed round-trip time in s."""
    return 10 + max(0, round(srtt * 1e6) - 1000) // 2


def is_code(code):
    exponent, mantissa = code >> 12, code & 4095
    return code <= LAST_CODE and mantissa >= (2048 if exponent else 1)


def us_of(code):
    return (code & 4095) << (code >> 12)
