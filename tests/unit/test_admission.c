/*
 * What admits an order, as a decision table: one order that goes on, and for
 * each condition a row that differs from it in that alone and is refused, with
 * the code that names it.
 *
 * Where a condition has two parts, a row has one of them and the order goes on,
 * another has both and it does not: so each part is shown to decide by itself
 * (MC/DC).  Edges are rows at the last amount that fits and one unit above it.
 *
 * Rules: R2..R6, R10..R14, R18..R20, R24, R26, R27, R40, R44, R46.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "gate_harness.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- the order that goes on ---------------------------------------------- */

/* 100 million of USD10Y are 90,400.00. */
static const char configuration[] =
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"
    "MaxOrders=8\nMaxRequests=400\nMaxLimits=64\nMaxWaiting=1\nMaxLegs=2\n"
    "StaleResendMs=60000\nTradingDayEnd=never\n"
    "[RATES]\nParRates=/dev/null\nMaxAgeMs=3600000\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\n"
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=CLIENT\nVenue=venue\nAccounts=ACME\n"
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
    "TargetCompID=VENUE\n"
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\nTargetCompID=HUB\n"
    "[SESSION]\nName=other\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=OTHER\nVenue=venue\nAccounts=THEIRS\n"
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\nHub=hub\n"
    "CCPs=LCH,CME\n"
    "[ACCOUNT]\nAccount=THEIRS\nClearingFirm=FCM2\n"
    "[LIMIT]\nRiskLimitID=USE\nAccount=ACME\nHub=hub\nOwner=FCM1\n"
    "InstrumentCurrency=USD\nWarnings=none\n"
    "Currency=USD\nMeasure=gross\nModel=push\nAmount=100000.00\n"
    "[LIMIT]\nRiskLimitID=EURO\nAccount=ACME\nHub=hub\nOwner=FCM1\n"
    "InstrumentCurrency=EUR\nCurrency=USD\nModel=push\nAmount=100001.00\n"
    "[LIMIT]\nRiskLimitID=CLIP\nKind=clip\nAccount=ACME\nCurrency=USD\n"
    "InstrumentCurrency=USD\nAmount=95000.00\n"
    "[LIMIT]\nRiskLimitID=MOST\nKind=notional\nAccount=ACME\nCurrency=USD\n"
    "Hub=hub\nOwner=FCM1\n"
    "InstrumentCurrency=USD\nAmount=105000000\n"
    "[LIMIT]\nRiskLimitID=THEIRS\nAccount=THEIRS\nCurrency=USD\nModel=push\n"
    "Amount=100002.00\n"
    "[FX]\nFrom=EUR\nTo=USD\nRate=1.10\n";

static const char table[] =
    "instrument,currency,dv01_per_million,convention,swap,security_id\n"
    "USD10Y,USD,904.00,,,US10\n"
    "USD2Y,USD,190.10,,,US02\n"
    "EUR10Y,EUR,500.00,,,EU10\n"
    "SOFR10,USD,,USD_SOFR,10Y,US99\n";

static const char order[] =
    "34=77|52=20270115-10:00:00.000|35=D|11=A1|1=ACME|"
    "453=2|448=FCM1|447=D|452=4|448=LCH|447=D|452=21|"
    "55=USD10Y|48=US10|22=8|54=1|60=20270115-08:00:00|15=USD|38=100000000|"
    "40=2|44=4.1";

static const char package[] =
    "34=77|52=20270115-10:00:00.000|35=AB|11=A1|1=ACME|"
    "453=2|448=FCM1|447=D|452=4|448=LCH|447=D|452=21|55=CURVE|54=1|"
    "60=20270115-08:00:00|15=USD|38=10000000|40=2|44=4.1|555=2|"
    "600=USD10Y|602=US10|603=8|556=USD|623=1|624=1|"
    "600=USD2Y|602=US02|603=8|556=USD|623=2|624=2";

/* --- the table ----------------------------------------------------------- */

/* Each is found in exactly one of the texts above, and once. */
struct change {
    const char *from;
    const char *to;
};

/* |before| and |after| are lines: "0 35=D|...", fields from a session;
 * "down 1", "up 1"; "wait 2000"; "rates"; "stop"; "grant", "deny".  The order
 * is refused with |code|, or goes on. */
