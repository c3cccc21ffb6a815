"""The session layer with one peer of a stage, as client (it connects), venue
or hub (the gate connects).

Each check is a function of a stage and a role; its first line is its name.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import shutil
import signal
import time

import bodies
from desk import HEARTBEAT, Failure
from wire import ADMIN, TO_GATE, TO_PEER, join, sealed, split

QUANTITY = 1000000
# What a role is sent by the gate when an order passes, and what it sends.
GETS = {"client": "8", "venue": "D", "hub": "DF"}
SENDS = {"client": "D", "venue": "8", "hub": "DG"}


def application(message):
    return message.type not in ADMIN


def need(holds, words):
    if not holds:
        raise Failure(words)


def order(stage, wait=True):
    """An order that the venue takes; its name."""
    name = stage.next_name("S")
    client = stage.peers["client"]
    client.send("D", bodies.order(stage.version, name, QUANTITY,
                                  stage.reads_soh("venue")))
    if wait:
        accepted(stage, name)
    return name


def accepted(stage, name):
    kind = {"t150": "0"}
    stage.peers["client"].app("8", t11=name, **kind)


def arrives_once(stage, role, name):
    """The message of an order at the application of |role|: one that is not
    marked as sent before, or a single one."""
    peer = stage.peers[role]
    kind = GETS[role]
    if role == "hub":
        return
    peer.app(kind, t11=name)
    time.sleep(0.3)
    count = peer.count(kind, t11=name)
    need(count == 1 or not peer.engine.drops_twice,
         f"{kind} of {name} reached the application {count} times")


def heartbeat(stage, role):
    """heartbeats both ways"""
    mark = stage.taps[role].mark()
    for way in (TO_GATE, TO_PEER):
        stage.crossed(role, way, "0", mark, 4 * HEARTBEAT)


def tested_by_peer(stage, role):
    """a test request of the peer is answered"""
    mark = stage.taps[role].mark()
    word = stage.next_name("TEST-")
    stage.peers[role].tell(f"test {word}")
    stage.crossed(role, TO_GATE, "1", mark, t112=word)
    stage.crossed(role, TO_PEER, "0", mark, t112=word)


def tested_by_gate(stage, role):
    """the peer answers a test request"""
    tap = stage.taps[role]
    mark = tap.mark()
    tap.hold(TO_GATE)
    try:
        request = stage.crossed(role, TO_PEER, "1", mark, 4 * HEARTBEAT)
    finally:
        tap.release(TO_GATE)
    stage.crossed(role, TO_GATE, "0", mark, t112=request.get(112))
    order(stage)


def lost_to_peer(stage, role):
    """what the gate sent and was lost is asked for and comes again"""
    tap = stage.taps[role]
    mark = tap.mark()
    tap.lose(TO_PEER, lambda message: message.type == GETS[role])
    name = order(stage, wait=False)
    lost = tap.see(TO_PEER + ", lost", application, mark)
    need(lost, "nothing was lost")
    order(stage, wait=False)
    asked = stage.crossed(role, TO_GATE, "2", mark)
    need(int(asked.get(7)) <= int(lost.get(34)),
         f"it asked from {asked.get(7)} on, lost was {lost.get(34)}")
    again = stage.crossed(role, TO_PEER, lost.type, mark, t43="Y",
                          t34=lost.get(34))
    need(again.body == lost.body, "it came again with another body")
    accepted(stage, name)
    arrives_once(stage, role, name)
    order(stage)


def lost_heartbeat_to_peer(stage, role):
    """a heartbeat of the gate that was lost is filled by a gap fill"""
    tap = stage.taps[role]
    mark = tap.mark()
    tap.lose(TO_PEER, lambda message: message.type == "0")
    lost = tap.see(TO_PEER + ", lost", lambda message: True, mark,
                   4 * HEARTBEAT)
    need(lost, "no heartbeat in time")
    stage.crossed(role, TO_GATE, "2", mark)
    stage.crossed(role, TO_PEER, "4", mark, t123="Y")
    order(stage)


def lost_to_gate(stage, role):
    """what the peer sent and was lost is asked for and comes again"""
    tap = stage.taps[role]
    mark = tap.mark()
    tap.lose(TO_GATE, lambda message: message.type == SENDS[role])
    name = order(stage, wait=False)
    lost = tap.see(TO_GATE + ", lost", application, mark)
    need(lost, "nothing was lost")
    stage.crossed(role, TO_PEER, "2", mark, t7=lost.get(34))
    again = stage.crossed(role, TO_GATE, lost.type, mark, t43="Y",
                          t34=lost.get(34))
    need(again.body == lost.body, "it came again with another body: "
         + str(again))
    accepted(stage, name)
    order(stage)


def lost_heartbeat_to_gate(stage, role):
    """a heartbeat of the peer that was lost is filled by a gap fill"""
    tap = stage.taps[role]
    mark = tap.mark()
    tap.lose(TO_GATE, lambda message: message.type == "0")
    lost = tap.see(TO_GATE + ", lost", lambda message: True, mark,
                   4 * HEARTBEAT)
    need(lost, "no heartbeat in time")
    asked = stage.crossed(role, TO_PEER, "2", mark, 4 * HEARTBEAT)
    need(asked.get(7) == lost.get(34), "another number is asked for")
    filled = stage.crossed(role, TO_GATE, "4", mark, t123="Y")
    need(int(filled.get(36)) > int(lost.get(34)), "the gap is not filled")
    order(stage)


def wrong_sum(raw):
    return raw[:-4] + b"%03d\x01" % ((int(raw[-4:-1]) + 1) % 256)


def garbled_to_gate(stage, role):
    """the gate ignores a message of the peer with a wrong checksum, asks"""
    tap = stage.taps[role]
    mark = tap.mark()
    tap.change(TO_GATE, lambda message: message.type == SENDS[role], wrong_sum)
    name = order(stage, wait=False)
    bad = tap.see(TO_GATE + ", changed", application, mark)
    need(bad, "nothing was changed")
    stage.crossed(role, TO_PEER, "2", mark, t7=bad.get(34))
    accepted(stage, name)


def garbled_to_peer(stage, role):
    """the peer does not take a message with a wrong checksum"""
    tap = stage.taps[role]
    mark = tap.mark()
    tap.change(TO_PEER, lambda message: message.type == GETS[role], wrong_sum)
    name = order(stage, wait=False)
    bad = tap.see(TO_PEER + ", changed", application, mark)
    need(bad, "nothing was changed")
    if not stage.engines[role].asks_for_garbled:
        stage.crossed(role, TO_GATE, "3", mark, t45=bad.get(34))
        order(stage)
        return
    order(stage, wait=False)
    stage.crossed(role, TO_GATE, "2", mark)
    accepted(stage, name)
    arrives_once(stage, role, name)


def bad_from_peer(stage, role):
    """a message of the peer without a required field gets a Reject"""
    peer = stage.peers[role]
    mark = stage.taps[role].mark()
    name = stage.next_name("BAD")
    # Reports are never refused, so the venue sends a TestRequest.
    kind, left_out, body = {
        "client": ("D", 54, bodies.order(stage.version, name, QUANTITY)),
        "venue": ("1", 112, []),
        "hub": ("CR", 1667, bodies.fields(bodies.LIMIT + "|60=@", QTY="1")),
    }[role]
    tag = str(left_out).encode()
    peer.send(kind, [field for field in body if field[0] != tag])
    bad = stage.crossed(role, TO_GATE, kind, mark)
    told = stage.crossed(role, TO_PEER, "3", mark, t45=bad.get(34))
    need(told.get(373) == "1" and told.get(371) == str(left_out),
         "another reason: " + str(told))
    peer.see("^reject 3 ")
    order(stage)


def bad_from_gate(stage, role):
    """a message that lacks a required field gets the peer's Reject"""
    tap = stage.taps[role]
    mark = tap.mark()
    tag = {"client": b"39", "venue": b"54", "hub": b"2320"}[role]

    def without(raw):
        return sealed(join([field for field in split(raw)
                            if field[0] != tag]))
    tap.change(TO_PEER, lambda message: message.type == GETS[role], without)
    order(stage, wait=False)
    bad = tap.see(TO_PEER + ", changed", application, mark)
    need(bad, "nothing was changed")
    stage.crossed(role, TO_GATE, "3", mark, t45=bad.get(34))
    order(stage)


