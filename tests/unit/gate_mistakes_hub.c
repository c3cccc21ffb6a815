/*
 * Mistakes of hubs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_mistakes.h"

#define HEAD "34=7|52=20270115-08:00:00|"
#define WAITS                                                                  \
    "3 35=D|11=N1|1=PING|55=USD10Y|54=1|38=1000000|40=2|44=4.1|"               \
    "60=20270115-08:00:00"
#define ANSWER                                                                 \
    "2320=0|2321=0|2324=904.00|2325=0|2326=0|2327=904.00|"                     \
    "126=20270115-09:00:00"
#define SAYS_WHO                                                               \
    "1671=2|1691=A44|1692=D|1693=24|1562=1|1563=F44|1564=D|1565=4|1672=0|"     \
    "1691=F44|1692=D|1693=4|"
#define SAYS_WHAT(levels)                                                      \
    "1669=1|1529=1|1530=12|1531=900000.00|1767=4|1766=0|1532=USD|1559="        \
    "2|" levels                                                                \
    "1769=4|1560=80|1534=1|1535=1|1536=USD10Y|1558=1|1670=L44|2339=3|"         \
    "2355=1"
#define PERCENT "1769=4|1560=50|"
#define AMOUNT "1769=4|1768=450000.00|"
#define REPORT "1667=R1|1666=Q1|1512=1|893=Y|60=20270115-08:00:00|"

static const struct fields_message messages[] = {
    {"DG", S_HUB, "35=DG|" HEAD "2318=1|2319=GATE-T1|" ANSWER, S_VENUE44,
     "35=D", WAITS},
    {"DG-2319", S_HUB, "35=DG|" HEAD "2319=GATE-T1|" ANSWER, S_VENUE44, "35=D",
     WAITS},
    {"CM", S_HUB,
     "35=CM|" HEAD "1511=0|" REPORT "1677=1|" SAYS_WHO SAYS_WHAT(PERCENT),
     S_HUB, "35=DE|2316=0", NULL},
    {"CR", S_HUB,
     "35=CR|" HEAD REPORT "1677=1|1324=M|" SAYS_WHO SAYS_WHAT(PERCENT), S_HUB,
     "35=DE|2316=0", NULL},
    {"CR-1768", S_HUB,
     "35=CR|" HEAD REPORT "1677=1|1324=M|" SAYS_WHO SAYS_WHAT(AMOUNT), S_HUB,
     "35=DE|2316=0", NULL},
    {"CS", S_HUB,
     "35=CS|" HEAD "1666=R1|1677=1|1324=M|" SAYS_WHO SAYS_WHAT(PERCENT), S_HUB,
     "35=CT|1762=0", NULL},
    {"DH", S_HUB,
     "35=DH|" HEAD "2328=H1|2329=0|2330=N|453=2|448=A44|447=D|452=24|448=F44|"
     "447=D|452=4|60=20270115-08:00:00",
     S_HUB, "35=DI|2332=0", NULL},
};

#define REPORTS "CM CR CR-1768"
#define UPDATES REPORTS " CS"

/* One row, one field. */
/* clang-format off */
static const struct fields_row rows[] = {
/* messages, tag, nth, kind, sample,
 *     absent, empty, too long, wrong type, far: out of range, twice */

/* the header */
{"DG DG-2319 " UPDATES " DH", 34, 0, WHOLE, NULL,
    "3/1", "3/4", "3/6", "3/6", "-1", "3/6", "3/13"},
{"DG DG-2319 " UPDATES " DH", 52, 0, TIME, NULL,
    "3/1", "3/4", "3/6", "3/6", "20270115-24:00:00", "3/6", "3/13"},
{REPORTS, 60, 0, TIME, NULL,
    "ok", "3/4", "3/6", "3/6", "20270115-24:00:00", "3/6", "3/13"},

/* answers (R24); 2318 names the ask, else 2319 and the amount do */
{"DG", 2318, 0, NAME, NULL,
    "ok", "3/4", "ok", "ok", "999", "quiet", "3/13"},
{"DG-2319", 2318, 0, NAME, "1",
    "ok", "3/4", "ok", "ok", "-1", "ok", "3/13"},
{"DG", 2319, 0, NAME, NULL,
    "ok", "3/4", "quiet", "quiet", "GATE-T9", "quiet", "3/13"},
{"DG-2319", 2319, 0, NAME, NULL,
    "j/5", "3/4", "quiet", "quiet", "ELSE-T1", "quiet", "3/13"},
{"DG DG-2319", 2320, 0, WHOLE, NULL,
    "3/1", "3/4", "3/6", "3/6", "9", "3/5", "3/13"},
{"DG-2319", 2320, 0, WHOLE, NULL,
    NULL, NULL, NULL, NULL, "2", "quiet", NULL},
{"DG DG-2319", 2321, 0, WHOLE, NULL,
    "3/1", "3/4", "3/6", "3/6", "9", "3/5", "3/13"},
{"DG-2319", 2321, 0, WHOLE, NULL,
    NULL, NULL, NULL, NULL, "1", "quiet", NULL},
{"DG", 2324, 0, NUMBER, NULL,
    "ok", "3/4", "ok", "3/6", "-1", "ok", "3/13"},
{"DG-2319", 2324, 0, NUMBER, NULL,
    "ok", "3/4", "quiet", "3/6", "903.99", "quiet", "3/13"},
{"DG-2319", 2324, 0, NUMBER, NULL,
    NULL, NULL, NULL, NULL, "-1", "quiet", NULL},
{"DG DG-2319", 2325, 0, WHOLE, NULL,
    "3/1", "3/4", "3/6", "3/6", "9", "3/5", "3/13"},
{"DG DG-2319", 2326, 0, WHOLE, NULL, /* why not; it was approved */
    "ok", "3/4", "3/6", "3/6", "77", "takes", "3/13"},
{"DG DG-2319", 2327, 0, NUMBER, NULL,
    "takes", "3/4", "denied/101", "3/6", "-1", "denied/101", "3/13"},
{"DG DG-2319", 2327, 0, NUMBER, NULL,
    NULL, NULL, NULL, NULL, "903.9999", "denied/101", NULL},
{"DG DG-2319", 2327, 0, NUMBER, NULL, /* read exactly, or not at all */
    NULL, NULL, NULL, NULL, "904.00001", "denied/101", NULL},
{"DG DG-2319", 15, 0, NAME, "USD", /* what was asked, or nothing is granted */
    "ok", "3/4", "denied/307", "denied/307", "EUR", "denied/307", "3/13"},
{"DG DG-2319", 1670, 0, NAME, "LPING",
    "ok", "3/4", "denied/307", "denied/307", "ELSE-USD", "denied/307", "3/13"},
{"DG DG-2319", 126, 0, TIME, NULL,
    "ok", "3/4", "3/6", "3/6", "20271301-08:00:00", "3/6", "3/13"},
{"DG DG-2319", 126, 0, TIME, NULL,
    NULL, NULL, NULL, NULL, "19690101-00:00:00", "denied/303", NULL},
{"DG DG-2319", 11, 0, NAME, "N1", /* no member */
    "ok", "3/4", "ok", "ok", X63, "ok", "ok"},

/* limits (R15): ids and parts */
{REPORTS, 1667, 0, NAME, NULL,
    "3/1", "3/4", "ok", "ok", X63, "ok", "3/13"},
{REPORTS, 1666, 0, NAME, NULL,
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"CS", 1666, 0, NAME, NULL,
    "3/1", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"CM", 1511, 0, WHOLE, NULL,
    "ok", "3/4", "3/6", "3/6", "77", "takes", "3/13"},
{"CM", 1511, 0, WHOLE, NULL, /* no success: not a snapshot */
    NULL, NULL, NULL, NULL, "-1", "takes", NULL},
{"CM", 1511, 0, WHOLE, NULL,
    NULL, NULL, NULL, NULL, "1000", "takes", NULL},
{REPORTS, 1512, 0, WHOLE, NULL,
    "ok", "3/4", "3/6", "3/6", "3", "up/99", "3/13"},
{REPORTS, 893, 0, TRUTH, NULL,
    "ok", "3/4", "3/6", "3/6", "y", "3/6", "3/13"},
{REPORTS, 893, 0, TRUTH, NULL, /* it waits for the rest */
    NULL, NULL, NULL, NULL, "N", "takes", NULL},
{REPORTS, 1512, 0, WHOLE, NULL,
    NULL, NULL, NULL, NULL, "-1", "up/99", NULL},
{"CS", 1512, 0, WHOLE, "1", /* no member */
    "ok", "3/4", "3/6", "3/6", "-1", "ok", "ok"},
{"CS", 893, 0, TRUTH, "Y",
    "ok", "3/4", "3/6", "3/6", "y", "3/6", "ok"},
{"CR CR-1768 CS", 1511, 0, WHOLE, "0",
    "ok", "3/4", "3/6", "3/6", "77", "ok", "ok"},
{"CS", 1667, 0, NAME, "U9",
    "ok", "3/4", "ok", "ok", X63, "ok", "ok"},
{"CS", 60, 0, TIME, "20270115-08:00:00",
    "ok", "3/4", "3/6", "3/6", "20270115-24:00:00", "3/6", "ok"},

/* whose (R6) */
{"CM", 1677, 0, COUNT, NULL,
    "3/15:1671", "3/4", "3/6", "3/6", "-1", "3/6", "3/16"},
{"CR CR-1768 CS", 1677, 0, COUNT, NULL,
    "3/15:1324", "3/4", "3/6", "3/6", "-1", "3/6", "3/16"},
{"CR CR-1768 CS", 1324, 0, LETTER, NULL,
    "3/15:1671", "3/4", "3/6", "3/6", "Z", "3/5", "3/16:1677"},
{"CM", 1324, 0, LETTER, "M", /* no member of a CM */
    "ok", "3/4", "3/6", "3/6", "Z", "3/5", "ok"},
{"CS", 1324, 0, LETTER, NULL,
    NULL, NULL, NULL, NULL, "A", "CT/13", NULL},
{"CM", 1671, 0, COUNT, NULL, /* the first field of its entry */
    "3/16:1677", NULL, NULL, NULL, NULL, NULL, NULL},
{"CR CR-1768 CS", 1671, 0, COUNT, NULL,
    "3/15:1691", NULL, NULL, NULL, NULL, NULL, NULL},
{UPDATES, 1671, 0, COUNT, NULL,
    NULL, "3/4", "3/6", "3/6", "-1", "3/6", "3/16"},
{UPDATES, 1691, 1, NAME, NULL,
    "3/15:1692", "3/4", "up/1:1", "up/1:1", "FREE", "up/1:1", "3/16:1671"},
{UPDATES, 1691, 2, NAME, NULL,
    "3/13:1692", "3/4", "up/1:1", "up/1:1", "F42", "up/1:1", "3/16:1671"},
{UPDATES, 1693, 1, WHOLE, NULL, /* a party of no role is nobody */
    "up/1:1", "3/4", "3/6", "3/6", "9999", "up/99:12", "3/13"},
{UPDATES, 1693, 2, WHOLE, NULL,
    "up/1:1", "3/4", "3/6", "3/6", "24", "up/1:1", "3/13"},
{UPDATES, 1562, 0, COUNT, NULL,
    "3/15:1563", "3/4", "3/6", "3/6", "-1", "3/6", "3/16"},
{UPDATES, 1563, 0, NAME, NULL,
    "3/15:1564", "3/4", "up/1:1", "up/1:1", "F42", "up/1:1", "3/16:1562"},
{UPDATES, 1565, 0, WHOLE, NULL,
    "up/1:1", "3/4", "3/6", "3/6", "9999", "ok", "3/13"},
{UPDATES, 1672, 0, WHOLE, NULL,
    "ok", "3/4", "3/6", "3/6", "9", "3/5", "3/13"},
{UPDATES, 1672, 0, WHOLE, NULL,
    NULL, NULL, NULL, NULL, "1", "takes", NULL},

/* what (R10, R19) */
{UPDATES, 1669, 0, COUNT, NULL,
    "3/15:1529", "3/4", "3/6", "3/6", "-1", "3/6", "3/16"},
{UPDATES, 1529, 0, COUNT, NULL,
    "3/16:1669", "3/4", "3/6", "3/6", "-1", "3/6", "3/16"},
{UPDATES, 1530, 0, WHOLE, NULL,
    "3/15:1531", "3/4", "3/6", "3/6", "99", "up/99:3!", "3/16:1529"},
{UPDATES, 1530, 0, WHOLE, NULL, /* of another kind */
    NULL, NULL, NULL, NULL, "-1", "up/99:3!", NULL},
{"CM CR CS", 1531, 0, NUMBER, NULL,
    "takes", "3/4", "up/99:5!", "3/6", "-1", "up/99:5", "3/13"},
{"CR-1768", 1531, 0, NUMBER, NULL, /* the levels are a share of it */
    "up/99!", "3/4", "up/99!", "3/6", "-1", "up/99", "3/13"},
{UPDATES, 1531, 0, NUMBER, NULL,
    NULL, NULL, NULL, NULL, "900000.00001", "up/99:5!", NULL},
{UPDATES, 1767, 0, WHOLE, NULL,
    "takes", "3/4", "3/6", "3/6", "77", "up/99:8!", "3/13"},
{UPDATES, 1766, 0, NUMBER, NULL,
    "ok", "3/4", "up/99:5!", "3/6", "-1", "up/99:5", "3/13"},
{UPDATES, 1532, 0, NAME, NULL,
    "ok", "3/4", "up/99:99!", "up/99:99!", "EUR", "up/99:99", "3/13"},
{UPDATES, 2336, 0, WHOLE, "@1532 1", /* a velocity window */
    "ok", "3/4", "3/6", "3/6", "-1", "up/99:99!", "3/13"},
{UPDATES, 1559, 0, COUNT, NULL,
    "3/15:1769", "3/4", "3/6", "3/6", "-1", "3/6", "3/16"},
{"CM CR CS", 1769, 1, WHOLE, NULL,
    "3/15:1560", "3/4", "3/6", "3/6", "77", "up/99:10!", "3/16:1559"},
{"CR-1768", 1769, 1, WHOLE, NULL,
    "3/15:1768", "3/4", "3/6", "3/6", "77", "up/99:10!", "3/16:1559"},
{"CM CR CS", 1560, 1, NUMBER, NULL,
    "up/99:9!", "3/4", "up/99:9!", "3/6", "0", "up/99:9!", "3/13"},
{"CM CR CS", 1560, 1, NUMBER, NULL, /* not rising */
    NULL, NULL, NULL, NULL, "90", "up/99:9!", NULL},
{"CM CR CS", 1560, 2, NUMBER, NULL,
    "up/99:9!", "3/4", "up/99:9!", "3/6", "101", "up/99:9!", "3/13"},
{"CR-1768", 1560, 1, NUMBER, NULL,
    "up/99:9!", "3/4", "up/99:9!", "3/6", "101", "up/99:9!", "3/13"},
{"CR-1768", 1768, 0, NUMBER, NULL,
    "up/99!", "3/4", "up/99!", "3/6", "-1", "up/99!", "3/13"},
{"CR-1768", 1768, 0, NUMBER, NULL,
    NULL, NULL, NULL, NULL, "900000.0001", "up/99!", NULL},
{"CM CR CS", 1768, 0, NUMBER, "@1560 1", /* 1560 goes before it */
    "ok", "3/4", "ok", "3/6", "-1", "ok", "3/13"},
{UPDATES, 1534, 0, COUNT, NULL,
    "3/15:1535", "3/4", "3/6", "3/6", "-1", "3/6", "3/16"},
{UPDATES, 1535, 0, WHOLE, NULL,
    "3/15:1536", "3/4", "3/6", "3/6", "9", "3/5", "3/16:1534"},
{UPDATES, 1536, 0, NAME, NULL,
    "up/99:7!", "3/4", "up/99:7!", "up/99:7!", X63, "ok", "3/13"},
{UPDATES, 1538, 0, NAME, "@1536 US1",
    "ok", "3/4", "up/99:7!", "up/99:7!", X63, "ok", "3/13"},
{UPDATES, 1544, 0, NAME, "@1536 IRS",
    "ok", "3/4", "up/99:7!", "up/99:7!", X63, "ok", "3/13"},
{UPDATES, 1545, 0, NAME, "@1536 10Y",
    "ok", "3/4", "up/99:7!", "up/99:7!", X63, "ok", "3/13"},
{UPDATES, 1547, 0, NAME, "@1536 IRS",
    "ok", "3/4", "up/99:7!", "up/99:7!", X63, "ok", "3/13"},
{UPDATES, 1539, 0, NAME, "@1536 4", /* the table's ids are of one source */
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{UPDATES, 1546, 0, NAME, "@1536 SRCCSP", /* one of those without a column */
    "ok", "3/4", "up/99:11!", "up/99:11!", X63, "up/99:11!", "3/13"},
{UPDATES, 1558, 0, NUMBER, NULL,
    "ok", "3/4", "up/99:7!", "3/6", "0", "up/99:7!", "3/13"},
{UPDATES, 1558, 0, NUMBER, NULL,
    NULL, NULL, NULL, NULL, "-1", "up/99:7!", NULL},
{"CM", 1670, 0, NAME, NULL, /* another name is another limit */
    "ok", "3/4", "up/99:4", "takes", "L42", "up/99:12", "3/13"},
{"CR CR-1768", 1670, 0, NAME, NULL,
    "ok", "3/4", "up/99:4", "takes", "L42", "up/99:12", "3/13"},
{"CS", 1670, 0, NAME, NULL,
    "ok", "3/4", "up/99:4", "CT/4", "L42", "up/99:12", "3/13"},
{UPDATES, 2339, 0, WHOLE, NULL,
    "takes", "3/4", "3/6", "3/6", "9", "3/5", "3/13"},
{UPDATES, 2339, 0, WHOLE, NULL,
    NULL, NULL, NULL, NULL, "1", "up/99:99!", NULL},
{UPDATES, 2355, 0, WHOLE, NULL,
    "ok", "3/4", "3/6", "3/6", "9", "3/5", "3/13"},
{UPDATES, 2355, 0, WHOLE, NULL,
    NULL, NULL, NULL, NULL, "0", "takes", NULL},

/* stops (R18) */
{"DH", 2328, 0, NAME, NULL,
    "3/1", "3/4", "DI/99", "ok", X63, "ok", "3/13"},
{"DH", 2329, 0, WHOLE, NULL,
    "3/1", "3/4", "3/6", "3/6", "9", "3/5", "3/13"},
{"DH", 2330, 0, TRUTH, NULL,
    "ok", "3/4", "3/6", "3/6", "y", "3/6", "3/13"},
{"DH", 453, 0, COUNT, NULL,
    "3/15:448", "3/4", "3/6", "3/6", "-1", "3/6", "3/16"},
{"DH", 448, 1, NAME, NULL,
    "3/15:447", "3/4", "DI/0", "DI/0", "FREE", "DI/0", "3/16:453"},
{"DH", 448, 2, NAME, NULL,
    "3/13:447", "3/4", "DI/0", "DI/0", "F42", "DI/0", "3/16:453"},
{"DH", 452, 1, WHOLE, NULL, /* a party of no role is nobody */
    "DI/0", "3/4", "3/6", "3/6", "4", "DI/0", "3/13"},
{"DH", 452, 2, WHOLE, NULL,
    "DI/0", "3/4", "3/6", "3/6", "24", "DI/0", "3/13"},

/* a narrower stop stops the whole party, with an alarm */
{"DH", 1300, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1301, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1536, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1537, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1538, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1539, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1540, 0, COUNT, "0",
    "ok", "3/4", "3/6", "3/6", "-1", "3/6", "3/13"},
{"DH", 1543, 0, WHOLE, "1",
    "ok", "3/4", "3/6", "3/6", "77", "ok", "3/13"},
{"DH", 1544, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1545, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1546, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1547, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1548, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1549, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1550, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1551, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1552, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1553, 0, WHOLE, "1",
    "ok", "3/4", "3/6", "3/6", "77", "ok", "3/13"},
{"DH", 1554, 0, TRUTH, "Y",
    "ok", "3/4", "3/6", "3/6", "y", "3/6", "3/13"},
{"DH", 1555, 0, NUMBER, "1",
    "ok", "3/4", "ok", "3/6", "-1", "ok", "3/13"},
{"DH", 1556, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1557, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1616, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"DH", 1620, 0, WHOLE, "1",
    "ok", "3/4", "3/6", "3/6", "77", "ok", "3/13"},
{"DH", 2895, 0, NAME, "ANY",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
};
/* clang-format on */

const struct fields_table fields_hubs = {messages,
                                         sizeof(messages) / sizeof(messages[0]),
                                         rows, sizeof(rows) / sizeof(rows[0])};
