"""What venue and hub do on their own, whatever engine carries it.

SPDX-License-Identifier: Apache-2.0
"""
import threading

import bodies


class Venue:
    """Takes every order, replace and cancel, and remembers where each is."""

    def __init__(self, version, soh):
        self.version = version
        self.soh = soh
        self.book = {}
        self.auto = True
        self.lock = threading.Lock()

    def __call__(self, peer, kind, fields):
        name = bodies.known(fields, 11)
        with self.lock:
            if kind == "H":
                self.status(peer, name)
            elif kind in ("D", "G", "F") and self.auto:
                self.take(peer, kind, name, fields)

    def take(self, peer, kind, name, fields):
        """What comes again has been answered."""
        old = bodies.known(fields, 41)
        if kind == "D" and name not in self.book:
            self.open(name, fields)
            self.report(peer, name, "0")
        elif kind == "G" and name not in self.book:
            self.accept(name, old, fields)
            self.report(peer, name, "5", old=old)
        elif kind == "F" and self.book[old]["state"] != "4":
            self.book[old]["state"] = "4"
            self.report(peer, old, "4", name=name, old=old)

    def open(self, name, fields):
        self.book[name] = {"number": len(self.book) + 1, "state": "0",
                           "quantity": int(bodies.known(fields, 38)),
                           "done": 0}

    def accept(self, name, old, fields):
        self.book[name] = self.book[old]
        self.book[name]["quantity"] = int(bodies.known(fields, 38))

    def fill(self, peer, name, last):
        order = self.book[name]
        order["done"] += last
        order["state"] = "2" if order["done"] == order["quantity"] else "1"
        return self.report(peer, name, "F", last=last)

    def end(self, peer, name, state):
        self.book[name]["state"] = state
        return self.report(peer, name, state)

    def report(self, peer, known, kind, *, name=None, old=None, last=0):
        """Sends an ExecutionReport about the order |known|; its fields."""
        order = self.book[known]
        left = None if order["state"] in ("0", "1", "2") else 0
        body = bodies.report(self.version, order["number"], name or known,
                             kind, order["state"], soh=self.soh,
                             quantity=order["quantity"], done=order["done"],
                             last=last, left=left, old=old)
        peer.send("8", body)
        return body

    def status(self, peer, name):
        order = self.book.get(name)
        if order is None:
            peer.send("8", bodies.unknown(self.version, name))
            return
        kind = order["state"] if self.version == "FIX.4.2" else "I"
        body = bodies.report(self.version, order["number"], name, kind,
                             order["state"], soh=self.soh,
                             quantity=order["quantity"], done=order["done"],
                             left=None if order["state"] in "012" else 0)
        if self.version == "FIX.4.2":
            body = [(tag, b"3") if tag == b"20" else (tag, value)
                    for tag, value in body]
        peer.send("8", body)


class Hub:
    """Grants what is asked for: the brain of a peer that plays the hub."""

    def __init__(self):
        self.reports = 0
        self.asks = []

    def __call__(self, peer, kind, fields):
        if kind == "CL":
            self.reports += 1
            peer.send("CM", bodies.fields(
                f"1667=R{self.reports}|1666={bodies.known(fields, 1666)}"
                f"|1511=0|1512=1|893=Y|"
                f"{bodies.without(bodies.LIMIT, '1324')}|60=@",
                QTY="900000.00"))
        elif kind == "DF":
            self.asks.append(fields)
            peer.send("DG", self.answer(fields))

    @staticmethod
    def answer(fields):
        known = {tag: bodies.known(fields, tag)
                 for tag in (2318, 2319, 2320, 2321, 1080, 1081, 54, 2324)}
        asks = known[2320] in ("0", "2") and known[2321] == "0"
        status = "4" if known[2320] == "1" and known[2321] == "0" else "0"
        words = [f"2318={known[2318]}", f"2319={known[2319]}",
                 f"2325={status}", f"2320={known[2320]}",
                 f"2321={known[2321]}", f"1080={known[1080]}",
                 f"1081={known[1081]}", f"54={known[54]}"]
        if asks:
            words.append(f"2327={known[2324]}")
        words += [f"2324={known[2324]}", "1670=ACME-USD", "15=USD",
                  bodies.PARTY, "55=USSW10"]
        return bodies.fields("|".join(words))