def logons_after(stage, role, mark):
    """Waits until the peer is logged on again; the gate's Logon and its."""
    ours = stage.crossed(role, TO_PEER, "A", mark)
    theirs = stage.crossed(role, TO_GATE, "A", mark)
    return ours, theirs


def numbers_go_on(stage, role, before, logons):
    for way, logon in zip((TO_PEER, TO_GATE), logons):
        last = int([message.get(34) for message in
                    stage.taps[role].messages[:before]
                    if message.way == way and message.get(43) != "Y"][-1])
        number = int(logon.get(34))
        if way == TO_GATE and stage.engines[role].repeats_logout_number:
            last -= 1
        need(number > last, f"the {role}'s Logon {way} has {number} after "
             f"{last}")


def settle(stage, role):
    """An order goes through, whatever was going on."""
    if role != "client":
        stage.gate.see("compared with " + role, stage.gate_mark)
    stage.try_order(order)


def logout_by_peer(stage, role):
    """the peer logs out, comes back, and numbers go on"""
    tap, peer = stage.taps[role], stage.peers[role]
    mark, said = tap.mark(), peer.mark()
    stage.gate_mark = stage.gate.mark()
    peer.tell("logout")
    stage.crossed(role, TO_GATE, "5", mark)
    stage.crossed(role, TO_PEER, "5", mark)
    peer.see("^logout", said)
    before, said = tap.mark(), peer.mark()
    peer.tell("logon")
    logons = logons_after(stage, role, before)
    peer.see("^logon", said)
    numbers_go_on(stage, role, before, logons)
    settle(stage, role)


