"""Stock servers on lo2 serve stock clients of another host."""
import hashlib
import os

import pytest
from mesh import wait_for

SIZE = 50_000_000


@pytest.fixture
def server(mesh, folder):
    """Bob, who has a random file in his web and FTP folder; his servers started before meshpd."""
    www = folder / "www"
    www.mkdir()
    (www / "file").write_bytes(os.urandom(SIZE))
    bob = mesh.host("bob", up=False)
    bob.lo2()
    bob.serve(www)
    bob.serve_ftp(www)
    bob.meshpd()
    return bob


@pytest.fixture
def client(mesh, server):
    return mesh.joined(mesh.host("alice"), server)[0]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


FETCHES = {
    "curl over http": "curl -sSf -o {copy} http://[{server}]/file",
    "curl over passive ftp": "curl -sSf -o {copy} ftp://[{server}]/file",
    "curl over active ftp": "curl -sSf -o {copy} --ftp-port - ftp://[{server}]/file",
    "ftp, passive": "tnftp -V -p -o {copy} ftp://[{server}]/file",
    "ftp, active": "tnftp -V -A -o {copy} ftp://[{server}]/file",
}


def test_web_and_ftp_servers_serve_a_neighbour(client, server, folder):
    for what, command in FETCHES.items():
        copy = folder / "copy"
        client.run(*command.format(copy=copy, server=server.address).split())
        assert digest(copy) == digest(folder / "www/file"), what
        copy.unlink()


def test_the_server_sees_the_clients_mesh_address(client, server):
    client.start("curl", "-sS", "--limit-rate", "1M", "-o", "/dev/null",
                 f"http://[{server.address}]/file")
    wait_for(lambda: client.address in server.run("ss", "-6Htn", "sport = :80").stdout,
             "a connection from the client's address")
