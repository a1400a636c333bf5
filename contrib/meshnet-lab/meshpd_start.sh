#!/bin/sh
# Starts meshpd in the network namespace this runs in, for meshnet-lab: copy this file and
# meshpd_stop.sh to its protocols/, then `./software.py start meshpd`. It is handed to sh as input,
# once a node. Returns when tun0 has its address, which `./ping.py` asks for.

address="$1"
id="$2"

echo "start meshpd on ${address} in ${id}"

folder="/tmp/meshpd-${id}"
mkdir -p "$folder"
if id meshpd >/dev/null 2>&1; then
	user=meshpd
	chown meshpd: "$folder"
fi

ip link set lo up
ip link set uplink up
# Lanes on a thread of their own are of no use to hundreds of nodes on one machine.
nohup meshpd Link.Match=uplink Daemon.Workers=0 Daemon.User="$user" \
	Paths.StateDirectory="$folder" Paths.ControlSocket="$folder/control" \
	</dev/null >"$folder/log" 2>&1 &
echo $! >"$folder/pid"

for try in $(seq 100); do
	if ip -6 address show dev tun0 2>/dev/null | grep -q beef:; then exit 0; fi
	sleep 0.1
done
cat "$folder/log" >&2
exit 1
