"""Trade through the gate: each message from one engine to another, with no
field lost on the way.

Each check is a function of a stage; its first line is its name.

SPDX-License-Identifier: Apache-2.0
"""
import bodies
from checks_session import need
from wire import (TO_GATE, TO_PEER, differs, join, lacks, sealed,
                  split)

WHOLE = 10000000
# What the gate adds: the token for the venue, and for a client of 5.0 SP2.
ADDED = {"venue": ("7350",), "client": ("2334", "2335")}


def plain(value):
    """Text as an engine shows it that takes bytes for 7 bits each."""
    return bytes(byte & 0x7f for byte in value)


def engine_has(stage, role, wire, fields):
    """The application's fields are those of the wire, in any order."""
    if not stage.engines[role].reads_text:
        wire = [(tag, plain(value)) for tag, value in wire]
    words = lacks(wire, fields) or lacks(fields, wire)
    need(words is None, f"the application of the {role} is given other "
         f"fields than came: {words}")


def passed(stage, source, target, kind, told, **words):
    """A message told to |source| arrives at |target| with every field, as it
    was written, and its application is given each of them."""
    sent = stage.crossed(source, TO_GATE, kind, **words)
    lost = lacks(told, sent.body)
    need(lost is None, f"the {source}'s engine did not write it: {lost}")
    came = stage.crossed(target, TO_PEER, kind, **words)
    words_of = differs(sent.body, came.body, ADDED[target])
    need(words_of is None, f"on the way: {words_of}")
    engine_has(stage, target, came.body,
               stage.peers[target].app(kind, **words))


def from_client(stage, kind, body, **words):
    stage.peers["client"].send(kind, body)
    passed(stage, "client", "venue", kind, body, **words)


def new(stage):
    """An order with every kind of field, taken by the venue; its name."""
    name = stage.next_name("T")
    body = bodies.order(stage.version, name, WHOLE, stage.reads_soh("venue"))
    from_client(stage, "D", body, t11=name)
    fields = stage.peers["venue"].app("D", t11=name)
    stage.venue.open(name, fields)
    return name


def reported(stage, told, name):
    """The ExecutionReport |told| of the venue arrives at the client."""
    passed(stage, "venue", "client", "8", told, t11=name,
           t17=bodies.known(told, 17))


def acknowledged(stage):
    venue = stage.peers["venue"]
    name = new(stage)
    reported(stage, stage.venue.report(venue, name, "0"), name)
    return name


def order_passes(stage):
    """D: an order, with groups in groups, data, user-defined tags"""
    name = new(stage)
    reported(stage, stage.venue.end(stage.peers["venue"], name, "4"), name)


def report_passes(stage):
    """8: the venue's acknowledgement, as rich"""
    name = acknowledged(stage)
    reported(stage, stage.venue.end(stage.peers["venue"], name, "4"), name)


