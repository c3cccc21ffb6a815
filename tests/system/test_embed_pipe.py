"""The gate over two descriptors, beside an engine that is this test.

    test_embed_pipe.py CREDITGATE PROGRAM

SPDX-License-Identifier: Apache-2.0
"""
import collections
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from gate_desk import (CONFIG, FULL_DISK, INSTRUMENTS, PROGRAM as CREDITGATE,
                       SOH, WAIT_S, fields, limit_files, order, sealed, utc,
                       value)

HOST = os.path.abspath(sys.argv[2])
PEERS = {"client": ("FIX.4.4", "CLIENT"), "venue": ("FIX.4.4", "VENUE"),
         "hub": ("FIXT.1.1", "HUB")}


class Ended(Exception):
    """The gate closed its end."""


class Quiet(Exception):
    """It says nothing."""


class Engine:
    """Plays a FIX engine and its three peers; counts as the gate does."""

    def __init__(self, folder):
        self.folder = folder
        self.frames = []  # all that was ever said, as bytes
        self.taken = 0
        self.had = 0      # the number of the last `send`
        self.seq = {name: 0 for name in PEERS}
        self.sent = []    # (session, type, header, body)
        self.buffer = b""
        self.child = None

    def start(self, heard=None, limit=None):
        # pylint: disable=subprocess-popen-preexec-fn,consider-using-with
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.child = subprocess.Popen(
                [HOST, "gate.cfg"], cwd=self.folder, stderr=log,
                preexec_fn=lambda: limit_files(limit),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.buffer = b""
        (word, taken), _ = self.line()
        assert word == "ready", word
        self.taken = int(taken)
        self.write(b"resume %d\n" % (self.had if heard is None else heard))
        for frame in self.frames[self.taken:]:
            self.write(frame)

    def write(self, data):
        self.child.stdin.write(data)
        self.child.stdin.flush()

    def say(self, words, data=b""):
        frame = words.encode() + b"\n" + data
        self.frames.append(frame)
        try:
            self.write(frame)
        except BrokenPipeError:
            pass  # it is said again after the next start

    def message(self, session, kind, body, header="", verb="message"):
        begin, comp_id = PEERS[session]
        self.seq[session] += 1
        text = sealed(begin, f"35={kind}|34={self.seq[session]}|49={comp_id}|"
                             f"56=GATE|52={utc()}|{header}{body}")
        if verb == "message":
            self.say(f"message {session} {len(text)}", text)
        return text

    def more(self, wait):
        ready, _, _ = select.select([self.child.stdout], [], [], wait)
        if not ready:
            raise Quiet
        data = os.read(self.child.stdout.fileno(), 65536)
        if not data:
            raise Ended
        self.buffer += data

    def line(self, wait=WAIT_S):
        """The line at the front, and the bytes that follow it."""
        while b"\n" not in self.buffer:
            self.more(wait)
        line = self.buffer.split(b"\n", 1)[0]
        words = line.decode().split(" ")
        count = int(words[5]) + int(words[6]) if words[0] == "send" else 0
        while len(self.buffer) < len(line) + 1 + count:
            self.more(wait)
        data = self.buffer[len(line) + 1:len(line) + 1 + count]
        self.buffer = self.buffer[len(line) + 1 + count:]
        return words, data.decode()

    def hear(self, wait=WAIT_S):
        """One frame; messages are kept in |sent|."""
        words, data = self.line(wait)
        if words[0] == "send":
            assert int(words[1]) == self.had + 1, (words, self.had)
            self.had += 1
            header_len = int(words[5])
            self.sent.append((words[2], words[3], data[:header_len],
                              data[header_len:]))
        elif words[0] == "none":
            assert int(words[1]) == self.had + 1, (words, self.had)
            self.had += 1
        elif words[0] == "taken":
            assert self.taken < int(words[1]) <= len(self.frames), words
            self.taken = int(words[1])
        return words

    def await_message(self, session, kind, **wanted):
        """The next message to |session| of that type, body only."""
        while True:
            for place, (to, what, _, body) in enumerate(self.sent):
                if (to, what) == (session, kind) and all(
                        value(body, tag[1:]) == text
                        for tag, text in wanted.items()):
                    del self.sent[place]
                    return body
            self.hear()

    def settle(self):
        while self.taken < len(self.frames):
            self.hear()

    def kill(self, number=signal.SIGKILL):
        self.child.send_signal(number)
        self.close()

    def close(self):
        self.child.stdin.close()
        try:
            while True:
                self.hear()
        except Ended:
            pass
        self.child.stdout.close()
        return self.child.wait(WAIT_S)


class Pipe(unittest.TestCase):
    def setUp(self):
        # pylint: disable=consider-using-with
        self.place = tempfile.TemporaryDirectory(prefix="cg-embed-")
        config = CONFIG.format(
            gate="PullTimeMs=100\nFailureGraceMs=1500\n", venue="", port=0,
            venue_port=1, hub_port=2)
        for name, text in (("gate.cfg", config),
                           ("instruments.csv", INSTRUMENTS)):
            with open(os.path.join(self.place.name, name), "w",
                      encoding="utf-8") as file:
                file.write(text)
        self.engine = Engine(self.place.name)

    def tearDown(self):
        child = self.engine.child
        if child is not None and child.poll() is None:
            self.engine.kill()
        elif child is not None:
            child.stdin.close()
            child.stdout.close()
        self.place.cleanup()

    def log_on(self):
        """All are there, and the hub has told its limit."""
        engine = self.engine
        for name in PEERS:
            engine.say(f"up {name}")
        ask = engine.await_message("hub", "CL")
        engine.message("hub", "CM", f"1667=R{engine.seq['hub']}|"
                       f"1666={value(ask, 1666)}|1511=0|60={utc()}|1677=1|"
                       "1671=1|1691=ACME|1692=D|1693=24|1669=1|1529=1|1530=12|"
                       "1531=100000.00|1532=USD|1670=ACME-USD|2339=2|2355=1|")
        self.assertEqual(value(engine.await_message("hub", "DE"), 2316), "0")

    def grant(self, ask, status="0"):
        names = dict(fields(ask))
        self.engine.message(
            "hub", "DG", f"2318={names['2318']}|2319={names['2319']}|"
            f"2320={names['2320']}|2321={names['2321']}|2325={status}|"
            f"2324={names.get('2324', '0')}|2327={names.get('2324', '0')}|")

    def report(self, name, kind, status, qty, cum, **more):
        extra = "".join(f"{tag[1:]}={text}|" for tag, text in more.items())
        self.engine.message(
            "venue", "8", f"37=V-{name}|17=E{self.engine.seq['venue']}|"
            f"11={name}|150={kind}|39={status}|1=ACME|55=USSW10|54=1|38={qty}|"
            f"14={cum}|151={qty - cum if status in '01' else 0}|6=4.125|"
            f"60={utc()}|{extra}")

    def place_order(self, name, qty):
        """An order of the client that is granted; its body at the venue."""
        body = order(name, qty)
        self.engine.message("client", "D", body)
        self.grant(self.engine.await_message("hub", "DF", _2320="0", _2321="0"))
        forwarded = self.engine.await_message("venue", "D", _11=name)
        token = value(forwarded, 7350)
        self.assertTrue(token)
        self.assertEqual(forwarded.replace(f"7350={token}{SOH}", ""),
                         body.replace("|", SOH))
        return token

    # An order is granted and forwarded as it came, one is refused, one fills,
    # one is cancelled; the ledger in the journal is proved.
    def test_embed_pipe_orders_go_their_way(self):
        engine = self.engine
        engine.start()
        self.log_on()
        token = self.place_order("A1", 50000000)
        self.report("A1", "0", "0", 50000000, 0)
        self.assertEqual(value(engine.await_message("client", "8"), 39), "0")

        engine.message("client", "D", order("A2", 100000000))
        text = value(engine.await_message("client", "8", _11="A2"), 58)
        self.assertTrue(text.startswith(
            "CG101 LIMIT_EXCEEDED req:90400.00 avl:54800.00"), text)

        self.report("A1", "F", "1", 50000000, 20000000, _32="20000000",
                    _31="4.125")
        self.assertEqual(value(engine.await_message("client", "8"), 14),
                         "20000000")
        notice = engine.await_message("hub", "DF", _2319=token, _2321="1")
        self.assertEqual(value(notice, 2324), "18080.00")
        self.grant(notice)

        engine.message("client", "F", f"11=A3|41=A1|1=ACME|55=USSW10|54=1|"
                       f"38=50000000|60={utc()}|")
        self.assertEqual(value(engine.await_message("venue", "F"), 41), "A1")
        self.report("A3", "4", "4", 50000000, 20000000, _41="A1")
        self.assertEqual(value(engine.await_message("client", "8"), 39), "4")
        self.grant(engine.await_message("hub", "DF", _2319=token, _2320="1"),
                   "4")
        engine.settle()
        self.assertEqual(engine.close(), 0)
        self.prove()

    def prove(self):
        done = subprocess.run(
            [CREDITGATE, "audit", "--journal",
             os.path.join(self.place.name, "gate.journal")],
            capture_output=True, text=True, timeout=100, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    # Killed with a token out and an order resting: what the engine did not hear
    # is said again under its number, and nothing is taken twice.
    def test_embed_pipe_killed_and_resumed(self):
        engine = self.engine
        engine.start()
        self.log_on()
        token = self.place_order("A1", 50000000)
        engine.message("client", "D", order("A2", 1000000))
        engine.await_message("hub", "DF", _2320="0")
        engine.settle()
        had = engine.had
        engine.kill()
        engine.start()
        # A2 waited when the gate died: it is answered now (R45).
        text = value(engine.await_message("client", "8", _11="A2"), 58)
        self.assertTrue(text.startswith("CG501 "), text)
        self.assertGreater(engine.had, had)
        self.log_on()
        # Its venue is asked what became of A1 (R46), whose cover is still there.
        asked = engine.await_message("venue", "H", _11="A1")
        self.assertTrue(value(asked, 790))
        self.report("A1", "I", "0", 50000000, 0, _790=value(asked, 790))
        self.report("A1", "F", "2", 50000000, 50000000, _32="50000000",
                    _31="4.125")
        self.assertEqual(
            value(engine.await_message("client", "8", _150="F"), 39), "2")
        notice = engine.await_message("hub", "DF", _2319=token, _2321="1")
        self.assertEqual(value(notice, 2324), "45200.00")
        self.grant(notice)
        engine.settle()
        self.assertEqual(engine.close(), 0)
        self.prove()

    def answer(self):
        """What hub and venue say to all that came."""
        engine = self.engine
        for session, kind, _, body in engine.sent[self.answered:]:
            self.answered += 1
            name = value(body, 11)
            if (session, kind) == ("venue", "D"):
                self.outcomes[name] += ["forwarded"]
                self.report(name, "0", "0", 1000, 0)
            elif (session, kind) == ("venue", "H"):
                known = "forwarded" in self.outcomes[name]
                self.report(name, "I", "0" if known else "8", 1000, 0,
                            _790=value(body, 790),
                            **({} if known else {"_103": "5"}))
            elif (session, kind) == ("client", "8") and value(body, 39) == "8":
                self.outcomes[name] += ["refused"]
            elif (session, kind) == ("hub", "DF"):
                self.grant(body, "4" if value(body, 2320) == "1" else "0")

    # Killed again and again in the middle of it: each order is forwarded or
    # answered, once (R45).
    def test_embed_pipe_killed_under_load(self):
        engine = self.engine
        self.outcomes = collections.defaultdict(list)
        self.answered = 0
        chance = random.Random(1)
        names = []
        engine.start()
        self.log_on()
        self.answered = len(engine.sent)
        for turn in range(12):
            for number in range(10):
                names.append(f"L{turn}-{number}")
                engine.message("client", "D", order(names[-1], 1000))
            for _ in range(chance.randrange(80)):
                try:
                    engine.hear(1)
                except Quiet:
                    break
                self.answer()
            engine.kill()
            engine.start()
            for name in PEERS:
                engine.say(f"up {name}")
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end and (
                engine.taken < len(engine.frames) or
                any(not self.outcomes[name] for name in names)):
            engine.hear()
            self.answer()
        outcomes = [self.outcomes[name] for name in names]
        self.assertEqual([name for name in names
                          if len(self.outcomes[name]) != 1], [])
        self.assertIn(["forwarded"], outcomes)
        self.assertIn(["refused"], outcomes)
        engine.close()
        self.prove()

    # The engine itself dies and has heard less: it gets the rest again, in
    # order, but no order whose cover has died meanwhile.
    def test_embed_pipe_engine_lost_what_it_heard(self):
        engine = self.engine
        engine.start()
        self.log_on()
        had = engine.had
        self.place_order("A1", 50000000)
        engine.settle()
        all_of_it = engine.had
        engine.close()
        engine.had = had
        engine.start()
        while engine.had < all_of_it:
            engine.hear()
        kinds = [kind for _, kind, _, _ in engine.sent]
        self.assertIn("D", kinds)
        engine.sent = []
        # It is cancelled, so it must not be said again.
        self.log_on()
        self.report("A1", "4", "4", 50000000, 0)
        engine.await_message("client", "8", _39="4")
        engine.settle()
        engine.close()
        engine.had = had
        engine.sent = []
        engine.start()
        while engine.had < all_of_it:
            engine.hear()
        kinds = [kind for _, kind, _, _ in engine.sent]
        self.assertIn("DF", kinds)
        self.assertNotIn("D", kinds)

    # R22: asked by an engine whose venue wants a resend.
    def test_embed_pipe_resend_is_asked_for(self):
        engine = self.engine
        engine.start()
        self.log_on()
        self.place_order("A1", 50000000)
        engine.settle()

        def may():
            self.engine.seq["venue"] -= 1
            again = engine.message("venue", "D", order("A1", 50000000),
                                   verb="resend")
            engine.write(b"resend venue %d\n" % len(again) + again)
            while True:
                word = engine.hear()[0]
                if word in ("yes", "no"):
                    return word
        self.assertEqual(may(), "yes")
        self.report("A1", "8", "8", 50000000, 0)
        engine.await_message("client", "8", _39="8")
        self.assertEqual(may(), "no")

    # Bytes that are no frame end it with a word, and what was taken stays.
    def test_embed_pipe_nonsense_ends_it(self):
        engine = self.engine
        for nonsense in (b"hello\n", b"message client 0\n", b"x" * 300,
                         b"message nobody 3\nabc", b"resume 0\n",
                         b"message client 99999999999\n"):
            engine.start()
            engine.write(nonsense)
            self.ended_by_a_word()
        for heard in (999, -1): # more than this journal ever said
            engine.start(heard)
            self.ended_by_a_word()

    def ended_by_a_word(self):
        engine = self.engine
        with self.assertRaises(Ended):
            while engine.hear()[0] != "end":
                pass
            engine.hear()
        engine.child.stdin.close()
        engine.child.stdout.close()
        self.assertEqual(engine.child.wait(WAIT_S), 0)

    # A full disk: new risk is refused, cancels pass, the end comes soon.
    def test_embed_pipe_full_disk(self):
        engine = self.engine
        engine.start(limit=FULL_DISK)
        self.log_on()
        count = 0
        while not any(kind == "8" for _, kind, _, _ in engine.sent):
            count += 1
            self.assertLess(count, 5000, "the disk was never full")
            engine.message("client", "D", order(f"A{count}", 10))
            while engine.taken < len(engine.frames):
                engine.hear()
            for _, kind, _, body in engine.sent:
                if kind == "DF":
                    self.grant(body)
            engine.sent = [frame for frame in engine.sent if frame[1] == "8"]
        self.assertTrue(value(engine.sent[0][3], 58).startswith("CG501 "))
        engine.message("client", "F", "11=C1|41=A1|1=ACME|55=USSW10|54=1|"
                       f"38=10|60={utc()}|")
        engine.await_message("venue", "F", _41="A1")
        while engine.hear()[0] != "end":
            pass
        self.assertEqual(engine.close(), 1)
        engine.start()
        self.log_on()
        self.place_order("Z1", 10)
        engine.settle()
        self.assertEqual(engine.close(), 0)
        self.prove()

    # Frames that come byte by byte are taken as whole ones; an engine that does
    # not read for a while misses nothing.
    def test_embed_pipe_in_pieces(self):
        engine = self.engine
        engine.start()
        self.log_on()
        write = engine.write

        def in_pieces(data):
            for at in range(len(data)):
                write(data[at:at + 1])
        engine.write = in_pieces
        self.place_order("A1", 50000000)
        engine.write = write
        for name in range(400):
            engine.message("client", "D", order(f"B{name}", 1))
        time.sleep(0.2)
        for name in range(400):
            engine.await_message("hub", "DF", _2320="0", _2324="0.001")
        engine.settle()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
