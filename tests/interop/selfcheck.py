"""A check that cannot fail is worth nothing: mistakes are planted in what the
checks compare, and each must be found.

SPDX-License-Identifier: Apache-2.0
"""
import bodies
from desk import Failure
from wire import Framer, Message, differs, join, lacks, sealed, split


def bodies_of_all():
    for version in bodies.VERSIONS:
        yield bodies.order(version, "A1", 1000)
        yield bodies.report(version, 1, "A1", "F", "1", quantity=10, done=4)
    yield bodies.fields(bodies.NEWS)


def splits_whole():
    """messages are cut into fields, and joined again, byte by byte"""
    for body in bodies_of_all():
        raw = sealed(b"8=FIX.4.4\x0135=D\x01" + join(body))
        found = Message(raw)
        if found.body != body or join(found.fields) != raw:
            raise Failure("a body is not what was written")
        twice = list(Framer().feed(raw + raw))
        if twice != [raw, raw]:
            raise Failure("two messages are not cut apart")


def finds_every_loss():
    """each field that is lost, changed, moved or added is found"""
    for body in bodies_of_all():
        for at, (tag, value) in enumerate(body):
            planted = [body[:at] + body[at + 1:],
                       body[:at] + [(tag, value + b"0")] + body[at + 1:],
                       body[:at] + [(b"5002", b"x")] + body[at:]]
            if at > 0 and body[at - 1] != (tag, value):
                planted.append(body[:at - 1] + [body[at], body[at - 1]]
                               + body[at + 1:])
            for bad in planted:
                if differs(body, bad, ("7350",)) is None:
                    raise Failure(f"not found at {tag}")
            if lacks(body, planted[0]) is None:
                raise Failure(f"the loss of {tag} is not found")


def allows_the_token_only():
    """the token's tag may be added, and nothing else"""
    body = bodies.order("FIX.4.4", "A1", 1000)
    if differs(body, body + [(b"7350", b"T")], ("7350",)) is not None:
        raise Failure("the token does not pass")
    if differs(body, body + [(b"7351", b"T")], ("7350",)) is None:
        raise Failure("another tag passes")
    if split(join(body)) != body:
        raise Failure("split and join differ")


CHECKS = (splits_whole, finds_every_loss, allows_the_token_only)

if __name__ == "__main__":
    for check in CHECKS:
        check()
    print(f"{len(CHECKS)} passed, 0 failed")
