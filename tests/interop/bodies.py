"""Bodies of messages with as much in them as both engines' dictionaries allow:
optional fields, groups in groups, user-defined tags, data that holds a SOH,
and text beyond ASCII.

SPDX-License-Identifier: Apache-2.0
"""
import datetime
import itertools

from wire import DATA

VERSIONS = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")
LENGTHS = {data: length for length, data in DATA.items()}
# ^ is a SOH, which these fields alone may hold.
ENCODED = "354|355=Kürzel^9=1^10=000^Ende"
TEXT = "58=Größe 10 Mio – naïve €"
USER = "5001=desk|6999=a=b=c|9999=Ünïcode"
PARTIES = ("453=2|448=ACME|447=D|452=24|802=1|523=desk seven|803=2"
           "|448=FCM1|447=D|452=4")
SECURITY = ("48=US0123456789|22=4|454=2|455=ALT1|456=1|455=ALT2|456=2"
            "|460=12|461=SRCSXX")
ISSUER = ("106=Treuhand|348|349=Ver^walter|107=ten years"
          "|350|351=zehn^Jahre")

ORDER = {
    "FIX.4.2": f"109=C1|1=ACME|78=2|79=SUB1|80=6000000|79=SUB2|80=4000000"
               f"|63=0|21=1|18=G 6|110=1000000|111=5000000|386=2|336=S1|336=S2"
               f"|55=USSW10|65=WI|48=US0123456789|22=4|{ISSUER}|140=4.1000"
               f"|54=1|114=N|60=@|38=%|40=2|44=4.1250|15=USD|376=C7|59=0"
               f"|{TEXT}|{ENCODED}|77=O|{USER}",
    "FIX.4.4": f"526=SECOND|583=LINK|{PARTIES}|1=ACME|660=99|581=1"
               f"|78=2|79=SUB1|661=99|467=I1|539=1|524=N1|525=D|538=24"
               f"|804=2|545=s1|805=2|545=s2|805=2|80=6000000"
               f"|79=SUB2|661=99|80=4000000|63=0|21=1|18=G 6|110=1000000"
               f"|111=5000000|386=2|336=1|336=2"
               f"|55=USSW10|65=WI|{SECURITY}|541=20360115|{ISSUER}"
               f"|711=2|311=UND1|312=X|311=UND2|312=Y"
               f"|54=1|60=@|232=2|233=ISSUE|234=CD|233=TEXT|234=XD|854=0"
               f"|38=%|40=2|44=4.1250|15=USD|376=C7|377=N|59=0|528=A|529=1"
               f"|582=1|{TEXT}|{ENCODED}|77=O|{USER}",
    "FIX.5.0SP2": f"526=SECOND|583=LINK|{PARTIES}|1=ACME|660=99|581=1"
                  f"|78=2|79=SUB1|661=99|467=I1|539=1|524=N1|525=D|538=24"
                  f"|804=2|545=s1|805=2|545=s2|805=2|80=6000000"
                  f"|79=SUB2|661=99|80=4000000|63=0|21=1|18=G 6|110=1000000"
                  f"|1138=5000000|386=2|336=1|336=2"
                  f"|55=USSW10|65=WI|{SECURITY}|541=20360115|{ISSUER}"
                  f"|711=2|311=UND1|312=X|311=UND2|312=Y"
                  f"|54=1|60=@|232=2|233=ISSUE|234=CD|233=TEXT|234=XD|854=0"
                  f"|38=%|40=2|44=4.1250|15=USD|376=C7|377=N|59=0|528=A|529=1"
                  f"|582=1|{TEXT}|{ENCODED}|77=O|{USER}",
}
CANCEL = f"1=ACME|55=USSW10|54=1|60=@|38=%|{TEXT}|{ENCODED}|{USER}"
STATUS = "1=ACME|55=USSW10|54=1"
FEES = "136=2|137=1.50|138=USD|139=2|137=0.25|138=EUR|139=4"
CONTRA = ("382=2|375=BRK1|337=T1|437=400|438=@|655=leg"
          "|375=BRK2|337=T2|437=600|438=@|655=leg")
