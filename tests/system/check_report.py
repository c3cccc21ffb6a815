"""The report of a certification, read and printed by a real browser.

    check_report.py WRITER [CHROMIUM]    WRITER DIR CASES writes a certification
    check_report.py --page FILE [CHROMIUM]    looks at one page only

What the page says to the console, whatever it asks for, what is wider than a
sheet of A4, and what is missing on paper is printed, one thing a line.  Then
faults are planted in the page, and each of them must be found.

SPDX-License-Identifier: Apache-2.0
"""
import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         "--remote-debugging-pipe"]
WAIT_S = 120
SHEET = 688 # pixels between the margins of A4: 210 mm less twice 14 mm
NARROW = 360 # of a telephone
A4 = (595, 842) # points
MARGIN = 14 / 25.4 * 72
CASES = "0" # beside those of every verdict
SECTIONS = ["FIX credit certification", "Did not pass", "Cases",
            "Who and what", "How to read a case", "Case by case", "Attempt 2",
            "Fields", "Reconciliation of credit", "Evidence", "Signatures"]
# What stands too far to the right, where a page cannot be moved; older attempts
# that are not on paper; and passed cases, which are there when they are wanted.
LOOK = """(() => {
    const root = document.documentElement, found = [];
    const paper = matchMedia("print").matches;
    const brief = document.getElementById("brief");
    for (brief.checked of paper ? [true, false] : [])
        for (const section of document.querySelectorAll("section.p"))
            if ((section.offsetHeight == 0) != brief.checked)
                found.push(`in brief ${brief.checked}: ${section.id}`);
    if (root.scrollWidth > root.clientWidth)
        found.push(`too wide: ${root.scrollWidth} pixels`);
    for (const element of document.body.querySelectorAll("*")) {
        const words = element.outerHTML.slice(0, 90);
        if (paper &&
            element.getBoundingClientRect().right > root.clientWidth + 1)
            found.push(`too wide: ${words}`);
        if (paper && element.tagName == "DIV" && element.offsetHeight == 0)
            found.push(`not on paper: ${words}`);
    }
    brief.checked = true;
    return found;
})()"""
# Each with the words that tell of it.
PLANTED = [
    ("console: ", "</body>", "<script>throw 1</script></body>"),
    ("console: ", "<body>", "<body onload='lost()'>"),
    ("asks for: ", "default-src 'none'", "img-src *"),
    ("too wide: ", "<h2>Fields", "<table><tr><td style='min-width:50em;"
     "white-space:nowrap'>wide</table><h2>Fields"),
    ("not on paper: ", "display:block!important", "display:none"),
    ("in brief true: ", "#brief:checked~section.p", "#brief:checked~section.q"),
    ("in brief false: ", "#brief:checked~section.p", "#brief~section.p"),
    ("no A4: ", "size:A4", "size:letter"),
    ("not printed: Signatures", "<h2>Signatures", "<h2>"),
    ("signatures ", "<p>Signature<", "<p style='break-before:page'>Signature<"),
]
PICTURE = "<img src='http://127.0.0.1:9/x.png' alt=''>"


class Browser:
    """Chromium, told over two pipes what to do."""

    def __init__(self, program, folder):
        theirs, self.told = os.pipe()
        self.heard, answers = os.pipe()
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" 3<&{theirs} 4>&{answers}', "sh", program,
             *FLAGS, f"--user-data-dir={folder}/browser"],
            pass_fds=(theirs, answers), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(theirs)
        os.close(answers)
        # A browser that hangs must not hang the check.
        self.clock = threading.Timer(WAIT_S, self.process.kill)
        self.clock.start()
        self.rest = b""
        self.asked = 0
        self.events = []
        self.session = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target,
                                flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(domain + ".enable")

    def hear(self):
        while b"\0" not in self.rest:
            more = os.read(self.heard, 1 << 20)
            if not more:
                sys.exit(f"the browser ended, or {WAIT_S} s have gone by")
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\0")
        return json.loads(line)

    def ask(self, method, **parameters):
        self.asked += 1
        message = {"id": self.asked, "method": method, "params": parameters}
        if self.session is not None:
            message["sessionId"] = self.session
        os.write(self.told, json.dumps(message).encode() + b"\0")
        while True:
            heard = self.hear()
            if heard.get("id") != self.asked:
                self.events.append(heard)
            elif "error" in heard:
                sys.exit(f"{method}: {heard['error']['message']}")
            else:
                return heard["result"]

    def open(self, page):
        self.events = []
        self.ask("Page.navigate", url=page.as_uri())
        while not any(event.get("method") == "Page.loadEventFired"
                      for event in self.events):
            self.events.append(self.hear())

    def look(self, media, width):
        self.ask("Emulation.setEmulatedMedia", media=media)
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=1000,
                 deviceScaleFactor=1, mobile=False)
        return self.ask("Runtime.evaluate", expression=LOOK,
                        returnByValue=True)["result"]["value"]

    def print(self, path):
        self.ask("Emulation.setEmulatedMedia", media="")
        path.write_bytes(base64.b64decode(
            self.ask("Page.printToPDF", preferCSSPageSize=True)["data"]))

    def close(self):
        """Waits for all that it has started: they write to its folder."""
        self.session = None
        try:
            self.ask("Browser.close")
            while os.read(self.heard, 1 << 20):
                pass
        except (OSError, SystemExit):
            self.process.kill()
        self.process.wait()
        self.clock.cancel()


