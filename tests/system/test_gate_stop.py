"""How a gate ends when it is told to: nobody is left in doubt, nothing is lost,
and the next start goes on where it was; on real processes and sockets.

    test_gate_stop.py PROGRAM

SPDX-License-Identifier: Apache-2.0
"""
import datetime
import os
import re
import signal
import socket
import sys
import time
import unittest

from gate_desk import Case, Listener, Peer


def number(message):
    return int(re.search(r"\|34=(\d+)\|", message).group(1))


def stamp():
    return datetime.datetime.now(datetime.timezone.utc).strftime(
        "%Y%m%d-%H:%M:%S")


class GateStop(Case):
    """Venue and client are said by hand; the hub is the simulator."""

    def setUp(self):
        super().setUp()
        self.listener = Listener("VENUE")
        self.venue_port = self.listener.port
        self.desk = None
        self.peers = []

    def tearDown(self):
        super().tearDown()
        self.listener.close()
        for peer in self.peers:
            peer.close()

    def open(self, gate="", client=True):
        self.configure("MessageLog=gate.messages\n" + gate)
        return self.again(client, 1, 1)

    def again(self, client, ours, theirs):
        """A gate with its peers; their next numbers."""
        gate = self.start("run", "--config", "gate.cfg")
        gate.see("listens on")
        self.venue = self.listener.accept()
        self.peers.append(self.venue)
        self.venue.seq = theirs
        self.venue.see("A")
        self.venue.send("A", "98=0|108=30|")
        gate.see("takes the limit update")
        if client:
            self.connect(ours)
        return gate

    def connect(self, ours=1):
        self.desk = Peer(socket.create_connection(("127.0.0.1", self.port)),
                         "CLIENT")
        self.peers.append(self.desk)
        self.desk.seq = ours
        self.desk.send("A", "98=0|108=30|")
        return self.desk.see("A")

    def order(self, name, wait=True):
        self.desk.send("D", f"11={name}|21=1|1=ACME|55=USSW10|54=1|"
                            f"60={stamp()}|38=1000|40=2|44=4.125|")
        if wait:
            self.venue.see("D", f"|11={name}|")
            self.report(name, "0", "0")
            self.desk.see("8", f"|11={name}|")

    def cancel(self, name, target):
        self.desk.send("F", f"11={name}|41={target}|55=USSW10|54=1|"
                            f"60={stamp()}|38=1000|")

    def report(self, name, kind, status, done=0, more=""):
        self.venue.send("8", f"37=V|11={name}|17=E{self.venue.seq}|"
                             f"150={kind}|39={status}|55=USSW10|54=1|38=1000|"
                             f"151={0 if status in '24' else 1000 - done}|"
                             f"14={done}|6=4|{more}")

    def leave(self, peer):
        """The peer answers the gate's Logout, and closes."""
        said = peer.see("5")
        self.assertIn("|58=the gate is stopping|", said)
        peer.send("5")
        self.assertEqual(peer.rest(), [])
        peer.close()
        return said

    def logged(self):
        with open(os.path.join(self.folder, "gate.messages"), "rb") as file:
            return [line.split(b" : ", 1)[1].replace(b"\x01", b"|").decode()
                    for line in file.read().splitlines()]

    def ended(self, gate, within=10):
        begun = time.monotonic()
        self.assertEqual(gate.ended(), 0, gate.lines[-9:])
        self.assertLess(time.monotonic() - begun, within)

    def nothing_resent(self, since):
        self.assertEqual([line for line in self.logged()[since:]
                          if "|43=Y|" in line or "|35=2|" in line], [])

    # --- all goes well ---------------------------------------------------

    def test_quiet(self):
        """Clients first, then the others; the next start resends nothing."""
        gate = self.open()
        self.order("A1")
        for number_of_signal in (signal.SIGTERM, signal.SIGINT):
            begun = time.monotonic()
            gate.child.send_signal(number_of_signal)
            self.leave(self.desk)
            self.leave(self.venue)
            self.ended(gate)
            self.assertLess(time.monotonic() - begun, 2)
            logouts = [re.search(r"\|56=(\w+)\|", line).group(1)
                       for line in self.logged()
                       if "|35=5|" in line and "|49=GATE|" in line]
            self.assertEqual(logouts[0], "CLIENT")
            self.assertEqual(sorted(logouts), ["CLIENT", "HUB", "VENUE"])
            self.proved()
            if number_of_signal == signal.SIGTERM:
                count = len(self.logged())
                gate = self.again(True, self.desk.seq, self.venue.seq)
                self.nothing_resent(count)
                os.remove(os.path.join(self.folder, "gate.messages"))
                gate.child.send_signal(signal.SIGHUP)
                gate.see("told to read")
        self.assertTrue(any("(SIGINT)" in line for line in gate.lines))

    def test_nobody_there(self):
        """Neither venue nor client ever came."""
        self.configure()
        gate = self.start("run", "--config", "gate.cfg")
        gate.see("listens on")
        gate.child.send_signal(signal.SIGTERM)
        self.ended(gate, 3)

    def test_at_once(self):
        """Told before it has done anything."""
        self.configure()
        for delay in (0, 0.01, 0.02, 0.05, 0.1):
            gate = self.start("run", "--config", "gate.cfg")
            time.sleep(delay)
            gate.child.send_signal(signal.SIGTERM)
            status = gate.ended()
            # Before the signal is listened to, it ends any process.
            self.assertIn(status, [0, -signal.SIGTERM])

    # --- what is under way -----------------------------------------------

    def test_cancel_is_answered_before_the_logout(self):
        gate = self.open("SoftDeadlineMs=10000\n")
        self.order("A1")
        self.cancel("C1", "A1")
        self.venue.see("F", "|11=C1|")
        gate.child.send_signal(signal.SIGTERM)
        gate.see("waits up to 10000 ms for answers")
        # Meanwhile new risk is refused, cancels pass, and nobody comes in.
        self.order("A2", wait=False)
        self.assertIn("|58=CG501", self.desk.see("8", "|11=A2|"))
        self.cancel("C2", "A1")
        self.venue.see("F", "|11=C2|")
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.1", self.port))
        self.report("C1", "4", "4", more="41=A1|")
        self.assertIn("|150=4|", self.desk.see("8", "|11=C1|"))
        self.venue.send("9", "37=V|11=C2|41=A1|39=4|434=1|102=0|")
        self.desk.see("9", "|11=C2|")
        self.leave(self.desk)
        self.leave(self.venue)
        self.ended(gate)
        self.proved()

    def test_confirmed_cancel_is_not_waited_for(self):
        gate = self.open("SoftDeadlineMs=10000\n")
        self.order("A1")
        self.cancel("C1", "A1")
        self.venue.see("F", "|11=C1|")
        self.report("C1", "4", "4", more="41=A1|")
        self.desk.see("8", "|11=C1|")
        gate.child.send_signal(signal.SIGTERM)
        self.leave(self.desk)
        self.leave(self.venue)
        self.ended(gate, within=5)
        self.assertFalse(any("still owe" in line for line in gate.lines))
        self.proved()

    def test_cancel_said_before_the_logout_still_passes(self):
        """The client's cancel crosses the gate's Logout."""
        gate = self.open()
        self.order("A1")
        gate.child.send_signal(signal.SIGTERM)
        self.desk.see("5")
        self.cancel("C1", "A1")
        self.desk.send("5")
        self.assertEqual(self.desk.rest(), [])
        self.venue.see("F", "|11=C1|")
        self.report("C1", "4", "4", more="41=A1|")
        self.leave(self.venue)
        self.ended(gate)
        # The answer was kept for the client.
        seen = number(self.logged_to("CLIENT")[-1])
        gate = self.again(False, 1, self.venue.seq)
        self.comes_back(seen, ["|11=C1|"])
        self.finish(gate)

    def logged_to(self, peer):
        return [line for line in self.logged()
                if f"|56={peer}|" in line and "|49=GATE|" in line]

    def comes_back(self, seen, expected):
        """The client logs on, asks for what it has not seen, and gets it."""
        logon = self.connect(self.desk.seq)
        self.assertEqual(number(logon), seen + len(expected) + 1)
        self.desk.send("2", f"7={seen + 1}|16=0|")
        for words in expected:
            self.assertIn("|43=Y|", self.desk.see("8", words))

    def finish(self, gate):
        gate.child.send_signal(signal.SIGTERM)
        self.leave(self.desk)
        self.leave(self.venue)
        self.ended(gate)
        self.proved()

    def test_fill_before_the_venues_logout_is_kept(self):
        gate = self.open()
        self.order("A1")
        gate.child.send_signal(signal.SIGTERM)
        seen = number(self.leave(self.desk))
        self.venue.see("5")
        self.report("A1", "1", "1", 400)
        self.report("A1", "F", "1", 700)
        self.venue.send("5")
        self.venue.close()
        self.ended(gate)
        self.proved()
        status, out, _ = self.command("records", "--journal", "gate.journal",
                                      "--order", "A1")
        self.assertEqual(status, 0)
        self.assertIn("700", out)
        count = len(self.logged())
        gate = self.again(False, 1, self.venue.seq)
        self.nothing_resent(count)
        self.comes_back(seen, ["|14=400|", "|14=700|"])
        self.finish(gate)

    def test_fill_that_crosses_the_clients_logout(self):
        """Nothing new follows the Logout on the client's line."""
        gate = self.open()
        self.order("A1")
        gate.child.send_signal(signal.SIGTERM)
        seen = number(self.desk.see("5"))
        self.report("A1", "F", "1", 400)
        gate.see("reports as consumed")
        self.desk.send("5")
        self.assertEqual(self.desk.rest(), [])
        self.leave(self.venue)
        self.ended(gate)
        gate = self.again(False, 1, self.venue.seq)
        self.comes_back(seen, ["|14=400|"])
        self.finish(gate)

    def test_waiting_order_and_a_silent_hub(self):
        gate = self.open("SoftDeadlineMs=700\n")
        self.hub.obey("silent")
        self.order("W1", wait=False)
        self.hub.see(r" in .*35=DF")
        gate.child.send_signal(signal.SIGTERM)
        self.assertIn("|58=CG501", self.desk.see("8", "|11=W1|"))
        self.hub.see(r" in .*35=DF\|.*2320=1")
        self.leave(self.desk)
        self.leave(self.venue)
        self.ended(gate)
        self.assertTrue(any("still owe answers" in line
                            for line in gate.lines))
        self.hub.obey("speak")
        gate = self.again(True, self.desk.seq, self.venue.seq)
        self.hub.see(r" out .*35=DG\|.*2320=1")
        self.finish(gate)

    # --- peers that do not play along --------------------------------------

    def test_client_that_never_answers(self):
        gate = self.open()
        self.order("A1")
        begun = time.monotonic()
        gate.child.send_signal(signal.SIGTERM)
        self.desk.see("5")
        self.leave(self.venue)
        self.ended(gate)
        self.assertGreater(time.monotonic() - begun, 1.5)
        self.assertEqual(self.desk.rest(), [])
        self.assertTrue(any(re.search("has not answered the Logout|"
                                      "Timed out waiting for logout", line)
                            for line in gate.lines))
        gate = self.again(True, self.desk.seq, self.venue.seq)
        self.finish(gate)

    def test_venue_that_never_answers(self):
        gate = self.open()
        gate.child.send_signal(signal.SIGTERM)
        self.leave(self.desk)
        self.venue.see("5")
        self.ended(gate)
        gate = self.again(True, self.desk.seq, self.venue.seq)
        self.finish(gate)

    def test_client_that_does_not_read(self):
        """What does not fit into its line is there at the next logon."""
        gate = self.open()
        self.order("A1")
        text = "x" * 60000
        reports = 250
        for count in range(1, reports + 1):
            self.report("A1", "F", "1", count, f"58={text}|")
        for _ in range(reports):
            gate.see("reports as consumed")
        gate.child.send_signal(signal.SIGTERM)
        self.leave(self.venue)
        self.ended(gate)
        seen = [number(line) for line in self.desk.rest()][-1]
        self.assertLess(seen, reports) # it was cut
        gate = self.again(False, 1, self.venue.seq)
        self.connect(self.desk.seq)
        self.desk.send("2", f"7={seen + 1}|16=0|")
        done = seen - 2 # a Logon and an acknowledgement
        for count in range(done + 1, reports + 1):
            self.desk.see("8", f"|14={count}|")
        self.finish(gate)

    def test_files_that_nobody_writes_to(self):
        """A reload of pipes is refused, and the end waits for none."""
        gate = self.open(client=False)
        for name in "gate.cfg", "instruments.csv":
            path = os.path.join(self.folder, name)
            os.rename(path, path + ".kept")
            os.mkfifo(path)
            gate.child.send_signal(signal.SIGHUP)
            gate.see(rf"ALARM: .*{name}: it is a pipe, not a file; name a "
                     "plain file")
            gate.see("the configuration of before stays in force")
            os.unlink(path)
            os.rename(path + ".kept", path)
        gate.child.send_signal(signal.SIGHUP)
        gate.see("the configuration is unchanged")
        os.unlink(path)
        os.mkfifo(path)
        gate.child.send_signal(signal.SIGHUP)
        gate.child.send_signal(signal.SIGTERM)
        self.venue.see("5")
        self.venue.send("5")
        self.ended(gate)

    def test_further_signals_end_the_waits(self):
        gate = self.open("SoftDeadlineMs=60000\nHardDeadlineMs=600000\n")
        self.order("A1")
        self.cancel("C1", "A1")
        self.venue.see("F")
        begun = time.monotonic()
        gate.child.send_signal(signal.SIGTERM)
        gate.see("waits up to 60000 ms")
        gate.child.send_signal(signal.SIGHUP)
        gate.see("the gate is ending: the configuration is not read")
        time.sleep(0.3)
        self.assertIsNone(gate.child.poll())
        gate.child.send_signal(signal.SIGINT)
        self.desk.see("5")
        gate.child.send_signal(signal.SIGTERM)
        self.venue.see("5")
        gate.child.send_signal(signal.SIGINT)
        self.ended(gate)
        self.assertLess(time.monotonic() - begun, 1.9) # no LOGOUT wait
        self.proved()
        # What the venue did with the cancel is asked for.
        gate = self.again(True, self.desk.seq, self.venue.seq)
        self.venue.see("H")
        gate.child.send_signal(signal.SIGTERM)
        self.leave(self.desk)
        self.leave(self.venue)
        self.ended(gate)

    def test_lines_that_break_meanwhile(self):
        """Whoever leaves while the gate waits owes nothing any more."""
        gate = self.open("SoftDeadlineMs=60000\nHardDeadlineMs=600000\n")
        self.order("A1")
        self.cancel("C1", "A1")
        self.venue.see("F")
        gate.child.send_signal(signal.SIGTERM)
        gate.see("waits up to 60000 ms")
        self.venue.close()
        self.leave(self.desk)
        self.ended(gate)
        self.proved()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
