"""Evidence and reports, looked at without creditgate.

    check_evidence.py WRITER     WRITER DIR CASES writes a certification

The chain by hashlib alone, as the documentation shows it; the XML and the page
by parsers that know nothing of how they were made.

SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import html.parser
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

OPEN = {"meta", "br", "th", "td", "tr", "li", "path"}
ELEMENTS = OPEN | {
    "html", "head", "title", "style", "body", "h1", "h2", "h3", "h4", "h5", "p",
    "b", "i", "a", "ul", "table", "thead", "tbody", "section", "details",
    "summary", "div", "span", "code", "mark", "svg", "text"}
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "href",
    "colspan", "viewbox", "width", "height", "role", "x", "y", "d"}


def chain(folder):
    previous = "0" * 64
    for line in open(os.path.join(folder, "evidence.jsonl"), "rb"):
        assert json.loads(line)["previous"] == previous, line[:80]
        previous = hashlib.sha256(line).hexdigest()
    return previous


class Page(html.parser.HTMLParser):
    """Elements nest, and none but those of the report are there."""

    def __init__(self):
        super().__init__()
        self.stack, self.ids, self.links = [], set(), set()

    def handle_starttag(self, tag, attributes):
        assert tag in ELEMENTS, tag
        for name, value in attributes:
            assert name in ATTRIBUTES, (tag, name)
            if name == "id":
                assert value not in self.ids, value
                self.ids.add(value)
            if name == "href":
                assert value.startswith("#"), value
                self.links.add(value[1:])
        if tag not in OPEN:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        if tag not in OPEN:
            assert self.stack.pop() == tag, tag


def junit(path, head):
    root = xml.parse(path).getroot()
    assert root.tag == "testsuites"
    for suite in root:
        cases = suite.findall("testcase")
        order = [child.tag for child in suite if child.tag != "testcase"]
        assert order == ["properties", "system-out", "system-err"], order
        assert int(suite.get("tests")) == len(cases)
        for count, tag in (("failures", "failure"), ("errors", "error"),
                           ("skipped", "skipped")):
            found = [case for case in cases if case.find(tag) is not None]
            assert int(suite.get(count)) == len(found), suite.attrib
        properties = {p.get("name"): p.get("value") for p in suite[0]}
        assert properties["evidence-head"] == head


def main(writer):
    with tempfile.TemporaryDirectory() as parent:
        folder = os.path.join(parent, "out")
        subprocess.run([writer, folder, "20"], check=True)
        head = chain(folder)
        report = json.load(open(os.path.join(folder, "report.json")))
        assert report["head"] == head
        junit(os.path.join(folder, "junit.xml"), head)
        page = Page()
        text = open(os.path.join(folder, "report.html"), encoding="utf-8").read()
        page.feed(text)
        page.close()
        assert page.stack == [], page.stack
        assert page.links <= page.ids and len(page.links) == len(report["cases"])
        assert head in text
        # A chain that is changed is found this way, too.
        path = os.path.join(folder, "evidence.jsonl")
        lines = open(path, "rb").read().replace(b"J. Doe", b"J. Dog", 1)
        open(path, "wb").write(lines)
        try:
            chain(folder)
        except AssertionError:
            return
        sys.exit("a changed line was not found")


if __name__ == "__main__":
    main(sys.argv[1])