def cable_cut(stage, role):
    """the line breaks; the peer is back, and gets what it has missed"""
    tap, peer = stage.taps[role], stage.peers[role]
    name = order(stage)
    said = peer.mark()
    stage.gate_mark = stage.gate.mark()
    tap.is_open = False
    tap.cut()
    peer.see("^logout", said)
    mark = tap.mark()
    if role == "client":
        stage.venue.fill(stage.peers["venue"], name, QUANTITY)
        time.sleep(0.3)
    tap.is_open = True
    logons_after(stage, role, mark)
    peer.see("^logon", said)
    if role == "client":
        peer.app("8", t11=name, t39="2")
    settle(stage, role)


def end_at_rest(peer):
    """kill -9, when what the engine writes behind its messages is written:
    this is no test of its store."""
    time.sleep(0.5)
    peer.end(signal.SIGKILL)


def killed(stage, role):
    """the peer's process is killed; a new one goes on from its store"""
    tap, old = stage.taps[role], stage.peers[role]
    order(stage)
    stage.gate_mark = stage.gate.mark()
    end_at_rest(old)
    mark = tap.mark()
    peer = stage.start_peer(role)
    logons = logons_after(stage, role, mark)
    peer.see("^logon")
    numbers_go_on(stage, role, mark, logons)
    settle(stage, role)


def reset(stage, role):
    """a store that is lost: too low a number is refused, 141=Y begins anew"""
    tap, old = stage.taps[role], stage.peers[role]
    old.end(signal.SIGKILL)
    shutil.rmtree(os.path.join(stage.folder, role))
    mark = tap.mark()
    peer = stage.start_peer(role)
    refused = stage.crossed(role, TO_PEER, "5", mark)
    need(re.search("too low", refused.get(58) or ""), str(refused))
    peer.end(signal.SIGKILL)
    time.sleep(0.2)
    mark = tap.mark()
    peer = stage.start_peer(role, "reset")
    ours, theirs = logons_after(stage, role, mark)
    need(theirs.get(141) == "Y" and theirs.get(34) == "1", str(theirs))
    need(ours.get(141) == "Y" and ours.get(34) == "1", str(ours))
    peer.see("^logon")
    settle(stage, role)
    # From here on it resets nothing any more.
    end_at_rest(peer)
    stage.start_peer(role).see("^logon")
    settle(stage, role)


def gate_stops(stage):
    """the gate logs out all, comes back, and numbers go on"""
    marks = {role: tap.mark() for role, tap in stage.taps.items()}
    said = {role: peer.mark() for role, peer in stage.peers.items()}
    stage.gate.end()
    for role in stage.peers:
        stage.crossed(role, TO_PEER, "5", marks[role])
        stage.crossed(role, TO_GATE, "5", marks[role])
        stage.peers[role].see("^logout", said[role])
    before = {role: tap.mark() for role, tap in stage.taps.items()}
    stage.start_gate()
    stage.peers["client"].tell("logon")
    for role in stage.peers:
        logons = logons_after(stage, role, before[role])
        numbers_go_on(stage, role, before[role], logons)
        stage.peers[role].see("^logon", said[role])
    stage.gate.see("compared with venue")
    stage.try_order(order)


def gate_resets(stage):
    """stores that are lost: the gate begins anew with 141=Y where it is told
    to"""
    for role in ("venue", "hub"):
        stage.peers[role].end(signal.SIGKILL)
        shutil.rmtree(os.path.join(stage.folder, role))
    stage.gate.end()
    stage.configure("ResetOnLogon=Y\n")
    before = {role: tap.mark() for role, tap in stage.taps.items()}
    for role in ("venue", "hub"):
        stage.start_peer(role)
    stage.start_gate()
    stage.peers["client"].tell("logon")
    for role in ("venue", "hub"):
        for logon in logons_after(stage, role, before[role]):
            need(logon.get(34) == "1", str(logon))
            need(logon.get(141) == "Y" or (
                logon.way == TO_GATE
                and not stage.engines[role].confirms_reset), str(logon))
        stage.peers[role].see("^logon")
    stage.gate.see("compared with venue")
    stage.gate.see("compared with hub")
    stage.try_order(order)


ROLE_CHECKS = (heartbeat, tested_by_peer, tested_by_gate, lost_to_peer,
               lost_heartbeat_to_peer, lost_to_gate, lost_heartbeat_to_gate,
               garbled_to_gate, garbled_to_peer, bad_from_peer, bad_from_gate,
               logout_by_peer, cable_cut, killed)
