"""What a gate writes down as it runs: lines of a level, messages, priorities
for systemd's journal; all of it on real processes and sockets.

    test_gate_log.py PROGRAM

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import resource
import signal
import socket
import sys
import unittest

from gate_desk import Case, LOGGED_ON, Peer

LINE = re.compile(rb"(\d{8}-\d\d:\d\d:\d\d\.\d{9}) : (8=FIX.*\x0110=\d{3}\x01)")
LEVELS = ["error", "warning", "notice", "info", "debug"]


def checksum(message):
    return sum(message[:message.rindex(b"\x0110=") + 1]) % 256


class GateLog(Case):
    def setUp(self):
        super().setUp()
        self.start_venue()

    def logged(self, name="gate.messages"):
        """The messages of a log, with |, in order."""
        with open(os.path.join(self.folder, name), "rb") as file:
            lines = file.read().split(b"\n")
        self.assertEqual(lines.pop(), b"")
        found = []
        times = []
        for line in lines:
            match = LINE.fullmatch(line)
            self.assertIsNotNone(match, line)
            self.assertEqual(checksum(match.group(2)),
                             int(match.group(2)[-4:-1]), line)
            times.append(match.group(1))
            found.append(match.group(2).decode().replace("\x01", "|"))
        self.assertEqual(times, sorted(times))
        return found

    def one_order(self, gate, name):
        client = self.client()
        self.accepted(client, name)
        return client

    def end(self, gate):
        self.assertEqual(gate.stop(), 0)
        for process in self.processes:
            process.stop()

    def compare(self, logged, process, peer):
        """The log has what the simulator's own printout has, in its order."""
        seen = process.messages()
        ours = [("in" if "|49=GATE|" in message else "out", message)
                for message in logged
                if f"|49={peer}|" in message or f"|56={peer}|" in message]
        for way in ("in", "out"):
            said = [message for to, message in seen if to == way]
            self.assertGreater(len(said), 3)
            self.assertEqual([message for to, message in ours if to == way],
                             said)

    def test_messages_in_and_out(self):
        self.configure("MessageLog=gate.messages\n")
        gate = self.gate()
        client = self.one_order(gate, "A1")
        client.tell("replace A2 A1 2000 4.125")
        client.see(r" in .*35=8.*\|11=A2\|.*150=5\|")
        self.venue.tell("fill A2 2000 4.125")
        client.see(r" in .*35=8.*\|11=A2\|.*150=F\|")
        self.end(gate)
        logged = self.logged()
        self.compare(logged, client, "CLIENT")
        self.compare(logged, self.venue, "VENUE")
        self.compare(logged, self.hub, "HUB")
        # What causes comes before what follows.
        at = [next(i for i, message in enumerate(logged)
                   if f"|35={kind}|" in message and who in message)
              for kind, who in (("D", "|49=CLIENT|"), ("DF", ""), ("DG", ""),
                                ("D", "|56=VENUE|"), ("8", "|49=VENUE|"),
                                ("8", "|56=CLIENT|"))]
        self.assertEqual(at, sorted(at))

    def test_the_same_comes_of_it_again(self):
        """What is in the log is all that the gate needs to decide the same."""
        self.configure("MessageLog=gate.messages\n")
        gate = self.gate()
        client = self.one_order(gate, "A1")
        for count in range(2, 30):
            self.order(client, f"A{count}")
        client.see(r" in .*35=8.*\|11=A29\|.*150=0\|")
        client.tell("replace A30 A1 2000 4.125")
        client.see(r" in .*35=8.*\|11=A30\|.*150=5\|")
        client.tell("order B1 NOSUCH buy 1000 4.125 ACME")
        client.see(r" in .*35=8.*\|11=B1\|.*150=8\|")
        self.venue.tell("fill A30 2000 4.125")
        client.see(r" in .*35=8.*\|11=A30\|.*150=F\|")
        self.hub.see(r" out .*35=DG\|.*2321=1")
        client.tell("cancel C1 A2")
        client.see(r" in .*35=8.*\|11=C1\|.*150=4\|")
        self.hub.see(r" out .*35=DG\|.*2320=1")
        self.end(gate)
        status, out, error = self.command(
            "replay", "--config", "gate.cfg", "--expect", "gate.messages",
            "gate.messages")
        self.assertEqual(status, 0, out + error)
        self.assertEqual(error, "")
        path = os.path.join(self.folder, "gate.messages")
        with open(path, encoding="utf-8") as file:
            lines = file.readlines()
        with open(path + ".less", "w", encoding="utf-8") as file:
            file.writelines(line for line in lines if "\x0111=B1\x01" not in line
                            or "\x0135=8\x01" not in line)
        status, out, _ = self.command(
            "replay", "--config", "gate.cfg", "--expect",
            "gate.messages.less", "gate.messages")
        self.assertEqual(status, 1)
        self.assertIn("|11=B1|", out)

    def test_what_was_not_committed_is_not_in_it(self):
        """Neither the journal nor its spare can be written any more."""
        self.configure("MessageLog=gate.messages\n")
        gate = self.gate()
        client = self.one_order(gate, "A1")
        small = (40000, 40000) # bytes that a file may have
        resource.prlimit(gate.child.pid, resource.RLIMIT_FSIZE, small)
        count = 0
        line = ""
        while " logout " not in line:
            count += 1
            self.assertLess(count, 1000, "the spare was never full")
            client.tell(f"raw F 11=C{count}|41=NONE|55=USSW10|54=1|38=1000|"
                        "60=20260115-12:00:00")
            line = client.see(rf" in .*\|35=9\|.*\|11=C{count}\||"
                              r"^\S+ logout ")
        self.assertEqual(gate.ended(), 1)
        logged = self.logged()
        self.assertIn(f"|11=C{count}|", logged[-1])
        self.assertIn("|49=CLIENT|", logged[-1])

    def connect(self):
        return Peer(socket.create_connection(("127.0.0.1", self.port)),
                    "CLIENT")

    def test_messages_that_the_session_does_not_take(self):
        self.configure("MessageLog=gate.messages\n")
        gate = self.gate()
        peer = self.connect()
        peer.send("A", "98=0|108=30|554=secret|")
        peer.see("A")
        peer.send("D", "11=GAP|", seq=5) # waits behind a gap
        peer.see("2")
        peer.line.sendall(b"8=FIX.4.4\x019=5\x01garbage10=000\x01")
        gate.see("garbled bytes are ignored")
        peer.send("0", "", seq=1) # too low: the end
        peer.see("5")
        peer.close()
        self.end(gate)
        logged = self.logged()
        mine = [message for message in logged if "|49=CLIENT|" in message]
        self.assertEqual([message[message.index("|35="):][4:5]
                          for message in mine], ["A", "D", "0"])
        self.assertIn("|554=******|", mine[0])
        self.assertFalse(any("garbage" in message for message in logged))

    def test_strangers_are_not_in_it(self):
        self.configure("MessageLog=gate.messages\n")
        gate = self.gate()
        peer = Peer(socket.create_connection(("127.0.0.1", self.port)),
                    "NOBODY")
        peer.send("A", "98=0|108=30|")
        gate.see("no such session")
        peer.close()
        self.end(gate)
        self.assertFalse(any("NOBODY" in line for line in self.logged()))

    def test_our_password_is_hidden(self):
        self.configure("MessageLog=gate.messages\n",
                       "LogonTag=553=gate\nLogonTag1=554=sesame\n")
        gate = self.gate("--log-level", "debug")
        self.one_order(gate, "A1")
        self.end(gate)
        logon = [line for line in self.logged()
                 if "|35=A|" in line and "|56=VENUE|" in line]
        self.assertEqual(len(logon), 1)
        self.assertIn("|553=gate|554=******|", logon[0])
        self.assertTrue(any("554=sesame" in line for line in self.venue.lines))
        self.assertFalse(any("sesame" in line for line in gate.lines))

    def test_moved_away_and_restarted(self):
        self.configure("MessageLog=gate.messages\n")
        path = os.path.join(self.folder, "gate.messages")
        gate = self.gate()
        client = self.one_order(gate, "A1")
        os.rename(path, path + ".1")
        self.accepted(client, "A2")
        # Half of a configuration is none of a rotation's business.
        with open(os.path.join(self.folder, "gate.cfg"), "r+",
                  encoding="utf-8") as file:
            whole = file.read()
            file.truncate(len(whole) // 2)
        gate.child.send_signal(signal.SIGUSR2)
        gate.see("SIGUSR2")
        self.accepted(client, "A3")
        with open(os.path.join(self.folder, "gate.cfg"), "w",
                  encoding="utf-8") as file:
            file.write(whole)
        os.rename(path, path + ".2")
        gate.child.send_signal(signal.SIGHUP)
        gate.see("SIGHUP")
        gate.see("the configuration is unchanged")
        self.accepted(client, "A4")
        self.assertEqual(gate.stop(), 0)
        self.assertFalse(any("ALARM" in line for line in gate.lines))
        first, second = self.logged("gate.messages.1"), self.logged()
        between = self.logged("gate.messages.2")
        for name, its in ("A2", first), ("A3", between), ("A4", second):
            for lines in first, between, second:
                self.assertEqual(any(f"|11={name}|" in line for line in lines),
                                 lines is its)
        gate = self.gate()
        self.end(gate)
        more = self.logged()
        self.assertEqual(more[:len(second)], second)
        self.assertGreater(len(more), len(second))

    def test_cannot_be_opened(self):
        self.configure("MessageLog=gate.messages\n")
        os.mkdir(os.path.join(self.folder, "gate.messages"))
        status, out, error = self.command("run", "--config", "gate.cfg")
        self.assertEqual(status, 2)
        self.assertIn("the message log is there, and no regular file", error)
        self.assertFalse(os.path.exists(self.journal))

    # --- lines -----------------------------------------------------------

    def lines_at(self, level):
        for name in os.listdir(self.folder):
            if name.startswith("gate.journal"):
                os.remove(os.path.join(self.folder, name))
        words = [] if level == "info" else ["--log-level", level]
        gate = self.start("run", "--config", "gate.cfg", *words)
        client = self.start("clientsim", "--reset", "--connect",
                            str(self.port))
        client.see(LOGGED_ON)
        self.accepted(client, f"A-{level}")
        # A report that names no order of the gate is an alarm.
        self.venue.tell("raw 8 37=X|17=X|11=NOBODY|150=0|39=0|55=USSW10|54=1|"
                        "151=1|14=0|6=0")
        if level != "error":
            gate.see("ALARM")
        client.tell(f"cancel C-{level} A-{level}")
        client.see(rf" in .*35=8.*\|11=C-{level}\|")
        client.stop()
        self.assertEqual(gate.stop(), 0)
        for simulator in (self.venue, self.hub):
            simulator.tell("reset")
            simulator.tell("logon")
        return gate.lines

    def test_levels(self):
        self.configure("MaxInstruments=0\n", "ResetOnLogon=Y\n")
        wanted = [(None, None), ("ALARM", "warning"),
                  ("logged on", "notice"), ("told to end", "notice"),
                  ("listens on", "notice"), ("starts with", "notice"),
                  ("forwards order A-", "info"),
                  (" out 8=FIX", "debug"), (" in 8=FIX", "debug")][1:]
        for level in LEVELS:
            lines = self.lines_at(level)
            for words, least in wanted:
                self.assertEqual(any(words in line for line in lines),
                                 LEVELS.index(least) <= LEVELS.index(level),
                                 (level, words, lines))
            if level == "error":
                self.assertEqual(lines, [])

    def test_level_that_is_none(self):
        self.configure()
        status, _, error = self.command("run", "--config", "gate.cfg",
                                        "--log-level", "loud")
        self.assertEqual(status, 2)
        self.assertIn("loud is no log level: error, warning, notice, info or "
                      "debug", error)

    def test_priorities_for_systemd(self):
        self.configure()
        path = os.path.join(self.folder, "out")
        with open(path, "w", encoding="utf-8") as out:
            of = os.fstat(out.fileno())
            stream = {**os.environ, "JOURNAL_STREAM":
                      f"{of.st_dev}:{of.st_ino}"}
            gate = self.start("run", "--config", "gate.cfg", out=out,
                              environment=stream)
            client = self.client()
            self.accepted(client, "A1")
            self.assertEqual(gate.stop(), 0)
        with open(path, encoding="utf-8") as out:
            lines = out.read().splitlines()
        for line in lines:
            self.assertRegex(line, r"^<[3-7]>(gate|line|FIX\S+) ")
        self.assertTrue(any(line.startswith("<5>gate told to end")
                            for line in lines))
        self.assertTrue(any(re.match("<6>gate forwards order A1", line)
                            for line in lines), lines)
        # Of another stream it is not the reader.
        gate = self.gate(environment={**os.environ, "JOURNAL_STREAM": "1:2"})
        self.end(gate)
        for line in gate.lines:
            self.assertRegex(line, r"^\d\d:\d\d:\d\d\.\d{6} ")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
