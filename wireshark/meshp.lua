-- MESHP, MESHARP and the routing messages for Wireshark and tshark: every field that
-- docs/protocol has, by name. Frames come by their EtherType, what they carry in the clear comes
-- with `meshctl capture` as IPv6 packets: messages between nodes under next header 253, bundles under
-- 254. A sealed frame and what was opened of it are linked by the comments that meshctl writes.
--
-- Everything is read through a cursor that stays within the frame. What is too short, too long or
-- not as the text demands is said as expert information; bytes that a short capture left out are
-- not held against the frame.

local DEFAULT_ETHERTYPE = 0x88b5
local MESSAGE, BUNDLE = 253, 254

local meshp = Proto("meshp", "MESHP")
local message = Proto("meshp_message", "MESHP message")
local bundle = Proto("meshp_bundle", "MESHP bundle")
local opened = Proto("meshp_opened", "MESHP, opened")

meshp.prefs.ethertype = Pref.uint("EtherType", DEFAULT_ETHERTYPE, "Mesh.EtherType of the nodes")

-- Names of numbers ------------------------------------------------------------------------------

local TYPES = {[1] = "HELLO", [2] = "INITIATION", [3] = "RESPONSE", [4] = "COOKIE", [5] = "ERROR",
	[6] = "MULTICAST", [7] = "DATA_EXT"}
local MESSAGES = {[1] = "PROBE", [2] = "RECORDS", [3] = "ACK", [4] = "COMPARE", [5] = "TRACE",
	[6] = "TRACED", [7] = "HINT"}
local SUITES = {[0] = "ChaCha20-Poly1305", [1] = "AES-256-GCM"}
local KINDS = {[1] = "no route", [2] = "too big", [3] = "hop limit spent"}
local MEDIA = {[0] = "unknown", [1] = "wire", [2] = "radio"}
local ECN = {[0] = "Not-ECT", [1] = "ECT(1)", [2] = "ECT(0)", [3] = "CE"}

-- Fields ----------------------------------------------------------------------------------------

local F, all = {}, {}

