"""FIX as bytes: messages, what differs between two of them, and a tap, which
stands between a peer and the gate, keeps every message and can lose, change
or hold one.

SPDX-License-Identifier: Apache-2.0
"""
import re
import socket
import threading
import time

SOH = b"\x01"
# The length in front of each field that may hold a SOH.
DATA = {b"90": b"91", b"95": b"96", b"212": b"213", b"348": b"349",
        b"350": b"351", b"352": b"353", b"354": b"355", b"356": b"357",
        b"358": b"359", b"360": b"361", b"362": b"363", b"364": b"365"}
HEADER = {b"8", b"9", b"35", b"34", b"43", b"49", b"50", b"52", b"56", b"57",
          b"97", b"115", b"116", b"122", b"128", b"129", b"142", b"143",
          b"144", b"145", b"347", b"369", b"1128", b"1129", b"1156"}
ADMIN = ("A", "0", "1", "2", "3", "4", "5")
TO_GATE = "to gate"
TO_PEER = "to peer"


def split(raw):
    """(tag, value) of each field, in order; SOHs in data fields are theirs."""
    fields, at, length, data = [], 0, 0, None
    while at < len(raw):
        tag, _, _ = raw[at:].partition(b"=")
        start = at + len(tag) + 1
        end = start + length if tag == data else raw.index(SOH, start)
        value = raw[start:end]
        fields.append((tag, value))
        data = DATA.get(tag)
        length = int(value) if data and value.isdigit() else 0
        at = end + 1
    return fields


def join(fields):
    return b"".join(tag + b"=" + value + SOH for tag, value in fields)


def sealed(raw):
    """|raw| with a length and a checksum that are right."""
    fields = [field for field in split(raw) if field[0] not in (b"9", b"10")]
    body = join(fields[1:])
    whole = join([fields[0], (b"9", b"%d" % len(body))]) + body
    return whole + b"10=%03d\x01" % (sum(whole) % 256)


class Message:
    """One whole message as it crossed a line."""

    def __init__(self, raw, way="", at=0.0):
        self.raw = raw
        self.way = way
        self.at = at
        self.fields = split(raw)

    def get(self, tag):
        tag = str(tag).encode()
        return next((value.decode("latin-1") for name, value in self.fields
                     if name == tag), None)

    @property
    def type(self):
        return self.get(35)

    @property
    def body(self):
        return [field for field in self.fields
                if field[0] not in HEADER and field[0] != b"10"]

    def has(self, kind, **words):
        """Of that type, with these fields: t11="A1"; None: absent."""
        return self.type == kind and all(
            self.get(tag[1:]) == value for tag, value in words.items())

    def __str__(self):
        return self.raw.decode("latin-1").replace("\x01", "|")


def shown(field):
    return (field[0] + b"=" + field[1]).decode("latin-1").replace("\x01", "^")


def differs(sent, came, besides=()):
    """What is not the same in two bodies, field by field and in order; tags of
    |besides| do not count in the second.  None when nothing is."""
    came = [field for field in came
            if field[0].decode() not in besides
            or field in sent]
    for left, right in zip(sent, came):
        if left != right:
            return f"{shown(left)} came as {shown(right)}"
    if len(sent) > len(came):
        return f"{shown(sent[len(came)])} is lost"
    if len(came) > len(sent):
        return f"{shown(came[len(sent)])} was not sent"
    return None


def lacks(told, has):
    """The first of the fields |told| that |has| lacks, in any order."""
    left = list(has)
    for field in told:
        if field not in left:
            return f"{shown(field)} is lost"
        left.remove(field)
    return None


class Framer:
    """Cuts a stream into whole messages."""

    def __init__(self):
        self.rest = b""

    def feed(self, data):
        self.rest += data
        while True:
            head = re.match(rb"8=[^\x01]+\x019=0*(\d+)\x01", self.rest)
            if not head:
                return
            end = head.end() + int(head.group(1)) + 7
            if len(self.rest) < end:
                return
            raw, self.rest = self.rest[:end], self.rest[end:]
            yield raw


class Link:
    """One connection through a tap: a thread for each way."""

    def __init__(self, tap, gate, peer):
        self.tap = tap
        self.ends = {TO_GATE: (peer, gate), TO_PEER: (gate, peer)}
        self.threads = [threading.Thread(target=self.carry, args=(way,),
                                         daemon=True) for way in self.ends]
        for thread in self.threads:
            thread.start()

    def carry(self, way):
        source, sink = self.ends[way]
        framer = Framer()
        try:
            while data := source.recv(65536):
                for raw in framer.feed(data):
                    for out in self.tap.passes(way, raw):
                        sink.sendall(out)
        except OSError:
            pass
        self.close()

    def close(self):
        for end in self.ends[TO_GATE]:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()


class Tap:
    """Listens at |port|, and carries to |target| what comes; |gate_listens|
    says at which end the gate is."""

    def __init__(self, name, gate_listens):
        self.name = name
        self.gate_listens = gate_listens
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.target = None
        self.messages = []
        self.rules = []
        self.held = {}
        self.link = None
        self.is_open = True
        self.lock = threading.Condition()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            try:
                if not self.is_open:
                    raise ConnectionRefusedError
                far = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                near.close()
                continue
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            gate, peer = (far, near) if self.gate_listens else (near, far)
            self.link = Link(self, gate, peer)

    def passes(self, way, raw):
        """What goes on of a message: itself, another, nothing."""
        with self.lock:
            message = Message(raw, way, time.monotonic())
            self.messages.append(message)
            outs = [raw]
            for rule in list(self.rules):
                if rule[0] == way and rule[1](message):
                    self.rules.remove(rule)
                    outs = rule[2](message)
                    message.way = f"{way}, {rule[3]}"
                    break
            if way in self.held:
                self.held[way] += outs
                outs = []
            self.lock.notify_all()
            return outs

    def once(self, way, which, what, word):
        with self.lock:
            self.rules.append((way, which, what, word))

    def lose(self, way, which):
        """The next message like that does not arrive."""
        self.once(way, which, lambda message: [], "lost")

    def change(self, way, which, how):
        """The next message like that arrives as how(raw) makes it."""
        self.once(way, which, lambda message: [how(message.raw)], "changed")

    def hold(self, way):
        with self.lock:
            self.held[way] = []

    def release(self, way):
        with self.lock:
            kept = self.held.pop(way, [])
            link = self.link
        for raw in kept:
            link.ends[way][1].sendall(raw)

    def cut(self):
        """Breaks the line, as if the cable was cut."""
        if self.link:
            self.link.close()

    def mark(self):
        with self.lock:
            return len(self.messages)

    def see(self, way, which, since=0, timeout=60.0):
        """The first message like that from place |since| on, or None."""
        end = time.monotonic() + timeout
        with self.lock:
            at = since
            while True:
                while at < len(self.messages):
                    message = self.messages[at]
                    if message.way.startswith(way) and which(message):
                        return message
                    at += 1
                left = end - time.monotonic()
                if left <= 0 or not self.lock.wait(left):
                    if time.monotonic() >= end:
                        return None

    def all(self, way, which, since=0):
        with self.lock:
            return [message for message in self.messages[since:]
                    if message.way.startswith(way) and which(message)]

    def close(self):
        self.is_open = False
        self.server.close()
        self.cut()
