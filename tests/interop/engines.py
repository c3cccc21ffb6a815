"""The FIX engines: how each is installed, and started as a peer.

All of it goes below one folder; what is fetched is pinned, jars by
quickfixj/jars.sha256 and packages by jspurefix/package-lock.json.

SPDX-License-Identifier: Apache-2.0
"""
import copy
import hashlib
import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as xml

HERE = os.path.dirname(os.path.abspath(__file__))
FIXSPEC = os.path.join(HERE, "..", "..", "fixspec")
MAVEN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:"
# What clients and venues agree on, beside the token of the gate (7350).
USER_TAGS = (5001, 6999, 7350, 9999)
EMAIL = ((164, "EmailThreadID", "STRING"), (94, "EmailType", "CHAR"),
         (147, "Subject", "STRING"), (356, "EncodedSubjectLen", "LENGTH"),
         (357, "EncodedSubject", "DATA"))
ORDER_FLOW = ("D", "G", "F", "H", "8", "9")


class Missing(Exception):
    """An engine that is not to be had here, in words."""


def run(words, folder, environment=None):
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True,
                              text=True, timeout=600, check=False,
                              env={**os.environ, **(environment or {})})
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"{words[0]}: {error}") from error
    if done.returncode != 0:
        said = (done.stderr + done.stdout).strip().splitlines() or ["no word"]
        raise Missing(f"{' '.join(words[:3])} ends with {done.returncode}: "
                      + " / ".join(said[:3])[:400])
    return done.stdout


def version_name(version):
    return version.replace(".", "")


class QuickfixJ:
    """QuickFIX/J, with the dictionaries that it brings; as a hub, with those
    of fixspec, since its own have no credit messages."""
    name = "quickfixj"
    title = "QuickFIX/J"
    language = "Java"
    # Its dictionary of 5.0 SP2 is older than the codes of credit.
    plain_sp2 = True
    # Whether a data field may hold a SOH when it comes in.
    reads_soh = True
    # Whether text beyond ASCII reaches the application.
    reads_text = True
    # Whether it tells what came twice from what is new.
    drops_twice = True
    # Whether it ignores a wrong checksum and asks for the message again.
    asks_for_garbled = True
    # Whether its Logon has the number of the Logout that it answered with.
    repeats_logout_number = False
    # Whether an acceptor's Logon confirms 141=Y.
    confirms_reset = True

    def __init__(self, place):
        self.place = os.path.join(place, self.name)
        self.source = os.path.join(HERE, "quickfixj")
        self.jars = os.path.join(self.place, "jars")
        self.version = ""

    def pins(self):
        with open(os.path.join(self.source, "jars.sha256"),
                  encoding="utf-8") as file:
            return dict(reversed(line.split()) for line in file)

    def are_right(self):
        """Exactly the jars that are pinned."""
        if not os.path.isdir(self.jars):
            return False
        found = {}
        for name in os.listdir(self.jars):
            with open(os.path.join(self.jars, name), "rb") as file:
                found[name] = hashlib.sha256(file.read()).hexdigest()
        return found == self.pins()

    def install(self):
        os.makedirs(self.place, exist_ok=True)
        self.version = next(
            name for name in self.pins()
            if "core" in name and "quickfixj" in name).split("-")[-1][:-4]
        if not self.are_right():
            shutil.rmtree(self.jars, ignore_errors=True)
            shutil.copy(os.path.join(self.source, "pom.xml"), self.place)
            run(["mvn", "-q", "-B", MAVEN + "copy-dependencies",
                 "-DoutputDirectory=" + self.jars], self.place)
            if not self.are_right():
                raise Missing("the jars are not those of quickfixj/jars.sha256:"
                              " do not use them before you know why")
        run(["javac", "-cp", self.jars + "/*", "-d", self.place,
             os.path.join(self.source, "Peer.java")], self.place)

    def command(self, kind, port, version, sender, target, heartbeat, place,
                *options):
        words = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                 "-cp", f"{self.place}:{self.jars}/*", "Peer", kind, str(port),
                 version, sender, target, str(heartbeat), place, *options]
        if sender == "HUB":
            words.append("dictionaries=" + os.path.abspath(FIXSPEC))
        return words, {}


