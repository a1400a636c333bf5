#!/bin/sh
# Ends the meshpd that meshpd_start.sh started in a node of meshnet-lab, or, where no node is named,
# as `./software.py clear` does, all of them. Any other meshpd of the machine goes on.

address="$1"
id="$2"

end() # FOLDER
{
	pid=$(cat "$1/pid" 2>/dev/null) || return 0
	if grep -qs meshpd "/proc/$pid/comm"; then
		kill "$pid"
		for try in $(seq 50); do
			[ -e "/proc/$pid" ] || break
			sleep 0.1
		done
	fi
	rm -rf "$1"
}

for folder in /tmp/meshpd-${id:-*}; do
	end "$folder"
done
true
