"""What the interface files declare is what the daemon answers: each method's real answer and each
error is held against its type, so a file that is out of date is noticed."""
import fcntl
import json
import os
import socket

import pytest
from mesh import TREE
from test_control import Client
from varlink import Interface

FILES = {name: (TREE / f"daemon/{name}.varlink").read_text()
         for name in ("io.meshpd", "org.varlink.service")}
MESHPD, SERVICE = (Interface(text) for text in FILES.values())


def calls(bob):
    """Each method of both interfaces, and parameters it answers to."""
    return {
        "org.varlink.service.GetInfo": {},
        "org.varlink.service.GetInterfaceDescription": {"interface": "io.meshpd"},
        "io.meshpd.Status": {},
        "io.meshpd.Neighbours": {},
        "io.meshpd.Sessions": {},
        "io.meshpd.Routes": {},
        "io.meshpd.Topology": {},
        "io.meshpd.Links": {},
        "io.meshpd.Explain": {"address": bob.address},
        "io.meshpd.Trace": {"address": bob.address, "lane": 3},
        "io.meshpd.Expose": {"what": "tcp/80"},
        "io.meshpd.Exposed": {},
        "io.meshpd.Unexpose": {"what": "tcp/80"},
        "io.meshpd.Reload": {},
        "io.meshpd.Monitor": {},
        "io.meshpd.Capture": {"sealed": True, "snaplen": 64},
    }


def memory():
    """What a capture is written to: more than the daemon asks for, of a size that stays."""
    fd = os.memfd_create("capture", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, 1 << 27)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    return fd


REFUSED = [
    ("org.varlink.service.GetInterfaceDescription", {"interface": "a.b"}, "InterfaceNotFound"),
    ("org.varlink.service.GetInterfaceDescription", {}, "InvalidParameter"),
    ("org.varlink.service.NoSuch", {}, "MethodNotFound"),
    ("io.meshpd.NoSuch", {}, "MethodNotFound"),
    ("Status", {}, "InterfaceNotFound"),
    ("io.meshpd.Status", {"verbose": True}, "InvalidParameter"),
    ("io.meshpd.Explain", {"address": "0", "more": 1}, "InvalidParameter"),
    ("io.meshpd.Trace", {"address": "::1"}, "InvalidParameter"),
    ("io.meshpd.Expose", {}, "InvalidParameter"),
    ("io.meshpd.Monitor", {}, "ExpectedMore"),
    ("io.meshpd.Expose", {"what": "tcp/0"}, "ExposureRefused"),
    ("io.meshpd.Unexpose", {"what": "tcp/81"}, "ExposureRefused"),
]


def declared(name):
    interface, _, member = name.rpartition(".")
    assert interface in FILES
    return (MESHPD if interface == MESHPD.name else SERVICE), member


def test_each_method_answers_what_it_declares(pair):
    alice, bob = pair
    for name, text in FILES.items():
        said = Client(alice).call("org.varlink.service.GetInterfaceDescription", interface=name)
        assert said["parameters"]["description"] == text
    methods = calls(bob)
    assert set(methods) == {f"{interface.name}.{name}" for interface in (MESHPD, SERVICE)
                            for name in interface.methods}
    for method, parameters in methods.items():
        interface, name = declared(method)
        takes, answers = interface.methods[name]
        assert interface.complaints(takes, parameters, name) == []
        client = Client(alice)
        call = json.dumps({"method": method, "parameters": parameters, "more": name == "Monitor"})
        given = [memory()] if name == "Capture" else []
        socket.send_fds(client.socket, [call.encode() + b"\0"], given)
        for fd in given:
            os.close(fd)
        reply = client.reply()
        assert "error" not in reply, reply
        assert reply.get("continues", False) == (name == "Monitor")
        assert interface.complaints(answers, reply["parameters"], name) == []
    # and an answer that differs would be noticed
    status = Client(alice).call("io.meshpd.Status")["parameters"]
    for change in (lambda s: s.pop("zone"), lambda s: s.update(zone="0"),
                   lambda s: s.update(zone=True), lambda s: s.update(more=1),
                   lambda s: s["drops"].update(x="y"), lambda s: s["links"][0].pop("mtu"),
                   lambda s: s["crypto"].update(suites=[1])):
        other = json.loads(json.dumps(status))
        change(other)
        assert len(MESHPD.complaints(MESHPD.methods["Status"][1], other, "Status")) == 1


def test_each_refusal_is_a_declared_error(mesh):
    client = Client(mesh.host("alice"))
    for method, parameters, error in REFUSED:
        reply = client.call(method, **parameters)
        assert reply["error"].endswith(f".{error}"), reply
        interface, name = declared(reply["error"])
        assert interface.complaints(interface.errors[name], reply["parameters"], name) == []
    assert client.call("io.meshpd.Status", verbose=1)["parameters"] == {"parameter": "verbose"}
    assert client.call("a.b.Status")["parameters"] == {"interface": "a.b"}
    assert client.call("io.meshpd.X")["parameters"] == {"method": "io.meshpd.X"}


@pytest.mark.parametrize("text", [
    "interface a.b type X (a: Y)", "interface a.b method lower() -> ()",
    "interface a.b method X()", "interface a.b type X (a: int,)", "interface a.b type X (a: int",
    "interface a.b type X (a: int) type X (b: int)", "interface a.b type X (a: int; b: int)"])
def test_a_description_with_a_fault_is_refused(text):
    with pytest.raises((AssertionError, IndexError)):
        Interface(text)