def said(event, page):
    """What an event says against the page, if anything."""
    what = event.get("params", {})
    match event.get("method"):
        case "Runtime.consoleAPICalled":
            return f"console: {what['type']} {what['args']}"
        case "Runtime.exceptionThrown":
            return f"console: {what['exceptionDetails']['text']}"
        case "Log.entryAdded":
            return f"console: {what['entry']['text']}"
        case "Network.requestWillBeSent":
            url = what["request"]["url"]
            return f"asks for: {url}" if url != page.as_uri() else None
    return None


def run(*words):
    return subprocess.run(words, check=True, capture_output=True,
                          text=True).stdout


def on_paper(path, sections):
    """What is wrong with a printed page."""
    boxes = re.findall(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>',
                       run("pdftotext", "-bbox", path, "-"), re.S)
    pages = run("pdftotext", "-layout", path, "-").split("\f")[:-1]
    found = []
    for number, (width, height, words) in enumerate(boxes, 1):
        if (round(float(width)), round(float(height))) != A4:
            found.append(f"no A4: page {number} is {width} x {height} points")
        for right in re.findall(r'xMax="([\d.]+)"', words):
            if float(right) > float(width) - MARGIN + 2:
                found.append(f"cut: page {number} has a word up to {right}")
    found += [f"not printed: {section}" for section in sections
              if not any(re.search(rf"(?m)^ *{section}", page)
                         for page in pages)]
    signed = [number for number, page in enumerate(pages, 1)
              if re.search(r"(?m)^ *Signatures?\b", page)]
    if len(signed) != 1:
        found.append(f"signatures are on the pages {signed}")
    if not re.search(rf"Page +{len(pages)} +of +{len(pages)}", pages[-1]):
        found.append("the last page has no number")
    return found


def faults_of(browser, page, sections):
    browser.open(page)
    found = [f"{media} {width}: {line}"
             for media, width in (("screen", NARROW), ("screen", SHEET),
                                  ("print", SHEET))
             for line in browser.look(media, width)]
    path = page.with_suffix(".pdf")
    browser.print(path)
    found += on_paper(path, sections)
    return [line for line in (said(event, page) for event in browser.events)
            if line is not None] + found


def find_planted(browser, page):
    """Each planted fault must be found."""
    text = page.read_text(encoding="utf-8")
    missed = []
    for words, old, new in PLANTED:
        wrong = page.with_name("planted.html")
        assert text.count(old) >= 1, old
        planted = text.replace(old, new)
        if words == "asks for: ":
            planted = planted.replace("</body>", PICTURE + "</body>")
        wrong.write_text(planted, encoding="utf-8")
        found = faults_of(browser, wrong, SECTIONS)
        if not any(words in line for line in found):
            missed.append(f"planted, and not found: {words}{new}: {found}")
    return missed


def main(folder):
    words = sys.argv[1:]
    alone = words[0] == "--page"
    if alone:
        del words[0]
    page = pathlib.Path(words[0]).resolve()
    if not alone:
        run(page, folder, CASES)
        page = pathlib.Path(folder, "report.html")
    browser = Browser(words[1] if len(words) > 1 else "chromium", folder)
    try:
        found = faults_of(browser, page, [] if alone else SECTIONS)
        if not alone and not found:
            found = find_planted(browser, page)
    finally:
        browser.close()
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="cg-report-",
                                     ignore_cleanup_errors=True) as place:
        sys.exit(main(place))
