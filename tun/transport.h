/* Where things stand in IPv6 packets that carry TCP or UDP, for those who cut them up and join
 * them. RFC 8200, RFC 9293, RFC 768. Private to tun/. */
#ifndef TUN_TRANSPORT_H
#define TUN_TRANSPORT_H

enum {
	IPV6_HEADER = 40,
	IPV6_VERSION = 6, /* upper half of byte 0 */
	IPV6_LENGTH = 4,
	IPV6_NEXT = 6,
	IPV6_HOP_LIMIT = 7,
	IPV6_ADDRESSES = 8, /* source and destination */
	IPV6_ADDRESSES_SIZE = 32,
};

enum next_header {
	NEXT_HOP_BY_HOP = 0,
	NEXT_TCP = 6,
	NEXT_UDP = 17,
	NEXT_ROUTING = 43,
	NEXT_OPTIONS = 60,
};

/* TCP, counted from its header. */
enum {
	TCP_HEADER = 20,
	TCP_HEADER_MAX = 60,
	TCP_SEQUENCE = 4,
	TCP_ACKNOWLEDGEMENT = 8,
	TCP_OFFSET = 12, /* upper half of the byte: the header's size in words of 4 */
	TCP_FLAGS = 13,
	TCP_WINDOW = 14,
	TCP_CHECKSUM = 16,
	TCP_URGENT = 18,
};

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
	TCP_CWR = 0x80,
};

/* UDP, counted from its header. */
enum { UDP_HEADER = 8, UDP_LENGTH = 4, UDP_CHECKSUM = 6 };

enum { PORTS = 4 }; /* bytes both ports take, first in either header */

#endif