struct row {
    const char *rules;
    const char *what;
    struct change changes[2];
    const char *before;
    const char *after;
    const char *code;
};

#define PUSH(amount, more)                                                     \
    "2 35=CR|1667=U|1677=1|1324=M|1671=1|1691=ACME|1692=D|1693=24|1669=1|"     \
    "1529=1|1530=12|1531=" amount "|1532=USD|1670=USE" more "\n"
#define UNKNOWN_TYPE                                                           \
    "2 35=CR|1667=U|1677=1|1324=M|1671=1|1691=ACME|1692=D|1693=24|1669=1|"     \
    "1529=1|1530=3|1531=100000|1532=USD|1670=USE\n"
#define MULTIPLE(type, amount, id)                                             \
    "2 35=CR|1667=U|1677=1|1324=M|1671=1|1691=ACME|1692=D|1693=24|1669=1|"     \
    "1529=1|1530=" type "|1531=" amount "|1532=USD|"                           \
    "1534=1|1535=1|1536=USD10Y|1558=90000000000|1670=" id "\n"
#define STOP(action, party, role)                                              \
    "2 35=DH|2328=S|2329=" action "|453=1|448=" party "|447=D|452=" role       \
    "|60=20270115-08:00:00\n"
#define BEFORE(id, side, qty)                                                  \
    "0 35=D|11=" id "|1=ACME|453=1|448=LCH|447=D|452=21|55=USD10Y|54=" side    \
    "|60=20270115-08:00:00|38=" qty "|40=2|44=4.1\n"
#define FILLED(id, side, qty)                                                  \
    "1 35=8|37=V-" id "|11=" id "|17=E-" id "|150=F|39=2|55=USD10Y|54=" side   \
    "|38=" qty "|32=" qty "|31=4.1|151=0|14=" qty "|6=4.1\n"
#define BOUGHT BEFORE("B1", "1", "50000000") FILLED("B1", "1", "50000000")
#define LESS                                                                   \
    {                                                                          \
        "|38=100000000|", "|38=40000000|"                                      \
    }
#define SELL                                                                   \
    {                                                                          \
        "|54=1|60=", "|54=2|60="                                               \
    }
#define NET                                                                    \
    {                                                                          \
        "Measure=gross", "Measure=net"                                         \
    }
#define PING                                                                   \
    {                                                                          \
        "Model=push\nAmount=100000.00", "Model=ping"                           \
    }
#define FALLS_BACK                                                             \
    {                                                                          \
        "Model=push\nAmount=100000.00", "Model=ping-with-push"                 \
    }