def fills_pass(stage):
    """8: a fill in part, then the rest; the hub is told both"""
    venue = stage.peers["venue"]
    name = acknowledged(stage)
    for last in (WHOLE // 4, WHOLE - WHOLE // 4):
        mark = stage.taps["hub"].mark()
        reported(stage, stage.venue.fill(venue, name, last), name)
        notice = stage.crossed("hub", TO_PEER, "DF", mark, t2321="1")
        need(float(notice.get(2324)) == last * 904 / 1e6, str(notice))
        stage.crossed("hub", TO_GATE, "DG", mark, t2318=notice.get(2318))


def amend_passes(stage):
    """G: an amend up, and its report; then it is filled"""
    venue = stage.peers["venue"]
    old = acknowledged(stage)
    name = stage.next_name("T")
    body = bodies.replace(stage.version, name, old, WHOLE + 5000000,
                          stage.reads_soh("venue"))
    from_client(stage, "G", body, t11=name)
    stage.venue.accept(name, old, stage.peers["venue"].app("G", t11=name))
    reported(stage, stage.venue.report(venue, name, "5", old=old), name)
    reported(stage, stage.venue.fill(venue, name, WHOLE + 5000000), name)


def amend_down_passes(stage):
    """G: an amend down, which asks for no credit first"""
    venue = stage.peers["venue"]
    old = acknowledged(stage)
    name = stage.next_name("T")
    body = bodies.replace(stage.version, name, old, WHOLE // 2,
                          stage.reads_soh("venue"))
    from_client(stage, "G", body, t11=name)
    stage.venue.accept(name, old, stage.peers["venue"].app("G", t11=name))
    mark = stage.taps["hub"].mark()
    reported(stage, stage.venue.report(venue, name, "5", old=old), name)
    stage.crossed("hub", TO_PEER, "DF", mark, t2320="2", t2324="4520.00")
    reported(stage, stage.venue.end(venue, name, "4"), name)


def cancel_passes(stage):
    """F: a cancel, and its report; the token goes back"""
    old = acknowledged(stage)
    name = stage.next_name("T")
    body = bodies.cancel(stage.version, name, old, WHOLE,
                         stage.reads_soh("venue"))
    from_client(stage, "F", body, t11=name)
    stage.venue.book[old]["state"] = "4"
    mark = stage.taps["hub"].mark()
    told = stage.venue.report(stage.peers["venue"], old, "4", name=name,
                              old=old)
    reported(stage, told, name)
    stage.crossed("hub", TO_PEER, "DF", mark, t2320="1")


def cancel_refused(stage):
    """9: a cancel that the venue refuses"""
    venue = stage.peers["venue"]
    old = acknowledged(stage)
    name = stage.next_name("T")
    from_client(stage, "F", bodies.cancel(stage.version, name, old, WHOLE,
                                          stage.reads_soh("venue")), t11=name)
    body = bodies.refusal(stage.venue.book[old]["number"], name, old, "0",
                          stage.reads_soh("client"))
    venue.send("9", body)
    passed(stage, "venue", "client", "9", body, t11=name)
    reported(stage, stage.venue.end(venue, old, "4"), old)


def order_refused_by_venue(stage):
    """8: the venue rejects an order; the token goes back"""
    name = new(stage)
    mark = stage.taps["hub"].mark()
    reported(stage, stage.venue.end(stage.peers["venue"], name, "8"), name)
    stage.crossed("hub", TO_PEER, "DF", mark, t2320="1")


def cancelled_unasked(stage):
    """8: the venue cancels an order that nobody asked it to"""
    venue = stage.peers["venue"]
    name = acknowledged(stage)
    reported(stage, stage.venue.end(venue, name, "4"), name)


def refused_by_gate(stage):
    """8: an order without a DV01 is refused by the gate, and reads well"""
    name = stage.next_name("T")
    body = [(tag, b"NOBODY" if tag == b"55" else value)
            for tag, value in bodies.order(stage.version, name, WHOLE)]
    stage.peers["client"].send("D", body)
    came = stage.crossed("client", TO_PEER, "8", t11=name)
    need(came.get(39) == "8" and "CG104" in came.get(58), str(came))
    engine_has(stage, "client", came.body,
               stage.peers["client"].app("8", t11=name))
    need(not stage.taps["venue"].all(TO_PEER, lambda message:
                                     message.has("D", t11=name)),
         "the venue got it")


def amend_refused_by_gate(stage):
    """9: an amend of an order that nobody knows is refused by the gate"""
    name = stage.next_name("T")
    body = bodies.replace(stage.version, name, "NONE", WHOLE)
    stage.peers["client"].send("G", body)
    came = stage.crossed("client", TO_PEER, "9", t11=name)
    need(came.get(434) == "2" and "CG402" in came.get(58), str(came))
    engine_has(stage, "client", came.body,
               stage.peers["client"].app("9", t11=name))


def status_asked(stage):
    """H: the client asks for the state of an order, and is answered"""
    venue = stage.peers["venue"]
    name = acknowledged(stage)
    number = stage.venue.book[name]["number"]
    ids = "" if stage.version == "FIX.4.2" else f"37=V-{number}|"
    body = bodies.fields(f"{ids}11={name}|{bodies.STATUS}|{bodies.USER}")
    kind = "0" if stage.version == "FIX.4.2" else "I"
    mark = stage.taps["client"].mark()
    from_client(stage, "H", body, t11=name)
    sent = stage.crossed("client", TO_PEER, "8", mark, t11=name, t150=kind)
    source = stage.crossed("venue", TO_GATE, "8", t17=sent.get(17))
    words = differs(source.body, sent.body, ADDED["client"])
    need(words is None, f"on the way: {words}")
    reported(stage, stage.venue.end(venue, name, "4"), name)


def status_rejected(stage):
    """H: one that the venue's engine rejects (3) is answered by the gate"""
    name = acknowledged(stage)
    number = stage.venue.book[name]["number"]
    body = bodies.fields(f"11={name}|{bodies.STATUS}" if stage.version
                         == "FIX.4.2" else
                         f"37=V-{number}|11={name}|{bodies.STATUS}")
    stage.taps["venue"].change(
        TO_PEER, lambda message: message.type == "H", lambda raw: sealed(join(
            [field for field in split(raw) if field[0] != b"54"])))
    mark = stage.taps["client"].mark()
    venue = stage.taps["venue"].mark()
    stage.peers["client"].send("H", body)
    stage.crossed("venue", TO_GATE, "3", venue)
    came = stage.crossed("client", TO_PEER, "8", mark, t11=name)
    need(came.get(39) == "0" and came.get(37) == f"V-{number}", str(came))
    engine_has(stage, "client", came.body,
               stage.peers["client"].app("8", t17=came.get(17)))
    reported(stage, stage.venue.end(stage.peers["venue"], name, "4"), name)


def email_passes(stage):
    """C: a type that passes unchecked, with raw data (95, 96)"""
    body = bodies.fields(bodies.EMAIL, stage.reads_soh("venue"))
    from_client(stage, "C", body, t164="thread 1")


def news_passes(stage):
    """B: News of the venue, with raw data (95, 96)"""
    body = bodies.fields(bodies.NEWS, stage.reads_soh("client"))
    stage.peers["venue"].send("B", body)
    passed(stage, "venue", "client", "B", body, t149="www.example.com")


def limit_changes(stage):
    """CR: the hub lowers the limit; the client gets News, the venue a cancel"""
    client = stage.peers["client"]
    name = acknowledged(stage)
    news, pull = client.mark_apps(), stage.taps["venue"].mark()
    update_limit(stage, "1000.00")
    came = stage.crossed("client", TO_PEER, "B", t148="Credit limit breached")
    engine_has(stage, "client", came.body, client.app("B", news,
               t148="Credit limit breached"))
    pulled(stage, name, pull)
    client.app("8", t11=name, t150="4")
    update_limit(stage, "900000.00")


def update_limit(stage, amount):
    """The hub sends CR with all that a limit has; the gate takes it."""
    stage.hub.reports += 1
    name = f"R{stage.hub.reports}"
    body = bodies.fields(f"1667={name}|{bodies.LIMIT}|60=@", QTY=amount)
    stage.peers["hub"].send("CR", body)
    sent = stage.crossed("hub", TO_GATE, "CR", t1667=name)
    lost = lacks(body, sent.body)
    need(lost is None, f"the hub's engine did not write it: {lost}")
    answer = stage.crossed("hub", TO_PEER, "DE", t1667=name)
    need(answer.get(2316) == "0", str(answer))


def pulled(stage, name, mark):
    """The gate cancels an order at the venue, which confirms."""
    request = stage.crossed("venue", TO_PEER, "F", mark)
    stage.peers["venue"].app("F", t11=request.get(11))
    stage.venue.book[name]["state"] = "4"
    stage.venue.report(stage.peers["venue"], name, "4",
                       name=request.get(11), old=name)


def halt(stage):
    """DH: the hub halts the account; orders are pulled, DI says so twice"""
    hub = stage.peers["hub"]
    name = acknowledged(stage)
    mark, pull = stage.taps["hub"].mark(), stage.taps["venue"].mark()
    stop(stage, "1")
    first = stage.crossed("hub", TO_PEER, "DI", mark, t2332="0")
    engine_has(stage, "hub", first.body,
               hub.app("DI", t2331=first.get(2331)))
    pulled(stage, name, pull)
    stage.crossed("hub", TO_PEER, "DI", mark, t2332="1")
    stop(stage, "2")
    stage.peers["client"].app("B", t148="Reinstated by the clearing firm")
    order_passes(stage)


def stop(stage, action):
    stage.hub.reports += 1
    stage.peers["hub"].send("DH", bodies.fields(
        f"2328=A{stage.hub.reports}|2329={action}|{bodies.PARTY}|60=@"))


def hub_has_every_field(stage):
    """DF, CL, DE, DI: the hub's application has every field of each"""
    hub = stage.peers["hub"]
    for key, kind in ((2318, "DF"), (1666, "CL"), (1667, "DE"), (2331, "DI")):
        found = stage.taps["hub"].all(
            TO_PEER, lambda message, kind=kind: message.type == kind
            and message.get(43) != "Y" and "," not in message.way)
        need(found, f"no {kind} crossed")
        for message in found[-20:]:
            engine_has(stage, "hub", message.body, hub.app(
                kind, **{f"t{key}": message.get(key)}))


TRADE_CHECKS = (order_passes, report_passes, fills_pass, amend_passes,
                amend_down_passes, cancel_passes, cancel_refused,
                order_refused_by_venue, cancelled_unasked, refused_by_gate,
                amend_refused_by_gate, status_asked, status_rejected,
                email_passes, news_passes, limit_changes, halt, hub_has_every_field)
