"""The ledger of an ESP32: numbered rows in files on its flash, until the collector has them.

Rows are lines of JSON, each with a checksum behind a tab, in segments of ``SEGMENT`` rows named by their first number.
A line that power cut off, or flash spoiled, ends what is believed; nothing behind it was ever sent, because a row is
synced before it is sent. Totals come from the last good row, never from memory alone. Acknowledged segments are
deleted, but for the last two: the totals must survive anything that happens to the newest.

The epoch is made with the first row. When files are there and no good row is, the numbers are lost, and a new epoch
begins rather than numbers that were used before.
"""

import binascii
import json
import os

SEGMENT = 100
MOST_SEGMENTS = 60  # 6,000 rows of about 250 bytes: 1.5 MB


def seal(text: str) -> str:
    """The line of a row."""
    return f"{text}\t{binascii.crc32(text.encode()):08x}\n"


def unseal(line: str) -> str:
    """The row of a line; empty when it is damaged."""
    text, tab, rest = line.partition("\t")
    return text if tab and rest == f"{binascii.crc32(text.encode()):08x}\n" else ""


class Ledger:
    """Rows below ``folder``. ``random`` gives so many random bytes; ``sync`` makes files durable."""

    def __init__(self, folder: str, random, sync) -> None:
        self._folder = folder
        self._sync = sync
        self.acked = 0
        self.seq = 0
        self.total_in = self.total_out = 0
        self.epoch = ""
        self._segments = sorted(
            int(name[1:-4]) for name in os.listdir(folder) if name[0] == "r" and name[-4:] == ".log"
        )
        last = self._mend()
        if last:
            self.epoch, self.seq = last["epoch"], last["seq"]
            self.total_in, self.total_out = last["IN"], last["OUT"]
        else:
            self._drop(len(self._segments))
            self.epoch = binascii.hexlify(random(8)).decode()
        self.acked = max(0, (self._segments[0] if self._segments else 1) - 1)

    def full(self) -> bool:
        """Whether there is no room for another row; counts then wait in memory."""
        return len(self._segments) >= MOST_SEGMENTS and self.seq - self._segments[-1] + 1 >= SEGMENT

    def backlog(self) -> int:
        """Rows that the collector does not have."""
        return self.seq - self.acked

    def oldest(self) -> int:
        """The lowest number that is still kept."""
        return self._segments[0] if self._segments else self.seq + 1

    def append(self, row: dict, body: dict) -> None:
        """Number a row and write it; durable on return. Counts of ``body`` go into the totals."""
        seq = self.seq + 1
        total_in, total_out = self.total_in + body.get("in", 0), self.total_out + body.get("out", 0)
        if "in" in body:
            body = dict(body, IN=total_in, OUT=total_out)
        whole = dict(row, epoch=self.epoch, seq=seq, body=body, v=1)
        # The totals stand at the end of the line too, so that every kind of row carries them.
        text = json.dumps([whole, total_in, total_out])
        new = not self._segments or seq - self._segments[-1] >= SEGMENT
        with open(self._path(seq if new else self._segments[-1]), "a") as file:
            file.write(seal(text))
            file.flush()
        self._sync()
        if new:
            self._segments.append(seq)
        self.seq, self.total_in, self.total_out = seq, total_in, total_out

    def rows(self, most: int) -> list:
        """The oldest rows that are not acknowledged, as JSON texts."""
        found = []
        for number, first in enumerate(self._segments):
            behind = self._segments[number + 1] if number + 1 < len(self._segments) else self.seq + 1
            if behind - 1 <= self.acked:
                continue
            for line in self._lines(first):
                whole = json.loads(line)[0]
                if whole["seq"] > self.acked:
                    found.append(whole)
                if len(found) >= most:
                    return found
        return found

    def ack(self, epoch: str, seq: int, boot: str = "") -> bool:
        """The collector has all up to ``seq``; an ack of another epoch, or of rows never made, changes nothing.

        ``boot`` is that of the row at the collector. False: our row of this number was written in another boot, so the
        mark speaks of another board's rows, whose flash this is a copy of; nothing is deleted then.
        """
        if epoch != self.epoch or not self.acked < seq <= self.seq:
            return True
        if boot and self.boot_of(seq) not in ("", boot):
            return False
        self.acked = seq
        done = 0
        while done + 2 < len(self._segments) and self._segments[done + 1] - 1 <= seq:
            done += 1
        self._drop(done)
        return True

    def boot_of(self, seq: int) -> str:
        """The boot in which a row was written; empty when it is not here."""
        for first in reversed(self._segments):
            if first <= seq:
                for line in self._lines(first):
                    row = json.loads(line)[0]
                    if row["seq"] == seq:
                        return str(row["boot"])
                break
        return ""

    def _path(self, first: int) -> str:
        return f"{self._folder}/r{first:010d}.log"

    def _drop(self, segments: int) -> None:
        for first in self._segments[:segments]:
            os.remove(self._path(first))
        self._segments = self._segments[segments:]

    def _lines(self, first: int) -> list:
        """The good rows of a segment, up to the first damaged one."""
        good = []
        with open(self._path(first), "rb") as file:
            for line in file:
                try:
                    text = unseal(line.decode())
                except (UnicodeError, ValueError):
                    text = ""
                if not text:
                    break
                good.append(text)
        return good

    def _mend(self):
        """Cut damaged ends off, and find the last good row."""
        while self._segments:
            first = self._segments[-1]
            good = self._lines(first)
            if good:
                whole = "".join(seal(text) for text in good)
                if os.stat(self._path(first))[6] != len(whole.encode()):
                    # Written aside and renamed: another cut now must not cost what is good.
                    with open(self._path(first) + ".new", "w") as file:
                        file.write(whole)
                        file.flush()
                    self._sync()
                    os.rename(self._path(first) + ".new", self._path(first))
                    self._sync()
                row, total_in, total_out = json.loads(good[-1])
                return {"epoch": row["epoch"], "seq": row["seq"], "IN": total_in, "OUT": total_out}
            os.remove(self._path(first))
            self._segments.pop()
        return None