class Jspurefix:
    """jspurefix, with the dictionaries of fixspec: it needs one file with
    everything in it, user-defined tags included."""
    name = "jspurefix"
    title = "jspurefix"
    language = "JavaScript"
    plain_sp2 = False
    reads_soh = False
    reads_text = False
    drops_twice = False
    asks_for_garbled = False
    repeats_logout_number = True
    confirms_reset = False

    def __init__(self, place):
        self.place = os.path.join(place, self.name)
        self.source = os.path.join(HERE, "jspurefix")
        self.version = ""

    def dictionary(self, version):
        return os.path.join(self.place, version_name(version) + ".xml")

    def install(self):
        os.makedirs(self.place, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(os.path.join(self.source, name), self.place)
        with open(os.path.join(self.source, "package.json"),
                  encoding="utf-8") as file:
            self.version = json.load(file)["dependencies"]["jspurefix"]
        if not self.is_there():
            run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                self.place)
        for version in ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2"):
            whole_dictionary(version).write(self.dictionary(version),
                                            encoding="utf-8")

    def is_there(self):
        path = os.path.join(self.place, "node_modules", "jspurefix",
                            "package.json")
        if not os.path.exists(path):
            return False
        with open(path, encoding="utf-8") as file:
            return json.load(file)["version"] == self.version

    def command(self, kind, port, version, sender, target, heartbeat, place,
                *options):
        words = ["node", os.path.join(self.source, "peer.js"), kind, str(port),
                 version, sender, target, str(heartbeat), place,
                 "dictionary=" + self.dictionary(version), *options]
        return words, {"NODE_PATH": os.path.join(self.place, "node_modules")}


def add_user_tags(root):
    fields = root.find("fields")
    for tag in USER_TAGS:
        xml.SubElement(fields, "field", number=str(tag), name=f"User{tag}",
                       type="STRING")
    for message in root.find("messages"):
        if message.get("msgtype") in ORDER_FLOW:
            for tag in USER_TAGS:
                xml.SubElement(message, "field", name=f"User{tag}",
                               required="N")


def add_email(root):
    """Email (C), which fixspec has only the name of, in the form of News."""
    messages, fields = root.find("messages"), root.find("fields")
    email = copy.deepcopy(next(message for message in messages
                               if message.get("msgtype") == "B"))
    email.set("name", "Email")
    email.set("msgtype", "C")
    for item in list(email):
        name = item.get("name").replace("Headline", "Subject")
        item.set("name", name)
        if name == "Urgency":
            email.remove(item)
    for place, (tag, name, kind) in enumerate(EMAIL):
        xml.SubElement(fields, "field", number=str(tag), name=name, type=kind)
        if place < 2:
            email.insert(place, xml.Element("field", name=name, required="Y"))
    messages.append(email)


def add_missing(into, source, key):
    known = {item.get(key) for item in into}
    into.extend(item for item in source if item.get(key) not in known)


def whole_dictionary(version):
    """One file from fixspec; in 5.0 SP2 with the session of FIXT 1.1 in it."""
    tree = xml.parse(os.path.join(FIXSPEC, version_name(version) + ".xml"))
    root = tree.getroot()
    if version == "FIX.5.0SP2":
        session = xml.parse(os.path.join(FIXSPEC, "FIXT11.xml")).getroot()
        for part in ("header", "trailer"):
            root.find(part).extend(session.find(part))
        add_missing(root.find("messages"), session.find("messages"), "msgtype")
        add_missing(root.find("fields"), session.find("fields"), "number")
        if session.find("components") is not None:
            add_missing(root.find("components"), session.find("components"),
                        "name")
    add_email(root)
    add_user_tags(root)
    return tree


ENGINES = (QuickfixJ, Jspurefix)