static const struct row rows[] = {
    {.rules = "", .what = "the order itself"},

    /* What it says. */
    {"R2", "a quantity", .changes = {{"|38=100000000|", "|"}}, .code = "CG406"},
    {"R2", "... above 0", .changes = {{"|38=100000000|", "|38=0|"}},
     .code = "CG406"},
    {"R2", "... and whole", .changes = {{"|38=100000000|", "|38=1.5|"}},
     .code = "CG406"},
    {"R2", "1.0 is whole", .changes = {{"|38=100000000|", "|38=1.0|"}}},
    {"R2", "in units", .changes = {{"|38=100000000|", "|854=1|38=1|"}},
     .code = "CG406"},
    {"R2", "854=0 is units", .changes = {{"|38=100000000|", "|854=0|38=1|"}}},
    {"R2", "not cash", .changes = {{"|38=100000000|", "|152=1|38=1|"}},
     .code = "CG406"},
    {"R2", "not per cent", .changes = {{"|38=100000000|", "|516=1|38=1|"}},
     .code = "CG406"},
    {"R3", "buy or sell", .changes = {{"|54=1|60=", "|54=5|60="}},
     .code = "CG406"},
    {"R3", "a sell", .changes = {SELL}},
    {"R3", "the instrument's currency", .changes = {{"15=USD", "15=EUR"}},
     .code = "CG406"},
    {"R3", "no currency", .changes = {{"|15=USD", ""}}},
    {"R40", "a ClOrdID of 63 bytes at most",
     .changes = {{"|11=A1|",
                  "|11=1234567890123456789012345678901234567890123456789012345"
                  "678901234|"}},
     .code = "CG406"},

    /* Who. */
    {"R6", "an account", .changes = {{"|1=ACME|", "|"}}, .code = "CG103"},
    {"R6", "... that is known", .changes = {{"|1=ACME|", "|1=X|"}},
     .code = "CG103"},
    {"R6", "... of this session", .changes = {{"|1=ACME|", "|1=THEIRS|"}},
     .code = "CG103"},
    {"R6", "... which is what it takes",
     .changes = {{"=THEIRS\n[ACC", "=THEIRS,ACME\n[ACC"}}},
    {"R6", "the account's firm", .changes = {{"448=FCM1", "448=FCM2"}},
     .code = "CG103"},
    {"R6", "... or none", .changes = {{"453=2|448=FCM1|447=D|452=4", "453=1"}}},
    {"R6", "a clearing house of its", .changes = {{"448=LCH", "448=X"}},
     .code = "CG103"},
    {"R6", "... if the account has any",
     .changes = {{"448=LCH", "448=X"}, {"CCPs=LCH,CME\n", ""}}},
    {"R6", "... or none",
     .changes = {{"453=2", "453=1"}, {"|448=LCH|447=D|452=21", ""}}},
    {"R6", "... unless a limit is cut to one",
     .changes = {{"453=2|448=FCM1|447=D|452=4|448=LCH|447=D|452=21|", ""},
                 {"RiskLimitID=USE\n", "RiskLimitID=USE\nCCP=LCH\n"}},
     .code = "CG103"},
    {"R10", "which then covers it",
     .changes = {{"RiskLimitID=USE\n", "RiskLimitID=USE\nCCP=LCH\n"}}},

    /* What it is worth. */
    {"R4", "an instrument", .changes = {{"55=USD10Y|48=US10", "55=X"}},
     .code = "CG104"},
    {"R2", "not two of them", .changes = {{"|48=US10|", "|48=US02|"}},
     .code = "CG406"},
    {"R2", "a SecurityID that is no instrument's",
     .changes = {{"|48=US10|", "|48=X|"}}},
    {"R4", "a DV01", .changes = {{"55=USD10Y|48=US10", "55=SOFR10"}},
     .code = "CG104"},
    {"R4", "... of rates", .changes = {{"55=USD10Y|48=US10", "55=SOFR10"}},
     .before = "rates\n"},
    {"R7", "... at their last moment",
     .changes = {{"55=USD10Y|48=US10", "55=SOFR10"}},
     .before = "rates\nwait 3600000\n"},
    {"R7", "... that are not stale",
     .changes = {{"55=USD10Y|48=US10", "55=SOFR10"}},
     .before = "rates\nwait 3600001\n", .code = "CG107"},
    {"R7", "which says nothing of a table's",
     .before = "rates\nwait 3600001\n"},
    {"R7", "... nor when they only alarm",
     .changes = {{"55=USD10Y|48=US10", "55=SOFR10"},
                 {"MaxAgeMs=3600000\n", "MaxAgeMs=3600000\nWhenStale=alarm\n"}},
     .before = "rates\nwait 3600001\n"},
    {"R3", "a rate of exchange",
     .changes = {{"55=USD10Y|48=US10", "55=EUR10Y"}, {"|15=USD", ""}}},
    {"R3", "... or there is none to be converted by",
     .changes = {{"55=USD10Y|48=US10|22=8|54=1|60=20270115-08:00:00|15=USD",
                  "55=EUR10Y|54=1|60=20270115-08:00:00"},
                 {"Rate=1.10", "Rate=1.10\n[FX]\nFrom=JPY\nTo=CHF\nRate=1"}}},
    {"R3", "... in that direction",
     .changes = {{"55=USD10Y|48=US10|22=8|54=1|60=20270115-08:00:00|15=USD",
                  "55=EUR10Y|54=1|60=20270115-08:00:00"},
                 {"From=EUR\nTo=USD", "From=USD\nTo=EUR"}},
     .code = "CG108"},
    {"R1", "a DV01 within 64 bits",
     .changes = {{"|38=100000000|", "|38=9223372036854775807|"},
                 {"904.00", "900000000000.00"}},
     .code = "CG104"},

    /* How large. */
    {"R14", "the clip size", .changes = {{"=95000.00", "=90400.00"}}},
    {"R14", "... and above", .changes = {{"=95000.00", "=90399.9999"}},
     .code = "CG105"},
    {"R14", "the notional", .changes = {{"=105000000\n", "=100000000\n"}}},
    {"R14", "... and above", .changes = {{"=105000000\n", "=99999999\n"}},
     .code = "CG106"},

    {"R14", "a size that its owner has set",
     .changes = {{"Amount=105000000\n", ""}}, .code = "CG109"},
    {"R1", "a multiple within 64 bits", .changes = {{"904.00", "90000.00"}},
     .before = MULTIPLE("12", "900000000000000", "USE"), .code = "CG104"},
    {"R1", "... of the quantity, too",
     .changes = {{"904.00", "0.0001"}, {"|38=100000000|", "|38=1000000000|"}},
     .before = MULTIPLE("11", "9000000000000000000", "MOST"), .code = "CG104"},
    {"R1", "... which counts", .changes = {{"904.00", "0.0001"}},
     .before = MULTIPLE("11", "9000000000000000000", "MOST")},

    /* Limits. */
    {"R12", "the amount", .changes = {{"=100000.00", "=90400.00"}}},
    {"R12", "... and above", .changes = {{"=100000.00", "=90399.9999"}},
     .code = "CG101"},
    {"R12", "the sum with what is open",
     .before = BEFORE("B1", "1", "20000000"), .code = "CG101"},
    {"R12", "... of gross limits whatever the side",
     .before = BEFORE("B1", "2", "20000000"), .code = "CG101"},
    {"R12", "... of net ones by side", .changes = {NET},
     .before = BEFORE("B1", "2", "20000000")},
    {"R11", "a limit that covers it",
     .changes = {{"InstrumentCurrency=USD\nWarnings",
                  "InstrumentCurrency=EUR\nWarnings"}},
     .code = "CG102"},
    {"R11", "each limit that covers it",
     .changes =
         {{"InstrumentCurrency=EUR\nCurrency=USD\nModel=push\nAmount=100001.00",
           "Currency=USD\nModel=push\nAmount=90399.9999"}},
     .code = "CG101"},
    {"R10", "an amount", .changes = {{"=push\nAmount=100000.00", "=push"}},
     .code = "CG102"},
    {"R15", "... that was pushed", .before = PUSH("90400", "")},
    {"R15", "... and is too low", .before = PUSH("90399", ""), .code = "CG101"},
    {"R15", "a limit of the newest snapshot",
     .before = "2 35=CM|1667=U|1677=1|1671=1|1691=ACME|1692=D|1693=24|1669=1|"
               "1529=1|1530=12|1531=100|1532=USD|1670=EURO\n",
     .code = "CG201"},
    {"R19", "nothing that the gate cannot enforce", .before = UNKNOWN_TYPE,
     .code = "CG109"},
    {"R13", "a breached limit", .changes = {LESS, NET},
     .before = BOUGHT PUSH("1000", ""), .code = "CG101"},
    {"R13", "... takes what lowers the use",
     .changes = {{"|54=1|60=20270115-08:00:00|15=USD|38=100000000|",
                  "|54=2|60=20270115-08:00:00|15=USD|38=40000000|"},
                 NET},
     .before = BOUGHT PUSH("1000", "")},
    {"R13", "... if it may",
     .changes = {{"|54=1|60=20270115-08:00:00|15=USD|38=100000000|",
                  "|54=2|60=20270115-08:00:00|15=USD|38=40000000|"},
                 {"Measure=gross", "Measure=net\nAllowReducing=N"}},
     .before = BOUGHT PUSH("1000", ""), .code = "CG101"},
    {"R13", "... which a limit with room need not allow",
     .changes = {{"|54=1|60=20270115-08:00:00|15=USD|38=100000000|",
                  "|54=2|60=20270115-08:00:00|15=USD|38=40000000|"},
                 {"Measure=gross", "Measure=net\nAllowReducing=N"}},
     .before = BOUGHT},

    /* Stops. */
    {"R18", "no suspended account", .before = STOP("0", "ACME", "24"),
     .code = "CG201"},
    {"R18", "no halted account", .before = STOP("1", "ACME", "24"),
     .code = "CG202"},
    {"R18", "no suspended firm", .before = STOP("0", "FCM1", "4"),
     .code = "CG201"},
    {"R18", "which may be lifted",
     .before = STOP("0", "ACME", "24") STOP("2", "ACME", "24")},

    /* The hub. */
    {"R24", "a grant", .changes = {PING}, .after = "grant\n"},
    {"R24", "... and no denial", .changes = {PING}, .after = "deny\n",
     .code = "CG307"},
    {"R26", "... in time", .changes = {PING}, .after = "wait 19999\ngrant\n"},
    {"R26", "... not too late", .changes = {PING}, .after = "wait 20000\n",
     .code = "CG301"},
    {"R24", "a hub", .changes = {PING}, .before = "down 2\n", .code = "CG302"},
    {"R24", "... for nothing else", .before = "down 2\n"},
    {"R27", "or a pushed amount", .changes = {FALLS_BACK},
     .before = PUSH("90400", "") "down 2\n"},
    {"R27", "... that shrinks with its age", .changes = {FALLS_BACK},
     .before = PUSH("180800", "") "wait 30000\ndown 2\n"},
    {"R27", "... to less than it needs", .changes = {FALLS_BACK},
     .before = PUSH("180800", "") "wait 30001\ndown 2\n", .code = "CG302"},
    {"R27", "... that was pushed", .changes = {FALLS_BACK},
     .before = "down 2\n", .code = "CG302"},
    {"R27", "also of a hub that says nothing", .changes = {FALLS_BACK},
     .before = PUSH("100000", ""), .after = "wait 1000\n"},

    /* The gate and the venue. */
    {"R46", "a venue", .before = "down 1\n", .code = "CG304"},
    {"R46", "... that is back", .before = "down 1\nup 1\n"},
    {"R45", "a gate that goes on", .before = "stop\n", .code = "CG501"},
    {"R45", "a place: one", .changes = {{"MaxOrders=8", "MaxOrders=1"}}},
    {"R45", "... that is free", .changes = {{"MaxOrders=8", "MaxOrders=1"}},
     .before = BEFORE("B1", "1", "1"), .code = "CG501"},
    {"R45", "... or of an order that has ended",
     .changes = {{"MaxOrders=8", "MaxOrders=1"},
                 {"=HUB\n", "=HUB\nConsumptionNotices=N\n"}},
     .before = BEFORE("B1", "1", "1") FILLED("B1", "1", "1")},
    {"R45", "... of which the hub need not be told",
     .changes = {{"MaxOrders=8", "MaxOrders=1"}},
     .before = BEFORE("B1", "1", "1") FILLED("B1", "1", "1"), .code = "CG501"},
    {"R44", "a place to wait", .changes = {PING, LESS},
     .before = BEFORE("B1", "1", "1"), .code = "CG501"},
    {"R44", "... if it has to", .changes = {LESS},
     .before = BEFORE("B1", "1", "1")},

    /* Again. */
    {"R40", "a ClOrdID that is new", .before = BEFORE("A1", "1", "1"),
     .code = "CG401"},
    {"R40", "... also to the other client",
     .changes = {{"=THEIRS\n[ACC", "=THEIRS,ACME\n[ACC"}},
     .before = "3 35=D|11=A1|1=ACME|453=1|448=LCH|447=D|452=21|55=USD10Y|54=1|"
               "60=20270115-08:00:00|38=1|40=2|44=4.1\n",
     .code = "CG401"},
    {"R40", "a repeat", .changes = {{"|35=D", "|97=Y|35=D"}}},
    {"R40", "a message that is old",
     .changes = {{"10:00:00.000", "09:58:59.999"}}},
    {"R40", "... but not both",
     .changes = {{"10:00:00.000", "09:58:59.999"}, {"|35=D", "|97=Y|35=D"}},
     .code = "CG405"},
    {"R40", "a duplicate of what was just sent",
     .changes = {{"|35=D", "|43=Y|122=20270115-09:59:00.000|35=D"}}},
    {"R40", "... and of what was sent before that",
     .changes = {{"|35=D", "|43=Y|122=20270115-09:58:59.999|35=D"}},
     .code = "CG405"},
    {"R40", "which says nothing without PossDupFlag",
     .changes = {{"|35=D", "|122=20270115-09:58:59.999|35=D"}}},
    {"R40", "... after the day's end, ids of which are forgotten",
     .changes = {{"|35=D", "|43=Y|122=20270115-08:00:00.001|35=D"},
                 {"StaleResendMs=60000", "StaleResendMs=7200000"}}},
    {"R40", "... or before it",
     .changes = {{"|35=D", "|43=Y|122=20270115-08:00:00.000|35=D"},
                 {"StaleResendMs=60000", "StaleResendMs=7200000"}},
     .code = "CG405"},
    {"R40", "a repeat of now, long after the day's end",
     .changes = {{"|35=D", "|97=Y|35=D"},
                 {"StaleResendMs=60000", "StaleResendMs=7200000"}}},
    {"R40", "... or so soon that it may be of before",
     .changes = {{"|35=D", "|97=Y|35=D"},
                 {"StaleResendMs=60000", "StaleResendMs=7200001"}},
     .code = "CG405"},
};

