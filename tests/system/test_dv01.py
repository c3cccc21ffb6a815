"""creditgate dv01 as people type it, against reference values and bad input.

    test_dv01.py PROGRAM SAMPLES

SPDX-License-Identifier: Apache-2.0
"""
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

PROGRAM, SAMPLES = sys.argv[1:3]
COLUMNS = ("set,valuation_date,convention,instrument,start_date,end_date,"
           "last_payment_date,n_fixed,fair_rate_pct,annuity,dv01_annuity")
LEG_COLUMNS = ("package,leg,convention,instrument,side,notional,"
               "dv01_signed,dv01_net,dv01_gross")
SVG = "{http://www.w3.org/2000/svg}"


def sample(name):
    return os.path.join(SAMPLES, "sample_" + name + ".csv")


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def cut(rows, columns):
    """Rows with some of their columns, as text."""
    return [",".join(row[name] for name in columns.split(",")) for row in rows]


# The 12 decimals of a sum of products end in the library's own last digits.
LONG = ("annuity", "discount_factor")


def rounded(rows):
    """The same rows with ten decimals where there were twelve."""
    return [{name: "%.10f" % float(text) if name in LONG else text
             for name, text in row.items()} for row in rows]


# All that is needed to price; a test replaces or adds.
FILES = {"--par-rates": sample("par_rates"), "--set": "smp",
         "--conventions": sample("conventions"),
         "--holidays": sample("holidays"), "--date": "2026-01-15"}


def run(*more, stdout=subprocess.PIPE, **options):
    """Runs the command; an option given as None is left out."""
    names = {"--" + key.replace("_", "-"): value
             for key, value in options.items()}
    command = [PROGRAM, "dv01"]
    for name, value in {**FILES, **names}.items():
        command += [name, value] if value is not None else []
    return subprocess.run(command + list(more), stdout=stdout,
                          stderr=subprocess.PIPE, encoding="utf-8",
                          check=False, timeout=60)


