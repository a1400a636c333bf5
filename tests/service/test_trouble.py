"""What goes wrong at start is said where an operator looks, in `systemctl status` and the journal,
with what to do about it; it ends in a unit that is failed, not in one that starts for ever."""
import pytest
from mesh import wait_for

STATE = "/var/lib/meshpd"
BEYOND_REPAIR = 2  # a configuration that only a person can mend is not tried again
FEW = 5
DROP_INS = "/etc/systemd/system/meshpd.service.d"
LIMITED = f"mkdir {DROP_INS}\nprintf '[Unit]\\nStartLimitBurst={FEW}\\n' >{DROP_INS}/few.conf"


@pytest.fixture
def machine(rack):
    """A machine that gives up after fewer starts than others, to save time."""
    return rack.up("alice", prepare=LIMITED)[0]


def fails(machine, status, *words):
    """Starts the service, which must fail with that exit status and say these words."""
    assert machine.systemctl("start", "meshpd", check=False).returncode != 0
    facts = machine.settles("failed")
    assert facts["Result"] == "exit-code"
    if status == BEYOND_REPAIR:
        assert facts["ExecMainStatus"] == str(status)
    restarts = int(facts["NRestarts"])
    assert restarts == 0 if status == BEYOND_REPAIR else 0 < restarts <= FEW
    for word in words:
        # What a process said last may come into the journal after its end.
        wait_for(lambda: word in machine.status(), f"systemctl status says {word}")
        assert any(word in entry["MESSAGE"] for entry in machine.journal())
    assert machine.run("meshctl", "status", check=False).returncode == 3
    return facts


def works_again(machine):
    machine.systemctl("reset-failed", "meshpd")
    machine.start()


@pytest.mark.parametrize("text, words", [
    ("[Mesh]\nZone=many\n", ["/etc/meshpd/meshpd.conf:2: ", "0 to 65535"]),
    ("[Mesh]\nNetworkKeyFile=/etc/meshpd/none\n", ["Mesh.NetworkKeyFile: /etc/meshpd/none"]),
    ("[Daemon]\nUser=nemo\n", ["there is no user 'nemo'", "useradd"]),
])
def test_a_faulty_configuration(machine, text, words):
    machine.configure(text)
    fails(machine, 2, *words)
    machine.configure("")
    works_again(machine)


def test_no_tun_device(machine):
    machine.shell("rm /dev/net/tun")
    facts = fails(machine, 1, "/dev/net/tun: No such file or directory", "modprobe tun")
    assert facts["StatusText"].startswith("/dev/net/tun")
    assert machine.address
    machine.shell("mknod -m 666 /dev/net/tun c 10 200")
    works_again(machine)


def test_a_tun_device_that_only_root_may_open(machine):
    machine.shell("chmod 600 /dev/net/tun")
    machine.start()


def test_a_tun0_of_somebody_else(machine):
    machine.shell("ip link add tun0 type bridge")
    fails(machine, 1, "tun0", "Tun.Name=")


def test_a_state_directory_of_another_owner(machine):
    machine.shell(f"chown daemon {STATE}")
    fails(machine, 1, f"{STATE}: Permission denied", "of the user meshpd runs as")
    machine.shell(f"chown meshpd {STATE}")
    works_again(machine)


def test_no_state_directory(machine):
    machine.shell(f"rmdir {STATE}")
    machine.start()
    shown = machine.run("stat", "-c", "%U %G %a", STATE).stdout
    assert shown.strip() == "meshpd meshpd 700"


def test_an_identity_that_others_may_read(machine):
    machine.start()
    machine.systemctl("stop", "meshpd")
    machine.shell(f"chmod 644 {STATE}/identity")
    fails(machine, 1, f"{STATE}/identity: its mode 644", "chmod 600")


def test_a_full_disk(machine):
    machine.shell(f"mount -t tmpfs -o size=64k,mode=700,uid=meshpd,gid=meshpd tmpfs {STATE}\n"
                  f"dd if=/dev/zero of={STATE}/fill bs=4k 2>/dev/null || true")
    fails(machine, 1, f"{STATE}/identity: cannot be written: No space left", "make room")
    machine.shell(f"rm {STATE}/fill")
    works_again(machine)


def test_who_crashes_at_each_start_stays_failed(rack):
    machine = rack.up("alice")[0]
    machine.write(f"{DROP_INS}/crash.conf",
                  "[Service]\nExecStart=\nExecStart=/bin/sh -c 'kill -SEGV $$$$'\n")
    machine.systemctl("daemon-reload")
    machine.systemctl("start", "meshpd", check=False)
    facts = machine.settles("failed", seconds=30)
    assert facts["Result"] in ("signal", "core-dump") and int(facts["NRestarts"]) == 25
    machine.shell(f"rm -r {DROP_INS}\nsystemctl daemon-reload")
    works_again(machine)