/* Packages (R5): the package itself, and what its legs add. */
static const struct row package_rows[] = {
    {.rules = "", .what = "the package itself"},
    {"R5", "its sum", .changes = {{"=100000.00", "=12842.00"}}},
    {"R5", "... and above", .changes = {{"=100000.00", "=12841.9999"}},
     .code = "CG101"},
    {"R4", "an instrument of each leg",
     .changes = {{"600=USD2Y|602=US02", "600=X"}}, .code = "CG104"},
    {"R4", "a DV01 of each leg",
     .changes = {{"600=USD2Y|602=US02", "600=SOFR10"}}, .code = "CG104"},
    {"R7", "that is not stale",
     .changes = {{"600=USD2Y|602=US02", "600=SOFR10"}},
     .before = "rates\nwait 3600001\n", .code = "CG107"},
    {"R2", "not two of them", .changes = {{"|602=US02|", "|602=US10|"}},
     .code = "CG406"},
    {"R2", "a SecurityID that is no instrument's",
     .changes = {{"|602=US02|", "|602=X|"}}},
    {"R3", "its currency",
     .changes = {{"602=US02|603=8|556=USD", "602=US02|603=8|556=EUR"}},
     .code = "CG406"},
    {"R3", "or else the order's",
     .changes = {{"602=US02|603=8|556=USD", "602=US02|603=8"}}},
    {"R3", "... which must be its",
     .changes = {{"602=US02|603=8|556=USD", "602=US02|603=8"},
                 {"15=USD", "15=EUR"}},
     .code = "CG406"},
    {"R3", "or none",
     .changes = {{"602=US02|603=8|556=USD", "602=US02|603=8"},
                 {"|15=USD", ""}}},
    {"R5", "places for its legs", .changes = {{"MaxLegs=2", "MaxLegs=1"}},
     .code = "CG501"},
    {"R11", "a limit that covers a leg",
     .changes = {{"InstrumentCurrency=USD\nWarnings",
                  "InstrumentCurrency=EUR\nWarnings"}},
     .code = "CG102"},
    {"R14", "the clip size", .changes = {{"=95000.00", "=12842.00"}}},
    {"R14", "... and above", .changes = {{"=95000.00", "=12841.9999"}},
     .code = "CG105"},
    {"R14", "the notional", .changes = {{"=105000000\n", "=30000000\n"}}},
    {"R14", "... and above", .changes = {{"=105000000\n", "=29999999\n"}},
     .code = "CG106"},
};

