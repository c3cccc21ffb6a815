"""An embedding example between the simulators, over sockets; and the program,
which is only another embedding.

    test_embed_gate.py CREDITGATE fix8c PROGRAM
    test_embed_gate.py CREDITGATE run CREDITGATE
    test_embed_gate.py CREDITGATE quickfix PROGRAM PROGRAM-THAT-GOES-PAST-IT

SPDX-License-Identifier: Apache-2.0
"""
import contextlib
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from gate_desk import (FULL_DISK, LOGGED_ON, PROGRAM as CREDITGATE, Case,
                       Listener, fields, order, utc, value)

HOST = os.path.abspath(sys.argv[3])
KIND = sys.argv[2]
HEADER = {"8", "9", "35", "34", "49", "56", "52", "10", "43", "122", "97"}


def body_of(line):
    """The fields of a simulator's line, without header and trailer."""
    message = line[line.index("8=FIX"):]
    return [field for field in fields(message) if field[0] not in HEADER]


class Gate(Case):
    hub_limit = 100000

    def setUp(self):
        super().setUp()
        self.start_venue()
        self.venue_keys = ""
        self.running = None

    def start_gate(self, venue=None, program=HOST, limit=None):
        """|venue| is the port of one that is no simulator."""
        self.venue_port, port = venue or self.venue_port, self.venue_port
        self.configure("PullTimeMs=100\nFailureGraceMs=1500\n",
                       self.venue_keys)
        self.venue_port = port
        if KIND == "quickfix":
            self.write_settings()
        words = {"fix8c": ["gate.cfg"],
                 "quickfix": ["quickfix.cfg", "gate.cfg"],
                 "run": ["run", "--config", "gate.cfg"]}[KIND]
        self.running = self.start(*words, limit=limit, program=program)
        self.hub.see(r" in \S+ .*\|35=DE\|.*\|2316=0\|")
        if venue is None:
            self.venue.see(LOGGED_ON)

    def write_settings(self):
        """QuickFIX's settings: the sessions of the gate's, and what is its own.
        It wants a port to listen on even of a session that does not listen."""
        with open(os.path.join(self.folder, "gate.cfg"),
                  encoding="utf-8") as file:
            text = file.read()
        default, *sessions = text[text.index("[DEFAULT]"):text.index(
            "[ACCOUNT]")].split("[SESSION]")
        port = re.search(r"SocketAcceptPort=\d+\n", text)[0]
        with open(os.path.join(self.folder, "quickfix.cfg"), "w",
                  encoding="utf-8") as file:
            file.write(QUICKFIX + port + default.replace("[DEFAULT]\n", "")
                       + "".join("[SESSION]" + session
                                 for session in sessions))

    def place_order(self, client, name, qty):
        """An order with a group and tags of its own; it goes on as it came."""
        client.tell("raw D " + order(name, qty).rstrip("|"))
        out = client.see(rf" out .*\|35=D\|.*11={name}\|")
        came = self.venue.see(rf" in .*\|35=D\|.*11={name}\|")
        client.see(rf" in .*\|35=8\|.*11={name}\|.*39=0\|")
        token = value(came, 7350)
        self.assertTrue(token.startswith("GATE-T"), token)
        self.assertEqual([field for field in body_of(came)
                          if field[0] != "7350"], body_of(out))
        return token

    def end_and_prove(self, status=0):
        self.assertEqual(self.running.stop(), status,
                         "\n".join(self.running.lines[-30:]))
        done = subprocess.run(
            [CREDITGATE, "audit", "--journal",
             os.path.join(self.folder, "gate.journal")],
            capture_output=True, text=True, timeout=100, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    # Granted and forwarded as it came, refused, filled, cancelled.
    def test_embed_gate_orders_go_their_way(self):
        self.start_gate()
        client = self.client()
        token = self.place_order(client, "A1", 50000000)
        client.tell("order A2 USSW10 buy 100000000 4.125 ACME")
        client.see(r" in .*\|35=8\|.*11=A2\|.*58=CG101 LIMIT_EXCEEDED "
                   r"req:90400.00 avl:54800.00 ")
        self.venue.tell("fill A1 20000000 4.125")
        client.see(r" in .*\|35=8\|.*11=A1\|.*14=20000000\|")
        notice = self.hub.see(r" in .*\|35=DF\|.*2321=1\|")
        self.assertEqual((value(notice, 2319), value(notice, 2324)),
                         (token, "18080.00"))
        client.tell("raw F 11=A3|41=A1|1=ACME|55=USSW10|54=1|38=50000000|"
                    f"60={utc()}")
        self.venue.see(r" in .*\|35=F\|.*41=A1\|")
        client.see(r" in .*\|35=8\|.*39=4\|")
        self.assertEqual(value(self.hub.see(
            r" in .*\|35=DF\|.*2320=1\|"), 2319), token)
        self.hub.see(r" out .*\|35=DG\|.*2325=4\|")
        client.stop()
        self.end_and_prove()

    # Killed again and again in the middle of it: each order reaches the venue at
    # most once, and its client has one word of it (R45).
    def test_embed_gate_killed_under_load(self):
        self.start_gate()
        client = self.client()
        chance = random.Random(2)
        names = []
        for turn in range(6):
            for number in range(15):
                names.append(f"L{turn}-{number}")
                client.tell("raw D " + order(names[-1], 1000).rstrip("|"))
            client.see(rf" out .*11={names[-1]}\|")
            time.sleep(chance.random() * 0.06)
            self.running.stop(signal.SIGKILL)
            self.start_gate()
            client.see(LOGGED_ON)
        for name in names:
            client.await_said(rf" in .*\|35=8\|.*11={name}\|")
        time.sleep(1)
        words = set()
        for name in names:
            said = {value(line, 39) for line in client.said(
                rf" in .*\|35=8\|.*11={name}\|")}
            came = {value(line, 34) for line in self.venue.said(
                rf" in .*\|35=D\|.*11={name}\|")}
            self.assertIn((len(came), said),
                          ((1, {"0"}), (0, {"8"})), name)
            words |= said
        self.assertIn("0", words)
        client.stop()
        self.end_and_prove()

    # Killed with an order resting and one that waits: the one is found again,
    # the other answered (R45, R47).
    def test_embed_gate_killed_and_started_again(self):
        self.start_gate()
        client = self.client()
        token = self.place_order(client, "A1", 50000000)
        self.hub.obey("silent")
        client.tell("order A2 USSW10 buy 1000000 4.125 ACME")
        self.hub.see(rf" in .*\|35=DF\|.*2324=904.00\|")
        self.assertEqual(self.running.stop(signal.SIGKILL), -signal.SIGKILL)
        self.hub.obey("speak")
        self.start_gate()
        client.see(LOGGED_ON)
        client.see(r" in .*\|35=8\|.*11=A2\|.*58=CG501 ")
        self.venue.see(r" in .*\|35=H\|.*11=A1\|")
        self.venue.tell("fill A1 50000000 4.125")
        client.see(r" in .*\|35=8\|.*11=A1\|.*39=2\|")
        notice = self.hub.see(r" in .*\|35=DF\|.*2321=1\|")
        self.assertEqual((value(notice, 2319), value(notice, 2324)),
                         (token, "45200.00"))
        self.assertEqual(len(self.venue.said(r" in .*\|35=D\|")), 1)
        self.hub.see(r" out .*\|35=DG\|.*2321=1\|")
        client.stop()
        self.end_and_prove()

    # The venue's session of a new day begins while the gate is away: its numbers
    # are 1 again at the start, and what waited is answered all the same (R45).
    @unittest.skipIf(KIND == "quickfix", "its numbers are not in the journal")
    def test_embed_gate_started_on_another_day(self):
        self.venue_keys = "StartTime=00:00:00\nEndTime=00:00:00\n"
        self.start_gate()
        client = self.client()
        self.place_order(client, "A1", 1000000)
        self.hub.obey("silent")
        client.tell("order A2 USSW10 buy 1000000 4.125 ACME")
        self.hub.see(r" in .*\|35=DF\|.*2320=0\|")
        self.running.stop(signal.SIGKILL)
        with contextlib.closing(sqlite3.connect(
                os.path.join(self.folder, "gate.journal"))) as journal:
            journal.execute("UPDATE session SET created = created - ? "
                            "WHERE name LIKE '%VENUE'", (3 * 86400 * 10**9,))
            journal.commit()
        self.venue.obey("reset")
        self.hub.obey("speak")
        self.start_gate()
        client.see(r" in .*\|35=8\|.*11=A2\|.*58=CG501 ")
        client.stop()
        self.end_and_prove()

    def log_on(self, listener, seq=1):
        """A venue by hand, for what no simulator would do."""
        venue = listener.accept()
        venue.seq = seq
        venue.see("A")
        venue.send("A", "98=0|108=30|")
        return venue

    # R22: what the venue asks for again comes with the bytes of the first
    # sending while it is covered, and else the gap is filled.
    def test_embed_gate_resends_what_is_covered(self):
        listener = Listener("VENUE")
        self.addCleanup(listener.close)
        self.start_gate(listener.port)
        venue = self.log_on(listener)
        client = self.client()
        client.tell("raw D " + order("A1", 50000000).rstrip("|"))
        out = client.see(r" out .*\|35=D\|.*11=A1\|")
        came = venue.see("D")
        token = value(came, 7350)
        self.assertEqual([field for field in body_of(came)
                          if field[0] != "7350"], body_of(out))
        venue.close()
        venue = self.log_on(listener, venue.seq)
        seq = value(came, 34)
        venue.send("2", f"7={seq}|16={seq}|")
        again = venue.see("D")
        self.assertEqual((value(again, 43), value(again, 34)), ("Y", seq))
        self.assertEqual(body_of(again), body_of(came))
        # The hub takes the token back: its cover is dead, it is pulled.
        self.hub.tell(f"cancel {token}")
        self.assertEqual(value(venue.see("F"), 41), "A1")
        venue.send("2", f"7={seq}|16={seq}|")
        filled = venue.next()
        while value(filled, 35) in ("F", "H"):
            filled = venue.next()
        self.assertEqual([value(filled, tag) for tag in (35, 34, 123)],
                         ["4", seq, "Y"])
        client.stop()
        venue.close()
        self.end_and_prove()

    # A full disk: new risk is refused, cancels and fills pass, the end comes
    # soon; with room again all of it is there.
    def test_embed_gate_full_disk(self):
        self.start_gate(limit=FULL_DISK)
        client = self.client()
        count = 0
        while not self.running.said("FATAL"):
            count += 1
            self.assertLess(count, 3000, "the disk was never full")
            client.tell(f"order A{count} USSW10 buy 1000 4.125 ACME")
            client.see(rf" in .*\|35=8\|.*11=A{count}\|.*150=[08]\|")
        client.tell("order N1 USSW10 buy 1000 4.125 ACME")
        self.assertIn("58=CG501", client.see(r" in .*\|35=8\|.*11=N1\|"))
        client.tell("cancel C1 A1")
        client.see(r" in .*\|35=8\|.*11=C1\|.*150=4\|")
        self.venue.tell("fill A2 400 4.125")
        client.see(r" in .*\|35=8\|.*11=A2\|.*150=F\|")
        self.assertEqual(self.running.ended(), 1)
        self.assertFalse(self.venue.said(r" in .*11=N1\|"))
        self.start_gate()
        client.see(LOGGED_ON)
        client.tell("order Z1 USSW10 buy 1000 4.125 ACME")
        client.see(r" in .*\|35=8\|.*11=Z1\|.*150=0\|")
        client.stop()
        self.end_and_prove()

    # What QuickFIX itself rejects, a group that no dictionary knows, still
    # counts when the venue says it: a fill is never lost to validation.
    def test_embed_gate_fill_that_quickfix_rejects(self):
        self.start_gate()
        client = self.client()
        token = self.place_order(client, "A1", 50000000)
        self.venue.tell(
            "raw 8 37=V1|11=A1|17=X1|150=F|39=1|1=ACME|55=USSW10|54=1|"
            "38=50000000|32=20000000|31=4.1|151=30000000|14=20000000|6=4.1|"
            f"60={utc()}|9500=2|9501=a|9502=b|9501=c|9502=d")
        client.see(r" in .*\|35=8\|.*14=20000000\|.*\|9501=c\|9502=d\|")
        notice = self.hub.see(r" in .*\|35=DF\|.*2321=1\|")
        self.assertEqual((value(notice, 2319), value(notice, 2324)),
                         (token, "18080.00"))
        if KIND == "quickfix":
            self.venue.await_said(r" in .*\|35=3\|.*373=13\|")
            self.running.await_said("ALARM: QuickFIX rejects a message that the "
                                 "gate takes")
            self.refused_by_quickfix(client)
        client.stop()
        self.end_and_prove()

    def refused_by_quickfix(self, client):
        """Orders that QuickFIX, or the application, refuses before the gate."""
        group = "9500=2|9501=a|9501=b"
        for name, change, reason in (("B1", ("59=0", group), "13"),
                                     ("B2", ("USSW10", "CLOSED"), "5")):
            client.tell("raw D " + order(name, 1000).replace(*change).rstrip(
                "|"))
            client.see(rf" in .*\|35=3\|.*373={reason}\|")
        self.assertFalse(self.venue.said(r" in .*\|11=B[12]\|"))

    # R22: what the application sends past the gate does not reach the venue;
    # what the gate sends does.
    @unittest.skipUnless(len(sys.argv) > 4, "QuickFIX only")
    def test_embed_gate_stops_who_goes_past_it(self):
        self.start_gate(program=os.path.abspath(sys.argv[4]))
        client = self.client()
        self.place_order(client, "A1", 50000000)
        self.running.await_said("ALARM: an order that did not come from the gate")
        self.running.await_said("^not forwarded")
        client.tell("order A2 USSW10 buy 100000000 4.125 ACME")
        client.see(r" in .*\|35=8\|.*11=A2\|.*58=CG101 ")
        self.assertEqual(len(self.venue.said(r" in .*\|35=D\|")), 1)
        client.stop()
        self.end_and_prove()


FIXSPEC = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                       "fixspec")
QUICKFIX = f"""[DEFAULT]
StartTime=00:00:00
EndTime=00:00:00
SocketNodelay=Y
FileStorePath=store
FileLogPath=log
UseDataDictionary=Y
ValidateUserDefinedFields=N
AllowUnknownMsgFields=Y
TransportDataDictionary={FIXSPEC}/FIXT11.xml
AppDataDictionary={FIXSPEC}/FIX50SP2.xml
DataDictionary={FIXSPEC}/FIX44.xml
"""


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
