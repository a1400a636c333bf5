"""What one neighbour is given and asked of records (route.md, section 3): RECORDS until they are
acknowledged, ACK of what came, COMPARE until one came. It begins when the adjacency reaches SYNC;
the messages are sealed and sent by whoever made it."""
import dataclasses

from . import message

GATHER, ACK_DELAY, ACK_COUNT = 0.002, 0.01, 8
WINDOW, TRIES, PATIENCE = 16, 4, 0.03
COMPARE_FIRST, COMPARE_LAST = 0.1, 2
DIGEST_APART = 1
RESTS_FIRST, RESTS_LAST = 60, 3600
NEVER = float("inf")


@dataclasses.dataclass
class Sent:
    """A message of RECORDS that was not acknowledged yet: versions by key."""
    fragments: dict
    at: float


class Came:
    """The numbers of RECORDS that came, and when they must be acknowledged."""

    def __init__(self):
        self._greatest, self._bitmap, self._waiting, self.at = 0, 0, 0, NEVER

    def take(self, number, now):
        behind = self._greatest - number
        if behind < 0:
            before = self._bitmap << 1 | bool(self._greatest)
            self._bitmap = before << -behind - 1 & 2**32 - 1 if -behind <= 32 else 0
            self._greatest = number
        elif 0 < behind <= 32:
            self._bitmap |= 1 << behind - 1
        self._waiting += 1
        self.at = now if self._waiting >= ACK_COUNT else min(self.at, now + ACK_DELAY)

    def acknowledge(self):
        self._waiting, self.at = 0, NEVER
        return message.Ack(message.ACK, self._greatest, self._bitmap)


class Exchange:
    """numbers: an iterator that goes on from adjacency to adjacency."""

    def __init__(self, database, numbers, say, now):
        self._database, self._numbers, self._say = database, numbers, say
        self._wanted, self._gather_at = {}, NEVER
        self._unacknowledged, self._tries = {}, 0
        self._got, self._acknowledged = {}, {}
        self._came = Came()
        self._marked, self._compared = set(), False
        self._compare_at, self._compare_pause = now, COMPARE_FIRST
        self._strange, self._asked_about = None, None
        self._rest, self._rest_until = RESTS_FIRST, now
        self.srtt = 0

    def level(self):
        """The other end's COMPARE came, and it has all that was marked for it."""
        return self._compared and not self._marked

    def idle(self):
        """It has all that it was to be sent."""
        return not self._wanted and not self._unacknowledged

    def want(self, keys, now):
        """To be sent whatever the other end may have."""
        self._wanted.update(dict.fromkeys(keys))
        self._gather_at = min(self._gather_at, now + GATHER)

    def spread(self, keys, now):
        """Flooding: to be sent unless the other end showed that it has the same."""
        def there(key):
            version = self._database.find(key).version
            return version in (self._got.get(key), self._acknowledged.get(key))
        self.want([key for key in keys if not there(key)], now)

    def arrived(self, number, now):
        """RECORDS; what is in them is judged elsewhere."""
        self._came.take(number, now)

    def holds(self, fragment):
        """The other end sent a fragment that is good."""
        self._got[fragment.key] = fragment.version

    def acknowledged(self, said):
        for number in list(self._unacknowledged):
            behind = said.greatest - number
            if behind == 0 or 0 < behind <= 32 and said.bitmap >> behind - 1 & 1:
                sent = self._unacknowledged.pop(number)
                self._acknowledged.update(sent.fragments)
                self._marked.difference_update(sent.fragments)
                self._tries = 0

    def compared(self, said, now):
        marked = [key for key in self._database.differing(said.sums)
                  if self._got.get(key) != self._database.find(key).version]
        self._marked.update(marked)
        self.want(marked, now)
        self._compared, self._compare_at = True, NEVER
        if said.asks:
            self._compare(0)

    def _compare(self, flags):
        self._say(message.Compare(message.COMPARE, flags, self._database.compared()))

    def shown(self, digest, now):
        """A probe's digest, in FULL: one that stays another is asked about, ever more rarely if
        that changed nothing."""
        ours = self._database.digest
        if digest == ours:
            self._strange = None
        elif self._strange is None or self._strange[0] != ours:
            self._strange = ours, now
        elif now - self._strange[1] >= DIGEST_APART:
            self._ask_about(ours, now)

    def _ask_about(self, ours, now):
        if ours != self._asked_about:
            self._asked_about, self._rest = ours, RESTS_FIRST
        elif now < self._rest_until:
            return
        self._compare_at, self._compare_pause = now, COMPARE_FIRST
        self._rest_until = now + self._rest
        self._rest = min(2 * self._rest, RESTS_LAST)

    def tick(self, now):
        if now >= self._compare_at:
            self._compare(message.ASK)
            self._compare_at = now + max(self._compare_pause, 3 * self.srtt)
            self._compare_pause = min(2 * self._compare_pause, COMPARE_LAST)
        if now >= self._came.at:
            self._say(self._came.acknowledge())
        self._repeat(now)
        if now >= self._gather_at:
            self._send(now)

    def _repeat(self, now):
        """All is sent again when the oldest waited too long, and given up after some times."""
        oldest = min((sent.at for sent in self._unacknowledged.values()), default=now)
        if now - oldest < max(PATIENCE, 3 * self.srtt) * 2 ** self._tries:
            return
        again = {key: None for sent in self._unacknowledged.values() for key in sent.fragments}
        self._unacknowledged.clear()
        if self._tries < TRIES:
            self._tries += 1
            self._wanted = again | self._wanted
            self._gather_at = now
        else:
            self._tries = 0
            self._marked.difference_update(again)

    def _send(self, now):
        """As few RECORDS as hold what is wanted, as far as the window allows."""
        while self._wanted and len(self._unacknowledged) < WINDOW:
            batch = self._batch()
            if batch:
                number = next(self._numbers)
                versions = {fragment.key: fragment.version for fragment in batch}
                self._unacknowledged[number] = Sent(versions, now)
                self._say(message.Records(number, tuple(one.write() for one in batch)))
        if not self._wanted:
            self._gather_at = NEVER

    def _batch(self):
        """The first of what is wanted, as much as fits; what is no longer there is left out."""
        batch, room = [], message.MOST_BYTES - message.RECORDS_HEADER
        for key in list(self._wanted):
            fragment = self._database.find(key)
            size = len(fragment.write()) + message.LENGTH if fragment else 0
            if size > room:
                break
            del self._wanted[key]
            if fragment:
                batch.append(fragment)
                room -= size
            else:
                self._marked.discard(key)
        return batch