/* --- playing a row ------------------------------------------------------- */

/* The gate is two hours old when the order comes. */
enum { TEXT_MAX = 8192, HOURS = 7200000 };

static struct harness h;

/* The only place of |what| in |text|, or NULL. */
static char *only(char *text, const char *what)
{
    char *at = strstr(text, what);
    if (at != NULL && strstr(at + 1, what) != NULL) {
        fail_msg("'%s' is there twice", what);
    }
    return at;
}

static void change(char *texts[3], const struct change *change)
{
    char *found = NULL;
    char *in = NULL;
    if (change->from == NULL) {
        return;
    }
    for (int i = 0; i < 3; i++) {
        char *at = only(texts[i], change->from);
        if (at != NULL) {
            assert_null(found);
            found = at;
            in = texts[i];
        }
    }
    if (found == NULL) {
        fail_msg("'%s' is nowhere", change->from);
        return;
    }
    char behind[TEXT_MAX];
    strcpy(behind, found + strlen(change->from));
    assert_true(strlen(in) + strlen(change->to) < TEXT_MAX);
    strcpy(found, change->to);
    strcat(found, behind);
}

static const char rates[] =
    "set,curve,tenor,rate_pct,valuation_date\n"
    "eod,USD_SOFR,1M,3.695,2027-01-15\neod,USD_SOFR,1Y,3.481,2027-01-15\n"
    "eod,USD_SOFR,2Y,3.392,2027-01-15\neod,USD_SOFR,5Y,3.441,2027-01-15\n"
    "eod,USD_SOFR,10Y,3.703,2027-01-15\neod,USD_SOFR,30Y,3.987,2027-01-15\n";

