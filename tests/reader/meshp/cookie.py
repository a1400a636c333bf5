"""mac1, mac2 and the COOKIE (meshp.md, section 6). mac1 shows that the sender knows the receiver's
session key and the network key; mac2 that it receives at the link address it sends from."""
from nacl import bindings
from nacl.exceptions import CryptoError

from . import control
from .digest import blake2b, same
from .layout import Refused, require
from .network import mixed


def mac1_key(receiver_session, network_key):
    return blake2b(256, b"meshp mac1" + receiver_session + mixed(network_key))


def cookie_key(responder_session, network_key):
    return blake2b(256, b"meshp cookie" + responder_session + mixed(network_key))


def before_mac1(frame):
    return frame.as_sent()[:286 if isinstance(frame, control.Initiation) else 234]


def with_mac1(frame, receiver_session, network_key):
    key = mac1_key(receiver_session, network_key)
    return frame.with_(mac1=blake2b(128, before_mac1(frame), key))


def check_mac1(frame, own_session, network_key):
    good = with_mac1(frame, own_session, network_key).mac1
    require(same(good, frame.mac1), "mac1")


def cookie_for(secret, interface, link_address):
    """What r gives to whoever receives at a link address on one of its interfaces."""
    return blake2b(128, interface.to_bytes(4, "big") + link_address, secret)


def with_mac2(initiation, cookie):
    return initiation.with_(mac2=blake2b(128, initiation.as_sent()[:302], cookie))


def check_mac2(initiation, cookies):
    """cookies: that of the current secret and that of the last one."""
    good = [with_mac2(initiation, cookie).mac2 for cookie in cookies]
    require(any(same(mac2, initiation.mac2) for mac2 in good), "cookie")


def demand(initiation, responder_session, network_key, cookie, nonce):
    """The COOKIE frame by which r asks for mac2."""
    key = cookie_key(responder_session, network_key)
    sealed = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        cookie, initiation.mac1, nonce, key)
    hops = control.RELAYED_HOPS if initiation.relayed else control.NEIGHBOUR_HOPS
    header = control.header(control.COOKIE, initiation.source, initiation.destination, hops)
    return control.Cookie(header, initiation.number, nonce, sealed)


def accept(frame, initiation, responder_session, network_key):
    """The cookie in an answer to an INITIATION of our own."""
    require(frame.number == initiation.number, "handshake_unasked")
    key = cookie_key(responder_session, network_key)
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            frame.sealed, initiation.mac1, frame.nonce, key)
    except CryptoError:
        raise Refused("authentication") from None