REPORT = {
    "FIX.4.2": f"109=C1|76=EXEC|{CONTRA.replace('|655=leg', '')}"
               f"|17=%EXEC|20=0|150=%TYPE|39=%STATE"
               f"|1=ACME|55=USSW10|65=WI|48=US0123456789|22=4|{ISSUER}"
               f"|54=1|38=%|40=2|44=4.1250|15=USD|376=C7|59=0"
               f"|32=%LAST|31=4.1250|30=XOFF|151=%LEFT|14=%CUM|6=4.1250"
               f"|75=20260115|60=@|381=41.25|119=45.07|120=EUR"
               f"|{TEXT}|{ENCODED}|{USER}",
    "FIX.4.4": f"526=SECOND|198=SECORD|{PARTIES}|{CONTRA}"
               f"|17=%EXEC|150=%TYPE|39=%STATE|1=ACME|660=99|63=0"
               f"|55=USSW10|65=WI|{SECURITY}|541=20360115|{ISSUER}"
               f"|711=1|311=UND1|312=X|54=1|232=1|233=ISSUE|234=CD"
               f"|38=%|40=2|44=4.1250|15=USD|376=C7|59=0"
               f"|32=%LAST|31=4.1250|30=XOFF|151=%LEFT|14=%CUM|6=4.1250"
               f"|75=20260115|60=@|381=41.25|118=41.25|119=45.07|120=EUR"
               f"|{TEXT}|{ENCODED}|{FEES}|{USER}",
    "FIX.5.0SP2": f"526=SECOND|198=SECORD|{PARTIES}|{CONTRA}"
                  f"|17=%EXEC|150=%TYPE|39=%STATE|1=ACME|660=99|63=0"
                  f"|55=USSW10|65=WI|{SECURITY}|541=20360115|{ISSUER}"
                  f"|711=1|311=UND1|312=X|54=1|232=1|233=ISSUE|234=CD"
                  f"|38=%|40=2|44=4.1250|15=USD|376=C7|59=0"
                  f"|32=%LAST|31=4.1250|30=XOFF|151=%LEFT|14=%CUM|6=4.1250"
                  f"|75=20260115|60=@|381=41.25|118=41.25|119=45.07|120=EUR"
                  f"|{TEXT}|{ENCODED}|{FEES}|{USER}",
}
NEWS = ("42=@|61=1|148=Überschrift|358|359=Kopf^zeile"
        f"|33=2|{TEXT}|{ENCODED}|58=second line|354|355=zwei^te"
        "|149=www.example.com|95|96=raw^8=FIX.4.2^9=5^bytes")
EMAIL = ("164=thread 1|94=0|42=@|147=Über|356|357=Betreff"
         f"|33=2|{TEXT}|{ENCODED}|58=second line|354|355=zwei^te"
         "|95|96=raw^8=FIX.4.2^9=5^bytes")
LIMIT = ("1677=1|1324=M|1671=2|1691=ACME|1692=D|1693=24|1691=FCM1|1692=D"
         "|1693=4|1669=1|1529=1|1530=12|1531=%|1532=USD|1559=3|1769=4|1560=75"
         "|1769=4|1560=90|1769=4|1560=98|1670=ACME-USD|2355=1")
COUNT = itertools.count(1)
PARTY = "453=2|448=ACME|447=D|452=24|448=FCM1|447=D|452=4"


def now():
    stamp = datetime.datetime.now(datetime.timezone.utc)
    return stamp.strftime("%Y%m%d-%H:%M:%S.%f")[:-3]


def fields(text, soh=True, **values):
    """The fields of a body: @ is the time, %NAME a value, % is QTY, ^ a SOH
    or, without |soh|, nothing; a data field's length is reckoned."""
    found = []
    for word in text.split("|"):
        tag, equals, value = word.partition("=")
        if not equals:
            continue # the length, written where the data is known
        if value.startswith("%"):
            value = str(values[value[1:] or "QTY"])
        value = value.replace("^", "\x01" if soh else "").replace("@", now()).encode()
        tag = tag.encode()
        if tag in LENGTHS:
            found.append((LENGTHS[tag], b"%d" % len(value)))
        found.append((tag, value))
    return found


def without(text, *tags):
    return "|".join(word for word in text.split("|")
                    if word.partition("=")[0] not in tags)


def order(version, name, quantity, soh=True):
    return fields(f"11={name}|{ORDER[version]}", soh, QTY=quantity)


def replace(version, name, old, quantity, soh=True):
    body = without(ORDER[version], "140", "232", "233", "234")
    return fields(f"41={old}|11={name}|{body}", soh, QTY=quantity)


def cancel(version, name, old, quantity, soh=True):
    parties = "" if version == "FIX.4.2" else PARTIES + "|"
    return fields(f"41={old}|11={name}|{parties}{CANCEL}", soh,
                  QTY=quantity)


def report(version, number, name, kind, state, *, quantity, done=0, last=0,
           left=None, old=None, soh=True):
    """An ExecutionReport; |kind| is 150, |state| 39."""
    ids = f"37=V-{number}|11={name}|" + (f"41={old}|" if old else "")
    if version == "FIX.4.2" and kind == "F":
        kind = "2" if state == "2" else "1"
    left = quantity - done if left is None else left
    return fields(ids + REPORT[version], soh, EXEC=f"E{next(COUNT)}", TYPE=kind,
                  STATE=state, QTY=quantity, LAST=last, LEFT=left, CUM=done)


def refusal(number, name, old, state, soh=True):
    """An OrderCancelReject."""
    return fields(f"37=V-{number}|11={name}|41={old}|39={state}|434=1|102=0"
                  f"|1=ACME|60=@|{TEXT}|{ENCODED}|{USER}", soh)


def unknown(version, name):
    """The answer to an H about an order that the venue does not know."""
    kind = "20=3|150=8" if version == "FIX.4.2" else "150=I"
    return fields(f"37=NONE|11={name}|17=0-{name}|{kind}|39=8|103=5|1=ACME"
                  "|55=USSW10|54=1|38=0|151=0|14=0|6=0|60=@")


def known(pairs, tag):
    """The first value of a tag in the fields |pairs|."""
    tag = str(tag).encode()
    return next((value.decode("latin-1") for name, value in pairs
                 if name == tag), None)