static void answer(const char *status)
{
    char fields[512];
    char number[32];
    const char *ask = NULL;
    for (int i = 0; i < h.out_count && ask == NULL; i++) {
        ask = strstr(h.out[i], "35=DF|") != NULL ? h.out[i] : NULL;
    }
    assert_non_null(ask);
    snprintf(number, sizeof(number), "%s", harness_field(ask, 2318));
    snprintf(fields, sizeof(fields),
             "35=DG|2318=%s|2319=%s|2325=%s|2320=0|2321=0", number,
             harness_field(ask, 2319), status);
    harness_in(&h, HUB, fields);
}

/* What came out is kept for answer() while time goes by. */
static void step(const char *line)
{
    int number = 0;
    if (sscanf(line, "wait %d", &number) == 1) {
        static char out[HARNESS_TEXT_MAX];
        int count = h.out_count;
        strcpy(out, count > 0 ? h.out[count - 1] : "");
        harness_wait(&h, number);
        if (h.out_count == 0 && count > 0) {
            strcpy(h.out[h.out_count++], out);
        }
    } else if (sscanf(line, "down %d", &number) == 1) {
        harness_link(&h, number, false);
    } else if (sscanf(line, "up %d", &number) == 1) {
        harness_link(&h, number, true);
    } else if (strcmp(line, "rates") == 0) {
        harness_take_rates(&h, rates, NULL);
    } else if (strcmp(line, "stop") == 0) {
        harness_stop(&h);
    } else if (strcmp(line, "grant") == 0) {
        answer("0");
    } else if (strcmp(line, "deny") == 0) {
        answer("2");
    } else {
        assert_in_range(line[0], '0', '3');
        harness_in(&h, line[0] - '0', line + 2);
    }
}