local function field(name, make, ...)
	F[name] = make("meshp." .. name, ...)
	all[#all + 1] = F[name]
end

local U8, U16, U24 = ProtoField.uint8, ProtoField.uint16, ProtoField.uint24
local U32, U64 = ProtoField.uint32, ProtoField.uint64
local BYTES, TEXT, MAC = ProtoField.bytes, ProtoField.string, ProtoField.ether
local FRAME, FLAG = ProtoField.framenum, ProtoField.bool

field("version", U8, "Version", base.DEC, nil, 0xc0)
field("form", U8, "Form", base.DEC, {[0] = "control", [1] = "data"}, 0x10)
field("key", U8, "Key parity", base.DEC, nil, 0x20)
field("partial", FLAG, "Transport checksum left to the receiver", 8, nil, 0x08)
field("lane", U8, "Lane", base.DEC, nil, 0x07)
field("type", U8, "Type", base.DEC, TYPES)
field("hop_limit", U8, "Hop limit", base.DEC)
field("dscp", U8, "DSCP", base.DEC, nil, 0xfc)
field("ecn", U8, "ECN", base.DEC, ECN, 0x03)
field("destination", BYTES, "Destination node")
field("source", BYTES, "Source node")
field("destination_address", TEXT, "Destination address")
field("source_address", TEXT, "Source address")
field("counter", U32, "Counter", base.DEC)
field("sealed", BYTES, "Sealed: next header and payload")
field("tag", BYTES, "Authentication tag")
field("opened_in", FRAME, "Opened in", base.NONE)
field("sealed_in", FRAME, "Sealed in", base.NONE)
field("padding", BYTES, "Padding")

field("ext.key", U8, "Key parity", base.DEC, nil, 0x80)
field("ext.partial", FLAG, "Transport checksum left to the receiver", 8, nil, 0x40)
field("ext.zones", FLAG, "Zones follow", 8, nil, 0x20)
field("ext.addresses", FLAG, "Addresses follow", 8, nil, 0x10)
field("ext.lane", U8, "Lane", base.DEC, nil, 0x07)
field("ext.length", U16, "Length of next header and payload", base.DEC)
field("ext.destination_zone", U32, "Destination zone", base.DEC)
field("ext.source_zone", U32, "Source zone", base.DEC)

field("least_version", U8, "Least version spoken", base.DEC)
field("greatest_version", U8, "Greatest version spoken", base.DEC)
field("features", U16, "Feature bits", base.HEX)
field("network", BYTES, "Network id")
field("zone", U32, "Zone", base.DEC)
field("nodes", U16, "Nodes known in the zone", base.DEC)
field("boot_epoch", U32, "Boot epoch", base.DEC)
field("instance", U32, "Instance", base.HEX)
field("interface", U32, "Interface id", base.DEC)
field("link_address", MAC, "Link address")
field("digest", U64, "Database digest", base.HEX)
field("hello.code", BYTES, "Code of the network key")

field("certificate", ProtoField.none, "Certificate")
field("certificate.identity", BYTES, "Identity public key (Ed25519)")
field("certificate.session", BYTES, "Session public key (X25519)")
field("certificate.generation", U32, "Generation", base.DEC)
field("certificate.signature", BYTES, "Signature")

field("handshake.number", BYTES, "Handshake number")
field("handshake.ephemeral", BYTES, "Ephemeral public key")
field("handshake.static", BYTES, "Sealed static key")
field("handshake.payload", BYTES, "Sealed payload")
field("handshake.mac1", BYTES, "mac1")
field("handshake.mac2", BYTES, "mac2")
field("cookie.nonce", BYTES, "Nonce")
field("cookie.sealed", BYTES, "Sealed cookie")

field("error.kind", U8, "Kind", base.DEC, KINDS)
field("error.mtu", U16, "MTU", base.DEC)
field("error.destination", BYTES, "Destination node of the culprit")
field("error.key", U8, "Key parity of the culprit", base.DEC, nil, 0x80)
field("error.extended", FLAG, "Extended form", 8, nil, 0x40)
field("error.lane", U8, "Lane of the culprit", base.DEC, nil, 0x07)
field("error.counter", U32, "Counter of the culprit", base.DEC)
field("error.seal", BYTES, "First bytes of its sealed part")

field("message", U8, "Message", base.DEC, MESSAGES)
field("probe.ask", FLAG, "Answer at once", 8, nil, 0x01)
field("probe.selects", FLAG, "Selects the receiver", 8, nil, 0x02)
field("probe.declines", FLAG, "Declines", 8, nil, 0x04)
field("probe.news", FLAG, "News passes at once", 8, nil, 0x08)
field("probe.sequence", U32, "Sequence", base.DEC)
field("probe.echo", U32, "Echo", base.DEC)
field("probe.delay", U32, "Delay, us", base.DEC)
field("probe.heard", U32, "Heard", base.HEX)
field("hint.address", TEXT, "Address of the node")

field("records.number", U32, "Number of this message", base.DEC)
field("ack.greatest", U32, "Greatest number received", base.DEC)
field("ack.bitmap", U32, "Bitmap of those before", base.HEX)
field("compare.say", FLAG, "Say yours too", 8, nil, 0x01)
field("compare.sum", U32, "Sum of a bucket", base.HEX)

field("record", ProtoField.none, "Fragment")
field("record.length", U16, "Length", base.DEC)
field("record.leaving", FLAG, "LEAVING", 8, nil, 0x01)
field("record.no_transit", FLAG, "NO_TRANSIT", 8, nil, 0x02)
field("record.gateway", FLAG, "GATEWAY", 8, nil, 0x04)
field("record.stub", FLAG, "STUB", 8, nil, 0x08)
field("record.fragment", U8, "Fragment", base.DEC)
field("record.fragments", U8, "Fragments of the record", base.DEC)
field("record.entries", U8, "Entries", base.DEC)
field("record.sequence", U32, "Sequence", base.DEC)
field("record.lifetime", U16, "Lifetime, s", base.DEC)
field("record.address", TEXT, "Address of the node")
field("record.signature", BYTES, "Signature")
field("record.tlv", BYTES, "TLV")
field("record.entry", ProtoField.none, "Entry")
field("record.neighbour", TEXT, "Neighbour")
field("record.cost", U16, "Cost, code", base.HEX)
field("record.cost_us", U32, "Cost, us", base.DEC)
field("record.mtu", U16, "MTU", base.DEC)
field("record.quality", U8, "Quality, 255ths", base.DEC)
field("record.medium", U8, "Medium", base.DEC, MEDIA)

field("trace.lane", U8, "Lane", base.DEC, nil, 0x07)
field("trace.arrived", FLAG, "This is the destination", 8, nil, 0x80)
field("trace.no_way", FLAG, "No way from here", 8, nil, 0x40)
field("trace.nonce", BYTES, "Nonce")
field("trace.destination", TEXT, "Destination")
field("trace.origin", TEXT, "Origin")
field("trace.answerer", TEXT, "Who answers")
field("trace.next", TEXT, "Next hop")
field("trace.mtu", U16, "MTU of that link", base.DEC)
field("trace.rtt_us", U32, "Round trip, us", base.DEC)
field("trace.loss", U32, "Loss, millionths", base.DEC)
field("trace.metric", U32, "Metric, us", base.DEC)
field("trace.queue", U32, "Bytes that wait", base.DEC)
field("trace.back", TEXT, "Next hop back")
field("trace.signature", BYTES, "Signature")

field("bundle.packet", ProtoField.none, "Packet")
field("bundle.next_header", U8, "Next header", base.DEC)
field("bundle.partial", FLAG, "Transport checksum left to the receiver", 8, nil, 0x01)
field("bundle.length", U16, "Length", base.DEC)
field("bundle.payload", BYTES, "Payload")

field("reserved", BYTES, "Zero")
field("rest", BYTES, "Bytes that do not belong here")

local short = ProtoExpert.new("meshp.short", "shorter than its type demands",
	expert.group.MALFORMED, expert.severity.ERROR)
local long = ProtoExpert.new("meshp.long", "longer than its type demands",
	expert.group.MALFORMED, expert.severity.ERROR)
local malformed = ProtoExpert.new("meshp.malformed", "cannot stand here",
	expert.group.MALFORMED, expert.severity.ERROR)
local undecoded = ProtoExpert.new("meshp.unknown", "not of this version of the protocol",
	expert.group.UNDECODED, expert.severity.NOTE)

meshp.fields = all
meshp.experts = {short, long, malformed, undecoded}

-- Cursor ----------------------------------------------------------------------------------------

local Cursor = {}
Cursor.__index = Cursor

-- Where reading is in tvb, with the tree its fields go to. Once something was missing it yields
-- nothing more.
local function cursor(tvb, tree)
	return setmetatable({tvb = tvb, at = 0, tree = tree, failed = false}, Cursor)
end

-- Bytes that are left, of the frame as it was and as it was captured.
function Cursor:left()
	return math.max(0, self.tvb:reported_len() - self.at)
end

function Cursor:captured()
	return math.max(0, self.tvb:captured_len() - self.at)
end

function Cursor:complain(what, text)
	self.tree:add_proto_expert_info(what, text)
end

-- The next size bytes, or nil: then it failed.
function Cursor:take(size)
	if self.failed or size > self:left() or size > self:captured() then
		if not self.failed and size > self:left() then
			self:complain(short, string.format("%d bytes are missing", size - self:left()))
		end
		self.failed = true
		return nil
	end
	local range = self.tvb(self.at, size)
	self.at = self.at + size
	return range
end

-- Adds fields over the next size bytes, and yields them.
function Cursor:add(size, ...)
	local range = self:take(size)
	if range then
		for _, name in ipairs({...}) do
			self.tree:add(F[name], range)
		end
	end
	return range
end

-- A number of size bytes as a field; nil at the end.
function Cursor:number(size, name)
	local range = self:add(size, name)
	return range and range:uint()
end

-- An address without be ef, as text of 16 bytes.
function Cursor:address(name)
	local range = self:take(14)
	if not range then return nil end
	local groups = {"beef"}
	for i = 0, 6 do
		groups[#groups + 1] = string.format("%x", range(2 * i, 2):uint())
	end
	local text = table.concat(groups, ":")
	self.tree:add(F[name], range, text)
	return text
end

-- Bytes that have to be zero.
function Cursor:zero(size)
	local range = self:add(size, "reserved")
	if range and range:bytes():tohex():find("[^0]") then
		self:complain(malformed, "is not zero")
	end
end

-- Demands something of what was read.
function Cursor:demand(holds, text)
	if not self.failed and not holds then
		self:complain(malformed, text)
	end
end

-- Opens a subtree over the next size bytes, or all that is left: a cursor over them alone.
function Cursor:inside(name, size)
	local range = self:take(size)
	if not range then return nil end
	local item = self.tree:add(F[name], range)
	return cursor(range:tvb(), item), item
end

-- Says what is behind the end.
function Cursor:finish()
	if self.failed or self:left() == 0 then return end
	self:complain(long, string.format("%d bytes too long", self:left()))
	if self:captured() > 0 then
		self:add(self:captured(), "rest")
	end
end

-- Parts that several have -----------------------------------------------------------------------

local function certificate(c)
	local inner = c:inside("certificate", 132)
	if not inner then return end
	inner:add(32, "certificate.identity")
	inner:add(32, "certificate.session")
	inner:add(4, "certificate.generation")
	inner:add(64, "certificate.signature")
end

local function versions(c)
	local least, greatest = c:number(1, "least_version"), c:number(1, "greatest_version")
	if greatest and (least > 1 or greatest < 1) then
		c:complain(undecoded, "version 1 is not among those spoken")
	end
end

-- The whole address behind handshakes that go to who is no neighbour.
local function addressed(c)
	if not c.failed and c:left() == 14 then
		c:address("destination_address")
	end
end

local function id(range)
	return range and range:bytes():tohex(true) or "?"
end

-- Pairs: data frames and what was opened of them ------------------------------------------------

local sealed_frames, opened_frames = {}, {}

-- Frames come in order at first; whatever comes again is known. So each list is in order.
local function remember(frames, name, number)
	frames[name] = frames[name] or {}
	local list = frames[name]
	if #list == 0 or list[#list] < number then
		list[#list + 1] = number
	end
end

-- The place of the first in a list that is not less than a number.
local function place_of(list, number)
	local low, high = 1, #list + 1
	while low < high do
		local middle = math.floor((low + high) / 2)
		if list[middle] < number then
			low = middle + 1
		else
			high = middle
		end
	end
	return low
end

-- Counters come again with other keys: of frames that are called so only the nearest belong
-- together, and a relayed one is captured on two links at one moment.
local NEAR = 2000

local function nearest(frames, name, number, most)
	local list, found = frames[name] or {}, {}
	local behind = place_of(list, number)
	local before = behind - 1
	while #found < most do
		local left = list[before] and number - list[before] or math.huge
		local right = list[behind] and list[behind] - number or math.huge
		if math.min(left, right) > NEAR then
			break
		end
		if left <= right then
			found[#found + 1] = list[before]
			before = before - 1
		else
			found[#found + 1] = list[behind]
			behind = behind + 1
		end
	end
	return found
end

local function pair_name(source, destination, lane, key, counter)
	return string.format("%s > %s lane %d key %d counter %s", source, destination, lane, key,
		tostring(counter))
end

local function link_sealed(c, pinfo, name)
	remember(sealed_frames, name, pinfo.number)
	for _, number in ipairs(nearest(opened_frames, name, pinfo.number, 24)) do
		c.tree:add(F["opened_in"], number):set_generated()
	end
end

-- Data frames -----------------------------------------------------------------------------------

local function sealed_part(c, size)
	if size and c:left() < size then
		c:complain(short, "its sealed part is cut off")
	end
	size = size or c:left()
	if size < 17 then
		c:demand(false, "the sealed part has no tag")
		return
	end
	c:add(math.min(size - 16, c:captured()), "sealed")
	if c:captured() >= 16 then
		c:add(16, "tag")
	end
end

local function compact(c, pinfo)
	local first = c:add(1, "version", "key", "form", "partial", "lane")
	c:add(1, "hop_limit")
	c:add(1, "dscp", "ecn")
	local destination, source = c:add(8, "destination"), c:add(8, "source")
	local counter = c:number(4, "counter")
	if not counter then return "DATA" end
	local lane, key = first:bitfield(5, 3), first:bitfield(2, 1)
	local size = c:left()
	link_sealed(c, pinfo, pair_name(id(source), id(destination), lane, key, counter))
	if size < 27 then
		c:complain(short, "the compact form has 10 bytes of payload or more")
	end
	sealed_part(c)
	return string.format("DATA %s > %s lane %d counter %u, %d bytes", id(source),
		id(destination), lane, counter, math.max(0, size - 17))
end

local function extended(c, pinfo, source, destination)
	local flags = c:add(1, "ext.key", "ext.partial", "ext.zones", "ext.addresses", "ext.lane")
	c:add(1, "dscp", "ecn")
	local length, counter = c:number(2, "ext.length"), c:number(4, "counter")
	if not counter then return "DATA_EXT" end
	local bits = flags:uint()
	c:demand(bit32.band(bits, 0x08) == 0, "bit 3 is not zero")
	c:demand(length >= 1, "a next header is the least there is")
	if bit32.band(bits, 0x20) ~= 0 then
		c:add(4, "ext.destination_zone")
		c:add(4, "ext.source_zone")
	end
	if bit32.band(bits, 0x10) ~= 0 then
		c:address("destination_address")
		c:address("source_address")
	end
	local lane, key = bit32.band(bits, 7), bit32.rshift(bits, 7)
	link_sealed(c, pinfo, pair_name(id(source), id(destination), lane, key, counter))
	sealed_part(c, length + 16)
	local whole = c.tvb:reported_len()
	if whole < 46 then
		c:complain(short, "a frame has 46 bytes or more")
	elseif not c.failed and c:left() > 0 and whole == 46 and c:captured() > 0 then
		c:add(c:captured(), "padding")
	end
	return string.format("DATA_EXT %s > %s lane %d counter %u, %d bytes", id(source),
		id(destination), lane, counter, math.max(0, length - 1))
end

-- Control frames --------------------------------------------------------------------------------

local control = {}

control[1] = function(c)
	versions(c)
	c:add(2, "features")
	c:add(8, "network")
	c:add(4, "zone")
	c:add(2, "nodes")
	c:add(4, "boot_epoch")
	c:add(4, "instance")
	local interface = c:number(4, "interface")
	c:demand(interface ~= 0, "an interface id is not zero")
	c:add(8, "digest")
	certificate(c)
	c:add(16, "hello.code")
end

control[2] = function(c)
	c:add(8, "handshake.number")
	c:add(32, "handshake.ephemeral")
	c:add(48, "handshake.static")
	c:add(179, "handshake.payload")
	c:add(16, "handshake.mac1")
	c:add(16, "handshake.mac2")
	addressed(c)
end

control[3] = function(c)
	c:add(8, "handshake.number")
	c:add(32, "handshake.ephemeral")
	c:add(175, "handshake.payload")
	c:add(16, "handshake.mac1")
	addressed(c)
end

control[4] = function(c)
	c:add(8, "handshake.number")
	c:add(24, "cookie.nonce")
	c:add(32, "cookie.sealed")
	addressed(c)
end

control[5] = function(c)
	local kind, mtu = c:number(1, "error.kind"), c:number(2, "error.mtu")
	if mtu then
		c:demand(KINDS[kind], "no such kind")
		c:demand(kind == 2 and mtu >= 1280 or kind ~= 2 and mtu == 0, "no such MTU")
	end
	c:add(8, "error.destination")
	local culprit = c:number(1, "error.key")
	if culprit then
		local range = c.tvb(c.at - 1, 1)
		c.tree:add(F["error.extended"], range)
		c.tree:add(F["error.lane"], range)
		c:demand(bit32.band(culprit, 0x38) == 0 and bit32.band(culprit, 7) ~= 0,
			"no such culprit")
	end
	c:add(4, "error.counter")
	c:add(8, "error.seal")
	c:zero(3)
end

local function control_frame(c, pinfo)
	c:demand(c.tvb(0, 1):uint() == 0x40, "bits beside the version are set")
	c:add(1, "version", "form")
	local kind = c:number(1, "type")
	c:add(1, "hop_limit")
	local destination, source = c:add(8, "destination"), c:add(8, "source")
	if not source then return TYPES[kind] or "control frame" end
	if kind == 7 then
		local text = extended(c, pinfo, source, destination)
		c:finish()
		return text
	end
	local text = string.format("%s %s > %s", TYPES[kind] or string.format("type %d", kind),
		id(source), id(destination):find("[^0]") and id(destination) or "all")
	if not control[kind] then
		c:complain(undecoded, "no such type")
		return text
	end
	control[kind](c)
	c:finish()
	return text
end

function meshp.dissector(tvb, pinfo, tree)
	if tvb:captured_len() == 0 then return 0 end
	local item = tree:add(meshp, tvb())
	local c = cursor(tvb, item)
	local first = tvb(0, 1):uint()
	local text

	pinfo.cols.protocol = "MESHP"
	if bit32.rshift(first, 6) ~= 1 then
		c:add(1, "version")
		c:complain(undecoded, "another version")
		text = "version " .. bit32.rshift(first, 6)
	elseif bit32.band(first, 0x10) ~= 0 then
		text = compact(c, pinfo)
	else
		text = control_frame(c, pinfo)
	end
	pinfo.cols.info = text
	item:append_text(", " .. text)
	return tvb:captured_len()
end

-- Messages of lane 0 ----------------------------------------------------------------------------

local messages = {}

messages[1] = function(c)
	local flags = c:add(1, "probe.ask", "probe.selects", "probe.declines", "probe.news")
	c:demand(flags and flags:uint() < 16, "unknown flags")
	local sequence = c:number(4, "probe.sequence")
	c:demand(sequence ~= 0, "a sequence is not zero")
	c:add(4, "probe.echo")
	c:add(4, "probe.delay")
	c:add(4, "probe.heard")
	c:add(4, "instance")
	c:add(6, "link_address")
	local interface = c:number(4, "interface")
	c:demand(interface ~= 0, "an interface id is not zero")
	c:add(8, "digest")
	c:add(2, "nodes")
	return sequence and ("sequence " .. sequence)
end

local function entry(c)
	local inner, item = c:inside("record.entry", 20)
	if not inner then return end
	local address = inner:address("record.neighbour")
	local code = inner:number(2, "record.cost")
	local range = inner.tvb(inner.at - 2, 2)
	local us = bit32.band(code, 0xfff) * 2 ^ bit32.rshift(code, 12)
	if us < 2 ^ 32 then
		inner.tree:add(F["record.cost_us"], range, us):set_generated()
	end
	local mtu = inner:number(2, "record.mtu")
	inner:demand(mtu >= 1280, "a link has 1280 or more")
	inner:add(1, "record.quality")
	inner:add(1, "record.medium")
	item:append_text(string.format(" %s, cost %d us", address, us))
end

local function tlvs(c)
	while not c.failed and c:left() > 64 do
		if c:captured() < 2 then c:take(2) return end
		local size = 2 + c.tvb(c.at + 1, 1):uint()
		if c:left() - size < 64 then
			c:demand(false, "a TLV reaches into the signature")
			return
		end
		c:add(size, "record.tlv")
	end
end

local function fragment(c, item)
	versions(c)
	c:add(2, "features")
	c:add(1, "record.leaving", "record.no_transit", "record.gateway", "record.stub")
	local number = c:number(1, "record.fragment")
	c:add(1, "record.fragments")
	local entries = c:number(1, "record.entries")
	c:add(4, "zone")
	c:add(4, "boot_epoch")
	c:add(4, "instance")
	local sequence = c:number(4, "record.sequence")
	c:demand(sequence ~= 0, "a sequence is not zero")
	c:add(2, "record.lifetime")
	local address = c:address("record.address")
	if not address then return end
	if number == 0 then certificate(c) end
	for _ = 1, entries do
		if c.failed then break end
		entry(c)
	end
	if number == 0 then tlvs(c) end
	c:add(64, "record.signature")
	c:finish()
	item:append_text(string.format(" %d of %s, sequence %u, %d entries", number, address, sequence,
		entries))
end

messages[2] = function(c)
	local number, count = c:number(4, "records.number"), 0
	c:demand(number ~= 0, "a number is not zero")
	while not c.failed and c:left() > 0 do
		local size = c:number(2, "record.length")
		if not size then break end
		local inner, item = c:inside("record", size)
		if not inner then break end
		fragment(inner, item)
		count = count + 1
	end
	c:demand(count > 0, "there is no fragment")
	return string.format("number %s, %d fragments", tostring(number), count)
end

messages[3] = function(c)
	local greatest = c:number(4, "ack.greatest")
	c:demand(greatest ~= 0, "a number is not zero")
	c:add(4, "ack.bitmap")
	return "up to " .. tostring(greatest)
end

messages[4] = function(c)
	local flags = c:add(1, "compare.say")
	c:demand(flags and flags:uint() < 2, "unknown flags")
	for _ = 1, 256 do
		if c.failed then break end
		c:add(4, "compare.sum")
	end
end

local function trace_names(c)
	c:add(16, "trace.nonce")
	local destination = c:address("trace.destination")
	c:address("trace.origin")
	return destination and ("to " .. destination)
end

messages[5] = function(c)
	local lane = c:add(1, "trace.lane")
	c:demand(lane and lane:uint() < 8, "no such lane")
	local text = trace_names(c)
	c:zero(2)
	return text
end

messages[6] = function(c)
	local flags = c:add(1, "trace.arrived", "trace.no_way", "trace.lane")
	c:demand(flags and bit32.band(flags:uint(), 0x38) == 0 and flags:uint() < 0xc0,
		"unknown flags")
	local text = trace_names(c)
	c:address("trace.answerer")
	c:address("trace.next")
	c:add(4, "interface")
	c:add(2, "trace.mtu")
	c:add(4, "trace.rtt_us")
	c:add(4, "trace.loss")
	c:add(4, "trace.metric")
	c:add(4, "trace.queue")
	c:address("trace.back")
	c:zero(2)
	c:add(64, "trace.signature")
	return text
end

messages[7] = function(c)
	c:zero(1)
	local address = c:address("hint.address")
	c:add(6, "link_address")
	return address
end

function message.dissector(tvb, pinfo, tree)
	local item = tree:add(message, tvb())
	local c = cursor(tvb, item)

	pinfo.cols.protocol = "MESHP"
	if tvb:reported_len() == 0 then -- a keepalive or a confirmation
		pinfo.cols.info = "empty"
		return 0
	end
	local kind = c:number(1, "message")
	if not kind then return tvb:captured_len() end
	local text = MESSAGES[kind] or string.format("message %d", kind)
	if messages[kind] then
		local more = messages[kind](c)
		text = more and (text .. " " .. more) or text
		c:finish()
	else
		c:complain(undecoded, "no such message")
	end
	pinfo.cols.info = text
	item:append_text(", " .. text)
	return tvb:captured_len()
end

function bundle.dissector(tvb, pinfo, tree)
	local item = tree:add(bundle, tvb())
	local c, count = cursor(tvb, item), 0

	pinfo.cols.protocol = "MESHP"
	while not c.failed and c:left() > 0 do
		if c:captured() < 4 then c:take(4) break end
		local inner, packet = c:inside("bundle.packet", 4 + c.tvb(c.at + 2, 2):uint())
		if not inner then break end
		local next_header = inner:number(1, "bundle.next_header")
		local flags = inner:add(1, "bundle.partial")
		inner:demand(flags:uint() < 2, "unknown flags")
		local size = inner:number(2, "bundle.length")
		inner:demand(size >= 10 and size <= 560, "no packet in a bundle has so much")
		if size > 0 then inner:add(size, "bundle.payload") end
		packet:append_text(string.format(", next header %d, %d bytes", next_header, size))
		count = count + 1
	end
	c:demand(count >= 2 and count <= 24, "a bundle has 2 to 24 packets")
	pinfo.cols.info = string.format("bundle of %d packets", count)
	return tvb:captured_len()
end

-- What meshctl opened, known by its comment -----------------------------------------------------

local comments = Field.new("frame.comment")

function opened.dissector(tvb, pinfo, tree)
	for _, comment in ipairs({comments()}) do
		local source, destination, lane, key, counter = tostring(comment.value):match(
			"^opened (%x+) > (%x+) lane (%d) key (%d) counter (%d+)$")
		if source then
			local name = pair_name(source, destination, tonumber(lane), tonumber(key), counter)
			local item = tree:add(opened)
			remember(opened_frames, name, pinfo.number)
			item:append_text(": " .. name)
			item:set_generated()
			for _, number in ipairs(nearest(sealed_frames, name, pinfo.number, 1)) do
				item:add(F["sealed_in"], number):set_generated()
			end
		end
	end
end

register_postdissector(opened)

-- Where it is asked for -------------------------------------------------------------------------

local ethertypes, protocols = DissectorTable.get("ethertype"), DissectorTable.get("ip.proto")
local registered = DEFAULT_ETHERTYPE

ethertypes:add(registered, meshp)
protocols:add(MESSAGE, message)
protocols:add(BUNDLE, bundle)

function meshp.prefs_changed()
	ethertypes:remove(registered, meshp)
	registered = meshp.prefs.ethertype
	ethertypes:add(registered, meshp)
end

function meshp.init()
	sealed_frames, opened_frames = {}, {}
end
