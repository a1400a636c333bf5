[meshpd]
title=Sealed IPv6 mesh: where traceroute ends
description=ufw sees nothing of meshpd on the wire, for mesh frames are no IP packets. What came in them arrives by tun0 and has passed meshpd's own firewall, which is closed but for what `meshctl expose` opens: `ufw allow in on tun0` leaves the decision to it. This profile alone lets a UDP traceroute end at this host.
ports=33434:33534/udp
