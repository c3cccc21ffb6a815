"""Evidence and reports, looked at without creditgate.

    check_evidence.py PAGE WRITER    WRITER DIR CASES writes a certification

The chain by the lines of Python that PAGE, docs/evidence.md, shows; the XML and the page
by parsers that know nothing of how they were made.

SPDX-License-Identifier: Apache-2.0
"""
import html.parser
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

OPEN = {"meta", "br", "th", "td", "tr", "li", "path", "input"}
ELEMENTS = OPEN | {
    "html", "head", "title", "style", "body", "h1", "h2", "h3", "h4", "h5", "p",
    "b", "i", "a", "ul", "table", "thead", "tbody", "section", "details",
    "summary", "label", "div", "span", "code", "mark", "svg", "text"}
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "href",
    "colspan", "type", "checked", "for", "viewbox", "width", "height", "role",
    "x", "y", "d"}


def chain(page, folder):
    """The head, as the lines on the page print it."""
    lines = open(page, encoding="utf-8").read()
    code = lines.split("```python\n")[1].split("```")[0]
    done = subprocess.run([sys.executable, "-c", code], cwd=folder,
                          capture_output=True, text=True)
    if done.returncode != 0:
        assert "AssertionError" in done.stderr, done.stderr
        return None
    return done.stdout.removeprefix("head ").strip()


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


def main(page_path, writer):
    with tempfile.TemporaryDirectory() as parent:
        folder = os.path.join(parent, "out")
        subprocess.run([writer, folder, "20"], check=True)
        head = chain(page_path, folder)
        assert head is not None
        report = json.load(open(os.path.join(folder, "report.json")))
        assert report["head"] == head
        junit(os.path.join(folder, "junit.xml"), head)
        page = Page()
        text = open(os.path.join(folder, "report.html"), encoding="utf-8").read()
        page.feed(text)
        page.close()
        assert page.stack == [], page.stack
        parts = {"cases", "who", "each", "credit", "sign"}
        assert parts <= page.links <= page.ids, page.links - page.ids
        assert len(page.links) == len(report["cases"]) + len(parts)
        assert head in text
        # What is changed is found this way, too.
        for name, old in (("evidence.jsonl", b"J. Doe"),
                          ("raw/T-101-1.log", b"ACME")):
            path = os.path.join(folder, name)
            there = open(path, "rb").read()
            assert old in there
            open(path, "wb").write(there.replace(old, old[::-1], 1))
            assert chain(page_path, folder) is None, name
            open(path, "wb").write(there)
        assert chain(page_path, folder) == head


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