static void steps(const char *lines)
{
    char text[4096];
    if (lines == NULL) {
        return;
    }
    assert_true(strlen(lines) < sizeof(text));
    strcpy(text, lines);
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        step(line);
    }
}

static void judge(const struct row *row, const char *type)
{
    char forward[16];
    char code[16];
    snprintf(forward, sizeof(forward), " 35=%s|", type);
    snprintf(code, sizeof(code), "|58=%s", row->code != NULL ? row->code : "");
    const char *sent = harness_came(&h, VENUE, forward);
    const char *refused = harness_came(&h, CLIENT, "|150=8|");
    bool right = row->code == NULL ? sent != NULL && refused == NULL
                                   : sent == NULL && refused != NULL &&
                                         strstr(refused, code) != NULL;
    if (!right) {
        fail_msg("%s %s: expected %s, came %s%s", row->rules, row->what,
                 row->code != NULL ? row->code : "that it goes on",
                 sent != NULL ? sent : "", refused != NULL ? refused : "");
    }
}

static void play(const struct row *row, const char *message, const char *type)
{
    char config[TEXT_MAX];
    char csv[TEXT_MAX];
    char fields[TEXT_MAX];
    char *texts[] = {config, csv, fields};
    strcpy(config, configuration);
    strcpy(csv, table);
    strcpy(fields, message);
    change(texts, &row->changes[0]);
    change(texts, &row->changes[1]);
    harness_open_table(&h, config, csv);
    harness_wait(&h, HOURS);
    steps(row->before);
    harness_feed(&h, CLIENT, fields);
    steps(row->after);
    judge(row, type);
    harness_close(&h);
}

/* Each condition of admission decides by itself. */
static void test_admission_each_condition_decides_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < CG_COUNT(rows); i++) {
        play(&rows[i], order, "D");
    }
}

/* R5: ... and each that the legs of a package add. */
static void test_admission_package_each_condition_decides_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < CG_COUNT(package_rows); i++) {
        play(&package_rows[i], package, "AB");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_admission_each_condition_decides_alone),
        cmocka_unit_test(test_admission_package_each_condition_decides_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