class Dv01(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return path

    def good(self, *more, **options):
        """What is printed; there must be no mistake."""
        done = run(*more, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def noted(self, *parts, more=(), **options):
        """Fine, with a note."""
        done = run(*more, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("note: ", done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)
        return done.stdout

    def bad(self, *parts, more=(), **options):
        """Nothing is printed but mistakes, with all of |parts|."""
        done = run(*more, **options)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)
        for word in ("not true", "Sanitizer", "runtime error"):
            self.assertNotIn(word, done.stderr)
        return done.stderr

    def spoiled(self, name, old, new):
        """A sample with one of its texts replaced."""
        text = text_of(sample(name))
        self.assertIn(old, text)
        return self.file(name + ".csv", text.replace(old, new, 1))


class References(Dv01):
    # Every row of the reference, each asked for by its name.
    def test_dv01_prices_are_the_reference(self):
        expected = table(text_of(sample("dv01")))
        conventions = dict.fromkeys(row["convention"] for row in expected)
        for name in conventions:
            rows = [row for row in expected if row["convention"] == name]
            wanted = ",".join(row["instrument"] for row in rows)
            printed = self.good(convention=name, instrument=wanted)
            self.assertEqual(printed.split("\n")[0], COLUMNS)
            self.assertEqual(cut(rounded(table(printed)), COLUMNS),
                             cut(rounded(rows), COLUMNS))

    # Without --instrument all quotes come, the reference's among them.
    def test_dv01_pillars_are_all_quotes(self):
        printed = set(cut(rounded(table(self.good())), COLUMNS))
        expected = table(text_of(sample("dv01")))
        pillars = [row for row in expected if row["kind"] == "pillar"]
        self.assertGreater(len(pillars), 40)
        for row in cut(rounded(pillars), COLUMNS):
            self.assertIn(row, printed)
        quotes = [row["tenor"] for row in table(text_of(sample("par_rates")))
                  if row["curve"] == "USD_SOFR"]
        sofr = table(self.good(convention="USD_SOFR"))
        self.assertEqual([row["instrument"] for row in sofr], quotes)

    def test_dv01_packages_are_the_reference(self):
        expected = table(text_of(sample("packages")))
        printed = self.good(packages=sample("packages"))
        self.assertEqual(printed.split("\n")[0], LEG_COLUMNS)
        self.assertEqual(cut(table(printed), LEG_COLUMNS),
                         cut(expected, LEG_COLUMNS))

    def test_dv01_cashflows_are_the_reference(self):
        expected = text_of(sample("cashflows")).split("\n")
        rows = table(text_of(sample("cashflows")))
        printed = [expected[0]]
        for name in dict.fromkeys(row["convention"] for row in rows):
            wanted = dict.fromkeys(row["instrument"] for row in rows
                                   if row["convention"] == name)
            lines = self.good("--show", "cashflows", convention=name,
                              instrument=",".join(wanted)).split("\n")
            self.assertEqual(lines[0], expected[0])
            printed += lines[1:-1]
        self.assertEqual(rounded(table("\n".join(printed))), rounded(rows))

    def test_dv01_discounts_are_the_reference(self):
        printed = self.good("--show", "discounts")
        expected = text_of(sample("discounts"))
        self.assertEqual(printed.split("\n")[0], expected.split("\n")[0])
        self.assertEqual(rounded(table(printed)), rounded(table(expected)))


class Choices(Dv01):
    def names(self, *more, **options):
        return [(row["convention"], row["instrument"])
                for row in table(self.good(*more, **options))]

    # Repeated or with commas, all the same; a convention twice counts once.
    def test_dv01_options_repeat(self):
        self.assertEqual(
            self.names("--convention", "GBP_SONIA", "--convention",
                       "EUR_ESTR,GBP_SONIA", "--instrument", "10Y",
                       "--instrument", "5Yx5Y,2Y"),
            [(name, swap) for name in ("GBP_SONIA", "EUR_ESTR")
             for swap in ("10Y", "5Yx5Y", "2Y")])

    # The program brings calendars and conventions of its own.
    def test_dv01_shipped_tables_do(self):
        names = self.names("--instrument", "10Y", conventions=None,
                           holidays=None, set=None)
        self.assertIn(("USD_SOFR", "10Y"), names)
        self.assertIn(("EUR_6M_ESTRDISC", "10Y"), names)
        self.assertNotIn("MXN_FTIIE", [name for name, _ in names])

    # A quote shorter than the floating period is a deposit, not a swap.
    def test_dv01_deposit_is_no_swap(self):
        rates = self.spoiled("par_rates", "smp,EUR_6M,6M", "smp,EUR_6M,3M")
        names = self.names(convention="EUR_6M_SINGLE", par_rates=rates)
        self.assertEqual(names[0], ("EUR_6M_SINGLE", "1Y"))

    def test_dv01_left_out_is_said(self):
        self.noted("left out", "MXN_FTIIE", conventions=None, holidays=None)

    def test_dv01_negative_rates_are_fine(self):
        rows = table(text_of(sample("par_rates")))
        low = "set,curve,tenor,rate_pct\n" + "".join(
            "smp,%s,%s,%.4f\n" % (row["curve"], row["tenor"],
                                  float(row["rate_pct"]) - 4.5)
            for row in rows if row["curve"] == "USD_SOFR")
        printed = table(self.good(convention="USD_SOFR",
                                  par_rates=self.file("low.csv", low)))
        self.assertTrue(all(float(row["fair_rate_pct"]) < 0 and
                            float(row["dv01_annuity"]) > 0
                            for row in printed))

    # It may be one whose name is misspelt.
    def test_dv01_calendar_that_nothing_uses_is_noted(self):
        days = self.file("days.csv", "calendar,date\nNEWYORK,2026-11-26\n")
        self.noted("days.csv: ", "goes by the calendar NEWYORK",
                   conventions=None, holidays=days, convention="GBP_SONIA")

    # Nothing moves the curve's first day; spot counts from the next open one.
    def test_dv01_holiday_is_noted(self):
        printed = self.noted("2026-01-17", "no business day of USGS",
                             "2026-01-20", convention="USD_SOFR",
                             instrument="10Y", date="2026-01-17")
        self.assertEqual(table(printed)[0]["start_date"], "2026-01-22")
        nodes = table(self.good("--show", "discounts", convention="USD_SOFR",
                                date="2026-01-17"))
        self.assertEqual(nodes[0]["node_date"], "2026-01-17")

    def test_dv01_dates_of_an_order(self):
        row, = table(self.good(convention="USD_SOFR",
                               instrument="2026-03-18/2031-03-18"))
        same, = table(self.good(convention="USD_SOFR", instrument="IMM1x5Y"))
        self.assertEqual(row["dv01_annuity"], same["dv01_annuity"])


class Formats(Dv01):
    def test_dv01_json_has_what_csv_has(self):
        said = json.loads(self.good("--format", "json"))
        rows = table(self.good())
        self.assertEqual((said["set"], said["valuation_date"]),
                         ("smp", "2026-01-15"))
        self.assertEqual(said["par_rates"]["file"], sample("par_rates"))
        self.assertRegex(said["par_rates"]["sha256"], "^[0-9a-f]{64}$")
        self.assertEqual(len(said["swaps"]), len(rows))
        for swap, row in zip(said["swaps"], rows):
            for name, text in row.items():
                if name not in ("set", "valuation_date"):
                    self.assertEqual(str(swap[name]), str(
                        type(swap[name])(text)))
            # What is charged is never below, and above by rounding only.
            above = swap["charge_per_million"] - float(row["dv01_annuity"])
            self.assertGreater(above, -1e-6)
            self.assertLess(above, 2e-4)

    def test_dv01_json_nests_legs(self):
        said = json.loads(self.good("--format", "json",
                                    packages=sample("packages")))
        rows = table(text_of(sample("packages")))
        names = list(dict.fromkeys(row["package"] for row in rows))
        self.assertEqual([one["package"] for one in said["packages"]], names)
        for one in said["packages"]:
            legs = [row for row in rows if row["package"] == one["package"]]
            self.assertEqual("%.4f" % one["dv01_net"], legs[0]["dv01_net"])
            self.assertEqual("%.4f" % one["dv01_gross"],
                             legs[0]["dv01_gross"])
            self.assertEqual([(leg["leg"], leg["side"], leg["notional"])
                              for leg in one["legs"]],
                             [(leg["leg"], leg["side"], int(leg["notional"]))
                              for leg in legs])

    # Legs of a package that are apart still belong together.
    def test_dv01_legs_in_any_order(self):
        rows = table(text_of(sample("packages")))
        mixed = sorted(rows, key=lambda row: row["leg"])
        self.assertNotEqual(mixed, rows)
        path = self.file("p.csv", ",".join(rows[0]) + "\n" + "".join(
            ",".join(row.values()) + "\n" for row in mixed))
        self.assertEqual(cut(table(self.good(packages=path)), LEG_COLUMNS),
                         cut(mixed, LEG_COLUMNS))
        said = json.loads(self.good("--format", "json", packages=path))
        same = json.loads(self.good("--format", "json",
                                    packages=sample("packages")))
        self.assertEqual(
            {one["package"]: one["legs"] for one in said["packages"]},
            {one["package"]: one["legs"] for one in same["packages"]})

    def test_dv01_json_of_every_kind(self):
        for kind in ("cashflows", "discounts"):
            said = json.loads(self.good("--format", "json", "--show", kind))
            self.assertGreater(len(said[kind]), 100)

    def test_dv01_table_is_aligned(self):
        lines = self.good("--format", "table", convention="USD_SOFR",
                          instrument="3M,10Y").split("\n")
        head, three, ten = lines[-4:-1]
        self.assertIn("set smp on 2026-01-15", lines[0])
        end = head.index("dv01_annuity") + len("dv01_annuity")
        self.assertTrue(three[:end].endswith(" 24.756616"))
        self.assertTrue(ten[:end].endswith(" 838.643290"))
        self.assertTrue(all("sha256" in line for line in lines[1:4]))

    # Names that other formats have a meaning for.
    def test_dv01_names_are_quoted(self):
        name = 'A<B> & "C"'
        path = self.file("p.csv", "package,leg,convention,instrument,side,"
                         'notional\n"A<B> & ""C"", x",1,USD_SOFR,10Y,PAY,1\n')
        row, = table(self.good(packages=path))
        self.assertEqual(row["package"], name + ", x")
        said = json.loads(self.good("--format", "json", packages=path))
        self.assertEqual(said["packages"][0]["package"], name + ", x")


class Plot(Dv01):
    def plot(self, **options):
        path = os.path.join(self.folder.name, "plot.svg")
        self.good("--plot", path, **options)
        return xml.etree.ElementTree.parse(path).getroot()

    def test_dv01_plot_has_every_convention(self):
        root = self.plot()
        self.assertEqual(root.tag, SVG + "svg")
        words = [text.text for text in root.iter(SVG + "text")]
        for name in ("USD_SOFR", "EUR_6M_ESTRDISC", "JPY_TONA_NOLAG"):
            self.assertIn(name, words)
        # Par rates, zero rates and DV01 of each of the nine.
        self.assertEqual(len(list(root.iter(SVG + "polyline"))), 27)
        self.assertIn("10Y", words)
        self.assertEqual(list(root.iter(SVG + "script")), [])

    def test_dv01_plot_stays_inside(self):
        root = self.plot(convention="USD_SOFR")
        width, height = (float(root.get(name)) for name in
                         ("width", "height"))
        for line in root.iter(SVG + "polyline"):
            for point in line.get("points").split(" "):
                x, y = map(float, point.split(","))
                self.assertTrue(0 < x < width and 0 < y < height)

    def test_dv01_plot_escapes_names(self):
        conventions = self.file("c.csv", text_of(sample("conventions"))
                                .replace("GBP_SONIA,OIS", "A<&>B,OIS"))
        root = self.plot(conventions=conventions, convention="A<&>B")
        self.assertIn("A<&>B", [text.text for text in root.iter(SVG + "text")])

    def test_dv01_plot_goes_with_packages(self):
        self.plot(packages=sample("packages"), convention="USD_SOFR")


class Output(Dv01):
    # A full disk and a reader that left are failures, not half a table.
    def test_dv01_full_disk_is_noticed(self):
        with open("/dev/full", "w") as full:
            done = run(stdout=full)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be written", done.stderr)
        done = run("--plot", "/dev/full")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("/dev/full cannot be written", done.stderr)

    def test_dv01_closed_pipe_is_noticed(self):
        reading, writing = os.pipe()
        os.close(reading)
        done = run(stdout=writing)
        os.close(writing)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be written", done.stderr)

    def test_dv01_plot_without_folder(self):
        done = run("--plot", "/nowhere/at/all.svg")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("/nowhere/at/all.svg cannot be written", done.stderr)


class Arguments(Dv01):
    def test_dv01_help(self):
        done = subprocess.run([PROGRAM, "dv01", "--help"], encoding="utf-8",
                              stdout=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 0)
        for option in list(FILES) + ["--convention", "--instrument", "--show",
                                     "--packages", "--format", "--plot"]:
            self.assertIn(option, done.stdout)

    def test_dv01_arguments_are_checked(self):
        self.bad("--par-rates FILE is missing", "--date YYYY-MM-DD is missing",
                 "usage", par_rates=None, date=None)
        self.bad("what is --dat?", more=["--dat", "2026-01-15"])
        self.bad("what is --plot?", more=["--plot"])
        self.bad("--set is there twice", more=["--set", "x"])
        self.bad("--date 2026-02-30: no such day", date="2026-02-30")
        self.bad("--date 15.1.2026: no such day", date="15.1.2026")
        self.bad("csv, table or json, not xml", "cashflows or discounts, "
                 "not legs", format="xml", show="legs")
        self.bad("a name is empty", convention="USD_SOFR,")
        self.bad("give one of them", packages=sample("packages"),
                 show="cashflows")
        self.bad("--plot is empty", plot="")
        rates = self.file("rates.csv", text_of(sample("par_rates")))
        self.bad("is read as well", plot=rates, par_rates=rates)

    def test_dv01_packages_name_their_own(self):
        self.noted("--instrument does not count", instrument="10Y",
                   packages=sample("packages"))
        self.noted("--convention does not count", convention="USD_SOFR",
                   packages=sample("packages"))


class BadInput(Dv01):
    def test_dv01_files_that_are_not_there(self):
        for option in ("par_rates", "conventions", "holidays", "packages"):
            self.bad("/nowhere.csv: ", **{option: "/nowhere.csv"})
            self.bad(self.folder.name, **{option: self.folder.name})

    # Two mistakes in two files, told at once.
    def test_dv01_mistakes_are_told_at_once(self):
        rates = self.spoiled("par_rates", "3.645", "3,645")
        holidays = self.spoiled("holidays", "2024-01-15", "2024-01-35")
        self.bad("par_rates.csv:3: ", "holidays.csv:3: ", "2 mistakes",
                 par_rates=rates, holidays=holidays)

    def test_dv01_par_rates_that_are_wrong(self):
        for old, new, line in (("USD_SOFR,3M", "USD_SOFR,1M", 3),
                               ("USD_SOFR,3M", "USD_SOFR,9M", 4),
                               ("USD_SOFR,3M", "USD_SOFR,3Q", 3),
                               ("3.645", "364.5", 3),
                               ("3.645", "nan", 3),
                               ("3.645", "1e999", 3),
                               ("3.645", "", 3)):
            self.bad("par_rates.csv:%d: " % line,
                     par_rates=self.spoiled("par_rates", old, new))
        self.bad("par_rates.csv", par_rates=self.file("par_rates.csv", ""))
        self.bad("there is no rate of the set tmp", set="tmp")
        self.bad("there are several sets", set=None,
                 par_rates=self.spoiled("par_rates", "smp,GBP", "tmp,GBP"))

    def test_dv01_instruments_that_are_wrong(self):
        for swap, words in (("10X", "10X is no instrument"),
                            ("51Y", "51Y of USD_SOFR: it ends beyond the "),
                            ("60Y", "60Y of USD_SOFR: it needs days that"),
                            ("2Yx50Y", "its curve (" + FILES["--par-rates"] +
                             ":21: 50Y is the last of USD_SOFR)"),
                            ("2031-03-18/2026-03-18", "before"),
                            ("2026-03-18/2026-03-18", "before"),
                            ("2025-03-18/2031-03-18",
                             "starts before the valuation date"),
                            ("2026-02-30/2031-03-18", "no instrument"),
                            ("IMM0x5Y", "no instrument"),
                            ("0Y", "no instrument")):
            self.bad("--instrument: ", words, convention="USD_SOFR",
                     instrument="10Y," + swap)
        self.bad("10X is no instrument", "60Y of EUR_ESTR", "60Y of USD_SOFR",
                 convention="USD_SOFR,EUR_ESTR", instrument="10X,60Y")

    def test_dv01_conventions_that_are_wrong(self):
        self.bad("--convention: there is no convention USD_SOFFR; did you "
                 "mean USD_SOFR ?", convention="USD_SOFFR")
        self.bad("MXN_FTIIE needs the curve MXN_FTIIE, of which set smp has "
                 "no rates", conventions=None, convention="MXN_FTIIE")
        self.bad("conventions.csv:2: ", "USGZ", "USGS",
                 conventions=self.spoiled("conventions", "USGS", "USGZ"))

    # What the calendar does not know is no business day and no holiday.
    def test_dv01_calendar_that_ends(self):
        days = "".join(line + "\n"
                       for line in text_of(sample("holidays")).split("\n")
                       if line[-10:] < "2040" or not line[-1:].isdigit())
        self.bad("calendar", holidays=self.file("holidays.csv", days))

    def test_dv01_packages_that_are_wrong(self):
        head = "package,leg,convention,instrument,side,notional\n"
        for row, words in (("P,1,USD_SOFR,10Y,BUY,1", "side is 'BUY'"),
                           ("P,1,USD_SOFR,10Y,PAY,0", "notional is '0'"),
                           ("P,1,USD_SOFR,10Y,PAY,-5", "notional is '-5'"),
                           ("P,1,USD_SOFR,10Y,PAY,1e6", "notional is '1e6'"),
                           ("P,1,USD_SOFR,10Y,PAY,1.5", "notional is '1.5'"),
                           ("P,1,USD_SOFR,60Y,PAY,1", "60Y of USD_SOFR"),
                           ("P,1,USD_SOFR,10,PAY,1", "10 is no instrument"),
                           ("P,1,USD_SOFT,10Y,PAY,1", "did you mean USD_SOFR"),
                           (",1,USD_SOFR,10Y,PAY,1", "package is empty"),
                           ("P,,USD_SOFR,10Y,PAY,1", "leg is empty"),
                           ("P,0,USD_SOFR,10Y,PAY,1", "is in line 2 already"),
                           ("P,1,USD_SOFR,10Y,PAY", "")):
            path = self.file("p.csv", head + "P,0,USD_SOFR,2Y,PAY,1\n" + row)
            self.bad("p.csv:3: ", words, "1 mistake;", packages=path)
        self.bad("p.csv: it has no leg", packages=self.file("p.csv", head))
        self.bad("p.csv:1: ", "notional", packages=self.file(
            "p.csv", "package,leg,convention,instrument,side,notionl\n"))

    def test_dv01_packages_of_another_day(self):
        path = self.spoiled("packages", "smp,2026-01-15,GBP", "smp,2026-01-16,"
                            "GBP")
        printed = self.noted("1 rows", packages=path)
        self.assertEqual(len(table(printed)), len(
            table(text_of(sample("packages")))) - 1)

    # There is no sum of dollars and euros.
    def test_dv01_packages_of_two_currencies(self):
        path = self.file("p.csv", "package,leg,convention,instrument,side,"
                         "notional\nP,1,USD_SOFR,10Y,PAY,1000000\n"
                         "P,2,EUR_ESTR,10Y,RCV,1000000\n")
        rows = table(self.noted("p.csv:3: ", "USD and in EUR", packages=path))
        self.assertEqual([row["dv01_net"] + row["dv01_gross"]
                          for row in rows], ["", ""])
        said = json.loads(self.noted("", more=["--format", "json"],
                                     packages=path))
        self.assertIsNone(said["packages"][0]["dv01_net"])

    # A notional that no charge can be computed for stops the program's table.
    def test_dv01_notional_too_big(self):
        path = self.file("p.csv", "package,leg,convention,instrument,side,"
                         "notional\nP,1,USD_SOFR,10Y,PAY,"
                         "9223372036854775807\n")
        self.bad("p.csv:2: ", "more than can be charged", packages=path)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
