/*
 * Mistakes of clients.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_mistakes.h"

#define HEAD "34=7|52=20270115-08:00:00|"
#define TERMS                                                                  \
    "55=USD10Y|48=USD10Y|54=1|38=1000000|15=USD|59=0|40=2|44=4.1|"             \
    "60=20270115-08:00:00"
#define PARTIES(account, firm)                                                 \
    "453=3|448=" account "|447=D|452=24|448=" firm                             \
    "|447=D|452=4|448=LCH|447=D|452=21|"
#define LEGS                                                                   \
    "555=2|600=USD10Y|602=USD10Y|624=1|623=1|654=L1|556=USD|687=1000000|"      \
    "600=USD2Y|624=2|623=2|654=L2"
#define LEGS50                                                                 \
    "555=2|600=USD10Y|602=USD10Y|624=1|623=1|685=1000000|2680=A50|654=L1|"     \
    "556=USD|687=1000000|600=USD2Y|624=2|623=2|654=L2"
#define PACKAGE                                                                \
    "|55=PACK|54=1|38=1000000|15=USD|59=0|40=2|44=4.1|60=20270115-08:00:00"
#define BEFORE(client, venue, text, terms)                                     \
#client " 35=" text "\n" #venue                                            \
            " 35=8|37=V1|11=N1|17=E1|150=0|39=0|20=0|" terms                   \
            "|151=1000000|14=0|6=0"

#define N42 "1=A42|439=F42|21=1|" TERMS
#define N44 "1=A44|" PARTIES("A44", "F44") TERMS
#define N50 PARTIES("A50", "F50") TERMS
#define P44 "1=A44|" PARTIES("A44", "F44") LEGS PACKAGE
#define P50 PARTIES("A50", "F50") LEGS50 PACKAGE

#define WORKS42 BEFORE(0, 5, "D|11=N1|" N42, "55=USD10Y|54=1|38=1000000")
#define WORKS44 BEFORE(1, 6, "D|11=N1|" N44, "55=USD10Y|54=1|38=1000000")
#define WORKS50 BEFORE(2, 7, "D|11=N1|" N50, "55=USD10Y|54=1|38=1000000")
#define PACK44 BEFORE(1, 6, "AB|11=N1|" P44, "55=PACK|54=1|38=1000000")
#define PACK50 BEFORE(2, 7, "AB|11=N1|" P50, "55=PACK|54=1|38=1000000")

#define CANCEL "|55=USD10Y|48=USD10Y|54=1|38=1000000|60=20270115-08:00:00"

/* An instrument that goes by dates, and a package of two such. */
#define SWAP                                                                   \
    "55=IRS|54=1|38=1000000|15=USD|59=0|40=2|44=4.1|60=20270115-08:00:00|"     \
    "916=20270220|917=20370120"
#define SWAP50                                                                 \
    "55=IRS|541=20370120|874=20270220|916=20270220|917=20370120|54=1|"         \
    "60=20270115-08:00:00|38=1000000|40=2|44=4.1|15=USD|59=0"
#define SWAPS                                                                  \
    "555=2|600=IRS|611=20370120|624=1|623=1|654=L1|956=20270220|"              \
    "600=USD2Y|624=2|623=2|654=L2"
#define DATED42 BEFORE(0, 5, "D|11=N1|1=A42|21=1|" SWAP, "55=IRS|54=1|38=1000000")
#define DATED44 BEFORE(1, 6, "D|11=N1|1=A44|" SWAP, "55=IRS|54=1|38=1000000")

static const struct fields_message messages[] = {
    {"D42", S42, "35=D|" HEAD "11=N2|" N42, S_VENUE42, "35=D", NULL},
    {"D44", S44, "35=D|" HEAD "11=N2|" N44, S_VENUE44, "35=D", NULL},
    {"D50", S50, "35=D|" HEAD "11=N2|" N50, S_VENUE50, "35=D", NULL},
    {"G42", S42, "35=G|" HEAD "41=N1|11=N2|" N42, S_VENUE42, "35=G", WORKS42},
    {"G44", S44, "35=G|" HEAD "41=N1|11=N2|" N44, S_VENUE44, "35=G", WORKS44},
    {"G50", S50, "35=G|" HEAD "41=N1|11=N2|" N50, S_VENUE50, "35=G", WORKS50},
    {"F42", S42, "35=F|" HEAD "41=N1|11=N2|1=A42" CANCEL, S_VENUE42, "35=F",
     WORKS42},
    {"F44", S44,
     "35=F|" HEAD "41=N1|11=N2|1=A44|453=3|448=A44|447=D|452=24|448=F44|447=D|"
     "452=4|448=LCH|447=D|452=21" CANCEL,
     S_VENUE44, "35=F", WORKS44},
    {"F50", S50,
     "35=F|" HEAD "41=N1|11=N2|453=3|448=A50|447=D|452=24|448=F50|447=D|"
     "452=4|448=LCH|447=D|452=21" CANCEL,
     S_VENUE50, "35=F", WORKS50},
    {"AB44", S44, "35=AB|" HEAD "11=N2|" P44, S_VENUE44, "35=AB", NULL},
    {"AB50", S50, "35=AB|" HEAD "11=N2|" P50, S_VENUE50, "35=AB", NULL},
    {"AC44", S44, "35=AC|" HEAD "41=N1|11=N2|" P44, S_VENUE44, "35=AC", PACK44},
    {"AC50", S50, "35=AC|" HEAD "41=N1|11=N2|" P50, S_VENUE50, "35=AC", PACK50},
    {"q44", S44, "35=q|" HEAD "11=N2|530=1|55=USD10Y|54=1|60=20270115-08:00:00",
     S_VENUE44, "35=q", WORKS44},
    {"q50", S50, "35=q|" HEAD "11=N2|530=1|55=USD10Y|54=1|60=20270115-08:00:00",
     S_VENUE50, "35=q", WORKS50},
    {"H42", S42, "35=H|" HEAD "11=N1|55=USD10Y|54=1", S_VENUE42, "35=H",
     WORKS42},
    {"H44", S44, "35=H|" HEAD "11=N1|" PARTIES("A44", "F44") "55=USD10Y|54=1",
     S_VENUE44, "35=H", WORKS44},
    {"H50", S50, "35=H|" HEAD "11=N1|" PARTIES("A50", "F50") "55=USD10Y|54=1",
     S_VENUE50, "35=H", WORKS50},
    {"AF44", S44, "35=AF|" HEAD "584=M1|585=7", S_VENUE44, "35=AF", NULL},
    {"dated-D42", S42, "35=D|" HEAD "11=N2|1=A42|21=1|" SWAP, S_VENUE42, "35=D",
     NULL},
    {"dated-D44", S44, "35=D|" HEAD "11=N2|1=A44|" SWAP, S_VENUE44, "35=D",
     NULL},
    {"dated-D50", S50, "35=D|" HEAD "11=N2|" PARTIES("A50", "F50") SWAP50,
     S_VENUE50, "35=D", NULL},
    {"dated-G42", S42, "35=G|" HEAD "41=N1|11=N2|1=A42|21=1|" SWAP, S_VENUE42,
     "35=G", DATED42},
    {"dated-G44", S44, "35=G|" HEAD "41=N1|11=N2|1=A44|" SWAP, S_VENUE44,
     "35=G", DATED44},
    {"dated-AB44", S44, "35=AB|" HEAD "11=N2|1=A44|" SWAPS PACKAGE, S_VENUE44,
     "35=AB", NULL},
    {"dated-AB50", S50,
     "35=AB|" HEAD "11=N2|" PARTIES("A50", "F50") SWAPS PACKAGE, S_VENUE50,
     "35=AB", NULL},
    {"CL50", S50,
     "35=CL|" HEAD "1666=Q1|1760=1|263=0|453=3|448=A50|447=D|452=24|448=F50|"
     "447=D|452=4|448=LCH|447=D|452=21|1508=1|1509=24|1668=1|1530=12",
     S50, "35=CM|1511=0", "2 35=H|11=X|55=USD10Y|54=1"},
};

#define ORDERS42 "D42 G42"
#define ORDERS44 "D44 G44 AB44 AC44"
#define ORDERS50 "D50 G50 AB50 AC50"
#define FRESH "D42 D44 D50 AB44 AB50"
#define REPLACES "G42 G44 G50 AC44 AC50"
#define CANCELS "F42 F44 F50"
#define ASKED FRESH " " REPLACES " " CANCELS
#define SINGLE "D42 D44 D50 G42 G44 G50"
#define PACKAGES "AB44 AB50 AC44 AC50"

/* One row, one field. */
/* clang-format off */
static const struct fields_row rows[] = {
/* messages, tag, nth, kind, sample,
 *     absent, empty, too long, wrong type, far: out of range, twice */

/* the header */
{ASKED " q44 q50 H42 H44 H50 AF44 CL50", 34, 0, WHOLE, NULL,
    "3/1", "3/4", "3/6", "3/6", "-1", "3/6", "3/13"},
{ASKED " q44 q50 H42 H44 H50 AF44 CL50", 52, 0, TIME, NULL,
    "3/1", "3/4", "3/6", "3/6", "20271301-08:00:00", "3/6", "3/13"},
{ASKED " H42 H44 H50 AF44", 43, 0, TRUTH, "Y",
    "ok", "3/4", "3/6", "3/6", "y", "3/6", "3/13"},
{ASKED " H42 H44 H50 AF44 q44 q50", 97, 0, TRUTH, "N",
    "ok", "3/4", "3/6", "3/6", "1", "3/6", "3/13"},
{ASKED " H42 H44 H50 AF44", 122, 0, TIME, "20270115-08:00:00",
    "ok", "3/4", "3/6", "3/6", "20270230-08:00:00", "3/6", "3/13"},

/* who it goes on to: the routing of the header is passed on as it came */
{ASKED " q44 q50 H42 H44 H50 AF44", 50, 0, NAME, "TRADER",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{ASKED " q44 q50 H42 H44 H50 AF44", 57, 0, NAME, "DESK",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{ASKED " q44 q50 H42 H44 H50 AF44", 115, 0, NAME, "FIRM",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{ASKED " q44 q50 H42 H44 H50 AF44", 116, 0, NAME, "TRADER",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{ASKED " q44 q50 H42 H44 H50 AF44", 128, 0, NAME, "FIRM",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{ASKED " q44 q50 H42 H44 H50 AF44", 129, 0, NAME, "DESK",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{ASKED " q44 q50 H42 H44 H50 AF44", 142, 0, NAME, "LDN",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{ASKED " q44 q50 H42 H44 H50 AF44", 143, 0, NAME, "LDN",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{ASKED " q44 q50 H42 H44 H50 AF44", 144, 0, NAME, "LDN",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{ASKED " q44 q50 H42 H44 H50 AF44", 145, 0, NAME, "LDN",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{ASKED " q44 q50 H42 H44 H50 AF44", 347, 0, NAME, "LDN",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},

/* ids */
{FRESH, 11, 0, NAME, NULL,
    "3/1", "3/4", "8/406", "ok", X63, "ok", "3/13"},
{"G42 G44 G50 AC44 " CANCELS, 11, 0, NAME, NULL,
    "3/1", "3/4", "9/406", "ok", X63, "ok", "3/13"},
{"AC50", 11, 0, NAME, NULL, /* FIX lets it go without, but no 9 could answer */
    "j/5", "3/4", "9/406", "ok", X63, "ok", "3/13"},
/* no member: forwarded as it came (R54) */
{FRESH " H42 H44 H50", 41, 0, NAME, "N1",
    "ok", "3/4", "ok", "ok", X63, "ok", "ok"},
{"G42 G44 AC44 F42 F44", 41, 0, NAME, NULL,
    "3/1", "3/4", "9/402", "9/402", "N9", "9/402", "3/13"},
{"G50 AC50 F50", 41, 0, NAME, NULL,
    "9/402", "3/4", "9/402", "9/402", "N9", "9/402", "3/13"},

/* whom it is for (R6) */
{"D42", 1, 0, NAME, NULL,
    "8/103", "3/4", "8/103", "8/103", "A44", "8/103", "3/13"},
{"G42", 1, 0, NAME, NULL,
    "9/103", "3/4", "9/103", "9/103", "A44", "9/103", "3/13"},
{"D44 D50 AB44", 1, 0, NAME, "A50",
    "ok", "3/4", "8/406", "8/406", "FREE", "8/406", "3/13"},
/* in AB 2680 agrees with 1 first: legs are read after the account */
{"AB50", 1, 0, NAME, "A50",
    "ok", "3/4", "8/406", "8/406", "FREE", "8/406", "3/13"},
{"G44 G50 AC44 AC50", 1, 0, NAME, "A50",
    "ok", "3/4", "9/406", "9/406", "FREE", "9/406", "3/13"},
{CANCELS " H42 H44 H50", 1, 0, NAME, "A50", /* a cancel needs no account */
    "ok", "3/4", "ok", "ok", "FREE", "ok", "3/13"},
{"D42", 439, 0, NAME, NULL,
    "ok", "3/4", "8/103", "8/103", "F44", "8/103", "3/13"},
{"G42", 439, 0, NAME, NULL,
    "ok", "3/4", "9/103", "9/103", "F44", "9/103", "3/13"},
{"D44 AB44", 439, 0, NAME, "F44", /* 4.3 took it out; read where it stands */
    "ok", "3/4", "8/406", "8/406", "F42", "8/406", "ok"},
{"D50 AB50", 439, 0, NAME, "F50",
    "ok", "3/4", "8/406", "8/406", "F42", "8/406", "ok"},
{"G44 AC44", 439, 0, NAME, "F44",
    "ok", "3/4", "9/406", "9/406", "F42", "9/406", "ok"},
{"G50 AC50", 439, 0, NAME, "F50",
    "ok", "3/4", "9/406", "9/406", "F42", "9/406", "ok"},
{CANCELS " H42 H44 H50", 439, 0, NAME, "F",
    "ok", "3/4", "ok", "ok", "F9", "ok", "ok"},

/* parties; FIX 4.2 has none, and passes them on */
{ORDERS42 " F42 H42", 453, 0, COUNT, "1",
    "ok", "3/4", "ok", "ok", "-1", "ok", "ok"},
{ORDERS42 " F42 H42", 448, 0, NAME, "A42",
    "ok", "3/4", "ok", "ok", X63, "ok", "ok"},
{ORDERS42 " F42 H42", 452, 0, WHOLE, "24",
    "ok", "3/4", "ok", "ok", "-1", "ok", "ok"},
{ORDERS44 " " ORDERS50 " F44 F50 H44 H50", 453, 0, COUNT, NULL,
    "3/15:448", "3/4", "3/6", "3/6", "-1", "3/6", "3/16"},
{ORDERS44 " " ORDERS50 " F44 F50 H44 H50", 448, 1, NAME, NULL,
    "3/15:447", "3/4", NULL, NULL, NULL, NULL, "3/16:453"},
{"D44 AB44", 448, 1, NAME, NULL,
    NULL, NULL, "8/406:1", "8/406:1", "FREE", "8/406:1", NULL},
{"G44 AC44", 448, 1, NAME, NULL,
    NULL, NULL, "9/406:1", "9/406:1", "FREE", "9/406:1", NULL},
{"D50", 448, 1, NAME, NULL,
    NULL, NULL, "8/103", "8/103", "FREE", "8/103", NULL},
{"AB50", 448, 1, NAME, NULL, /* the legs name another account */
    NULL, NULL, "8/406:2680", "8/406:2680", "FREE", "8/406:2680", NULL},
{"G50", 448, 1, NAME, NULL,
    NULL, NULL, "9/103", "9/103", "FREE", "9/103", NULL},
{"AC50", 448, 1, NAME, NULL,
    NULL, NULL, "9/406:2680", "9/406:2680", "FREE", "9/406:2680", NULL},
{"F44 F50 H44 H50", 448, 1, NAME, NULL,
    NULL, NULL, "ok", "ok", "FREE", "ok", NULL},
{"D44 D50 AB44 AB50", 448, 2, NAME, NULL, /* role 4 */
    "3/13:447", "3/4", "8/103", "8/103", "F42", "8/103", "3/16:453"},
{"G44 G50 AC44 AC50", 448, 2, NAME, NULL,
    "3/13:447", "3/4", "9/103", "9/103", "F42", "9/103", "3/16:453"},
{"F44 F50 H44 H50", 448, 2, NAME, NULL,
    "3/13:447", "3/4", "ok", "ok", "F42", "ok", "3/16:453"},
{"D44 D50 AB44 AB50", 448, 3, NAME, NULL, /* role 21 */
    "3/13:447", "3/4", "8/103", "8/103", "EUREX", "8/103", "3/16:453"},
{"G44 G50 AC44 AC50", 448, 3, NAME, NULL,
    "3/13:447", "3/4", "9/103", "9/103", "CME", "9/404", "3/16:453"},
{"F44 F50 H44 H50", 448, 3, NAME, NULL,
    "3/13:447", "3/4", "ok", "ok", "EUREX", "ok", "3/16:453"},
{ORDERS44 " " ORDERS50 " F44 F50 H44 H50", 452, 1, WHOLE, NULL,
    NULL, "3/4", "3/6", "3/6", NULL, NULL, "3/13"},
/* 1 names the account */
{"D44 G44 AB44 AC44 F44 F50 H44 H50", 452, 1, WHOLE, NULL,
    "ok", NULL, NULL, NULL, "9999", "ok", NULL},
{"D50", 452, 1, WHOLE, NULL,
    "8/103", NULL, NULL, NULL, "9999", "8/103", NULL},
{"AB50", 452, 1, WHOLE, NULL,
    "8/406:2680", NULL, NULL, NULL, "9999", "8/406:2680", NULL},
{"G50", 452, 1, WHOLE, NULL,
    "9/103", NULL, NULL, NULL, "9999", "9/103", NULL},
{"AC50", 452, 1, WHOLE, NULL,
    "9/406:2680", NULL, NULL, NULL, "9999", "9/406:2680", NULL},

/* what is traded (R4) */
{"D42", 55, 0, NAME, NULL,
    "3/1", "3/4", "8/104", "8/104", "[N/A]", "ok", "3/13"},
{"G42", 55, 0, NAME, NULL,
    "3/1", "3/4", "9/404", "9/404", "[N/A]", "ok", "3/13"},
{"D44 D50", 55, 0, NAME, NULL,
    "ok", "3/4", "8/104", "8/104", "[N/A]", "ok", "3/13"},
{"G44 G50", 55, 0, NAME, NULL,
    "ok", "3/4", "9/404", "9/404", "[N/A]", "ok", "3/13"},
{"AB44 AB50", 55, 0, NAME, NULL,
    "ok", "3/4", "8/406", "ok", X63, "ok", "3/13"},
{"AC44 AC50", 55, 0, NAME, NULL,
    "9/404", "3/4", "9/406", "9/404", X63, "9/404", "3/13"},
{"F42 H42", 55, 0, NAME, NULL,
    "3/1", "3/4", "ok", "ok", "[N/A]", "ok", "3/13"},
{"F44 F50 q44 q50 H44 H50", 55, 0, NAME, NULL,
    "ok", "3/4", "ok", "ok", "[N/A]", "ok", "3/13"},
{"D42 D44 D50", 48, 0, NAME, NULL, /* an id that the table has not */
    "ok", "3/4", "ok", "ok", "USD2Y", "8/406", "3/13"},
{"G42 G44 G50", 48, 0, NAME, NULL,
    "ok", "3/4", "ok", "ok", "USD2Y", "9/404", "3/13"},
{CANCELS " H42 H44 H50", 48, 0, NAME, "USD10Y",
    "ok", "3/4", "ok", "ok", "USD2Y", "ok", "3/13"},
{"AB44 AB50 AC44 AC50", 48, 0, NAME, "PACK",
    "ok", "3/4", "ok", "ok", "USD2Y", "ok", "3/13"},
{ASKED " H42 H44 H50", 54, 0, LETTER, NULL,
    "3/1", "3/4", "3/6", "3/6", "Z", "3/5", "3/13"},
{"D42 D44 D50 AB44 AB50", 54, 0, LETTER, NULL,
    NULL, NULL, NULL, NULL, "5", "8/406", NULL},
{REPLACES, 54, 0, LETTER, NULL,
    NULL, NULL, NULL, NULL, "5", "9/406", NULL},
{CANCELS, 54, 0, LETTER, NULL,
    NULL, NULL, NULL, NULL, "5", "ok", NULL},
{"G42 G44 G50 AC44 AC50", 54, 0, LETTER, NULL,
    NULL, NULL, NULL, NULL, "2", "9/404", NULL},
{"q44 q50", 54, 0, LETTER, NULL,
    "ok", "3/4", "3/6", "3/6", "Z", "3/5", "3/13"},
{FRESH, 15, 0, NAME, NULL,
    "ok", "3/4", NULL, NULL, NULL, NULL, "3/13"},
{"D42 D44 D50", 15, 0, NAME, NULL,
    NULL, NULL, "8/406", "8/406", "EUR", "8/406", NULL},
{"AB44 AB50", 15, 0, NAME, NULL, /* 556 of the first leg goes before it */
    NULL, NULL, "8/406", "8/406", "EUR", "8/406", NULL},
{REPLACES, 15, 0, NAME, NULL,
    "ok", "3/4", "9/404", "9/404", "EUR", "9/404", "3/13"},
{CANCELS " H42 H44 H50", 15, 0, NAME, "USD",
    "ok", "3/4", "ok", "ok", "EUR", "ok", "ok"},

/* how much (R2) */
{FRESH, 38, 0, NUMBER, NULL,
    "8/406", "3/4", "8/406", "3/6", "0", "8/406", "3/13"},
{FRESH, 38, 0, NUMBER, NULL,
    NULL, NULL, NULL, NULL, "-5", "8/406", NULL},
{FRESH, 38, 0, NUMBER, NULL,
    NULL, NULL, NULL, NULL, "1000000.5", "8/406", NULL},
{FRESH, 38, 0, NUMBER, NULL,
    NULL, NULL, NULL, NULL, "1000000.000", "ok", NULL},
{"D42 D44 D50", 38, 0, NUMBER, NULL,
    NULL, NULL, NULL, NULL, "9223372036854775807", "8/104", NULL},
{"D42 D44 D50", 38, 0, NUMBER, NULL,
    NULL, NULL, NULL, NULL, "9223372036854775808", "8/406", NULL},
{REPLACES, 38, 0, NUMBER, NULL,
    "9/406", "3/4", "9/406", "3/6", "0", "9/406", "3/13"},
{REPLACES, 38, 0, NUMBER, NULL,
    NULL, NULL, NULL, NULL, "-5", "9/406", NULL},
{"D42 D44 D50 AB44 AB50", 152, 0, NUMBER, "5",
    "ok", "3/4", "8/406:38", "3/6", "-1", "8/406:38", "3/13"},
{REPLACES, 152, 0, NUMBER, "5",
    "ok", "3/4", "9/406:38", "3/6", "-1", "9/406:38", "3/13"},
{"D42", 516, 0, NUMBER, "5", /* not of FIX 4.2, but its meaning is known */
    "ok", "3/4", "8/406:38", "8/406:38", "-1", "8/406:38", "8/406:38"},
{"G42", 516, 0, NUMBER, "5",
    "ok", "3/4", "9/406:38", "9/406:38", "-1", "9/406:38", "9/406:38"},
{"D44 D50 AB44 AB50", 516, 0, NUMBER, "5",
    "ok", "3/4", "8/406:38", "3/6", "-1", "8/406:38", "3/13"},
{"G44 G50 AC44 AC50", 516, 0, NUMBER, "5",
    "ok", "3/4", "9/406:38", "3/6", "-1", "9/406:38", "3/13"},
{"D42", 854, 0, WHOLE, "0",
    "ok", "3/4", "8/406", "8/406", "1", "8/406", "ok"},
{"G42", 854, 0, WHOLE, "0",
    "ok", "3/4", "9/406", "9/406", "1", "9/406", "ok"},
{"D44 D50 AB44 AB50", 854, 0, WHOLE, "0",
    "ok", "3/4", "3/6", "3/6", "1", "8/406", "3/13"},
{"G44 G50 AC44 AC50", 854, 0, WHOLE, "0",
    "ok", "3/4", "3/6", "3/6", "1", "9/406", "3/13"},
{FRESH " " REPLACES, 59, 0, LETTER, NULL,
    "ok", "3/4", "3/6", "3/6", "Z", "3/5", "3/13"},
{CANCELS " H42 H44 H50", 59, 0, LETTER, "0", /* no member */
    "ok", "3/4", "3/6", "3/6", "Z", "3/5", "ok"},

/* a question needs no quantity */
{"H42 H44 H50", 38, 0, NUMBER, "1000000",
    "ok", "3/4", "ok", "3/6", "-5", "ok", "ok"},
{"H42 H44 H50", 152, 0, NUMBER, "5",
    "ok", "3/4", "ok", "3/6", "-1", "ok", "ok"},
{"H42", 516, 0, NUMBER, "5",
    "ok", "3/4", "ok", "ok", "-1", "ok", "ok"},
{"H44 H50", 516, 0, NUMBER, "5",
    "ok", "3/4", "ok", "3/6", "-1", "ok", "ok"},
{"H42", 854, 0, WHOLE, "0",
    "ok", "3/4", "ok", "ok", "77", "ok", "ok"},
{"H44 H50", 854, 0, WHOLE, "0",
    "ok", "3/4", "3/6", "3/6", "77", "ok", "ok"},

/* legs (R5) */
{PACKAGES, 555, 0, COUNT, NULL,
    "3/15:600", "3/4", "3/6", "3/6", "-1", "3/6", "3/16"},
{PACKAGES, 600, 1, NAME, NULL,
    "3/15:602", "3/4", NULL, NULL, NULL, NULL, "3/16:555"},
{"AB44 AB50", 600, 1, NAME, NULL,
    NULL, NULL, "8/104", "8/104", "[N/A]", "ok", NULL},
{"AC44 AC50", 600, 1, NAME, NULL,
    NULL, NULL, "9/404", "9/404", "[N/A]", "ok", NULL},
{"AB44 AB50", 602, 0, NAME, NULL,
    "ok", "3/4", "ok", "ok", "USD2Y", "8/406", "3/13"},
{"AC44 AC50", 602, 0, NAME, NULL,
    "ok", "3/4", "ok", "ok", "USD2Y", "9/404", "3/13"},
{"AB44 AB50", 624, 0, LETTER, NULL,
    "8/406", "3/4", "3/6", "3/6", "5", "8/406", "3/13"},
{"AC44 AC50", 624, 0, LETTER, NULL,
    "9/406", "3/4", "3/6", "3/6", "5", "9/406", "3/13"},
{"AB44 AB50", 623, 0, NUMBER, NULL,
    "8/406", "3/4", "8/406", "3/6", "0", "8/406", "3/13"},
{"AB44 AB50", 623, 0, NUMBER, NULL,
    NULL, NULL, NULL, NULL, "-1", "8/406", NULL},
{"AB44 AB50", 623, 0, NUMBER, NULL,
    NULL, NULL, NULL, NULL, "1000000.1", "8/406", NULL},
{"AB44 AB50", 623, 0, NUMBER, NULL,
    NULL, NULL, NULL, NULL, "0.0000001", "8/406", NULL},
{"AC44 AC50", 623, 0, NUMBER, NULL,
    "9/406", "3/4", "9/406", "3/6", "0", "9/406", "3/13"},
{"AB44 AB50", 687, 0, NUMBER, NULL,
    "ok", "3/4", "8/406", "3/6", "999999", "8/406", "3/13"},
{"AC44 AC50", 687, 0, NUMBER, NULL,
    "ok", "3/4", "9/406", "3/6", "-1", "9/406", "3/13"},
{"AB50", 685, 0, NUMBER, NULL,
    "ok", "3/4", "8/406", "3/6", "999999", "8/406", "3/13"},
{"AC50", 685, 0, NUMBER, NULL,
    "ok", "3/4", "9/406", "3/6", "-1", "9/406", "3/13"},
{"AB44 AB50", 654, 1, NAME, NULL,
    "ok", "3/4", "8/406", "ok", X63, "ok", "3/13"},
{"AB44 AB50", 654, 1, NAME, NULL,
    NULL, NULL, NULL, NULL, "L2", "8/406", NULL},
{"AC44 AC50", 654, 1, NAME, NULL,
    "9/404", "3/4", "9/406", "9/404", X63, "9/404", "3/13"},
{"AB44 AB50", 556, 0, NAME, NULL,
    "ok", "3/4", "8/406", "8/406", "EUR", "8/406", "3/13"},
{"AC44 AC50", 556, 0, NAME, NULL,
    "ok", "3/4", "9/404", "9/404", "EUR", "9/404", "3/13"},
{"AB50", 2680, 0, NAME, NULL,
    "ok", "3/4", "8/406", "8/406", "FREE", "8/406", "3/13"},
{"AC50", 2680, 0, NAME, NULL,
    "ok", "3/4", "9/406", "9/406", "FREE", "9/406", "3/13"},

/* the days of a swap (R2): tags that a version does not have are as good */
{"dated-D42", 917, 0, DAY, NULL,
    "8/406", "3/4", "8/406", "8/406", "20370229", "8/406", "8/406"},
{"dated-D44", 917, 0, DAY, NULL,
    "8/406", "3/4", "3/6", "3/6", "20370229", "3/6", "3/13"},
{"dated-D50", 917, 0, DAY, NULL, /* 541 says it, too */
    "ok", "3/4", "3/6", "3/6", "20370121", "8/406:541", "3/13"},
{"dated-D42", 541, 0, DAY, "20370120",
    "ok", "3/4", "8/406", "8/406", "20370121", "8/406", "8/406"},
{"dated-D44", 541, 0, DAY, "20370120",
    "ok", "3/4", "3/6", "3/6", "20370121", "8/406", "3/13"},
{"dated-D50", 541, 0, DAY, NULL,
    "ok", "3/4", "3/6", "3/6", "20370121", "8/406", "3/13"},
{"dated-D42", 916, 0, DAY, NULL, /* absent: from spot, so another swap */
    "takes", "3/4", "8/406", "8/406", "20370120", "8/406:917", "8/406"},
{"dated-D44", 916, 0, DAY, NULL,
    "takes", "3/4", "3/6", "3/6", "20370120", "8/406:917", "3/13"},
{"dated-D50", 916, 0, DAY, NULL,
    "ok", "3/4", "3/6", "3/6", "20270121", "8/406:874", "3/13"},
{"dated-D42", 874, 0, DAY, "20270220",
    "ok", "3/4", "8/406", "8/406", "20270121", "8/406", "8/406"},
{"dated-D44", 874, 0, DAY, "20270220",
    "ok", "3/4", "3/6", "3/6", "20270121", "8/406", "3/13"},
{"dated-G42", 917, 0, DAY, NULL,
    "9/406", "3/4", "9/406", "9/406", "20370121", "9/404", "9/406"},
{"dated-G44", 917, 0, DAY, NULL,
    "9/406", "3/4", "3/6", "3/6", "20370121", "9/404", "3/13"},
{"dated-G42", 916, 0, DAY, NULL,
    "9/404", "3/4", "9/406", "9/406", "20270121", "9/404", "9/406"},
{"dated-G44", 916, 0, DAY, NULL,
    "9/404", "3/4", "3/6", "3/6", "20270121", "9/404", "3/13"},
{"dated-G42", 541, 0, DAY, "20370120",
    "ok", "3/4", "9/406", "9/406", "20370121", "9/406", "9/406"},
{"dated-G44", 541, 0, DAY, "20370120",
    "ok", "3/4", "3/6", "3/6", "20370121", "9/406", "3/13"},
{"dated-G42", 874, 0, DAY, "20270220",
    "ok", "3/4", "9/406", "9/406", "20270121", "9/406", "9/406"},
{"dated-G44", 874, 0, DAY, "20270220",
    "ok", "3/4", "3/6", "3/6", "20270121", "9/406", "3/13"},
{"dated-AB44 dated-AB50", 611, 0, DAY, NULL,
    "8/406", "3/4", "3/6", "3/6", "20270220", "8/406", "3/13"},
{"dated-AB44 dated-AB50", 956, 0, DAY, NULL,
    "takes", "3/4", "3/6", "3/6", "20370120", "8/406:611", "3/13"},
{"dated-AB44 dated-AB50", 2506, 0, DAY, "@611 20370120",
    "ok", "3/4", "8/406", "8/406", "20370121", "8/406:611", "8/406"},
{"dated-AB44 dated-AB50", 2513, 0, DAY, "@611 20270220",
    "ok", "3/4", "8/406", "8/406", "20270121", "8/406:956", "8/406"},

/* mass cancels and questions: passed on, as cancels are never refused (R42) */
{"q44 q50", 11, 0, NAME, NULL, /* too long to know whose the answer is */
    "3/1", "3/4", "takes", "ok", X63, "ok", "3/13"},
{"H42", 11, 0, NAME, NULL, /* its venue has no other client */
    "3/1", "3/4", "takes", "takes", X63, "takes", "3/13"},
{"H44", 11, 0, NAME, NULL,
    "3/1", "3/4", "I/402", "I/402", X63, "I/402", "3/13"},
{"H42", 790, 0, NAME, "S1", /* not of FIX 4.2 */
    "ok", "3/4", "ok", "ok", X63, "ok", "ok"},
{"H44 H50", 790, 0, NAME, "S1",
    "ok", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"H50", 11, 0, NAME, NULL, /* 37 may say it */
    "takes", "3/4", "takes", "takes", X63, "takes", "3/13"},
{"AF44", 11, 0, NAME, "N1",
    "ok", "3/4", "ok", "ok", X63, "ok", "ok"},

/* limits on request (R56) */
{"CL50", 1666, 0, NAME, NULL,
    "3/1", "3/4", "ok", "ok", X63, "ok", "3/13"},
{"CL50", 1760, 0, WHOLE, NULL,
    "ok", "3/4", "3/6", "3/6", "9", "3/5", "3/13"},
{"CL50", 263, 0, LETTER, NULL,
    "ok", "3/4", "3/6", "3/6", "9", "3/5", "3/13"},
{"CL50", 263, 0, LETTER, NULL,
    NULL, NULL, NULL, NULL, "1", "CM/5", NULL},
{"CL50", 453, 0, COUNT, NULL,
    "3/15:448", "3/4", "3/6", "3/6", "-1", "3/6", "3/16"},
{"CL50", 448, 1, NAME, NULL,
    "3/15:447", "3/4", "CM/3", "CM/3", "A44", "CM/3", "3/16:453"},
{"CL50", 448, 2, NAME, NULL,
    "3/13:447", "3/4", "CM/3", "CM/3", "F44", "CM/3", "3/16:453"},
{"CL50", 448, 3, NAME, NULL,
    "3/13:447", "3/4", "CM/3", "CM/3", "EUREX", "CM/3", "3/16:453"},
{"CL50", 452, 1, WHOLE, NULL,
    "ok", "3/4", "3/6", "3/6", "9999", "CM/5", "3/13"},
{"CL50", 1508, 0, COUNT, NULL,
    "3/15:1509", "3/4", "3/6", "3/6", "-1", "3/6", "3/16"},
{"CL50", 1509, 0, WHOLE, NULL,
    "3/16:1508", "3/4", "3/6", "3/6", "9999", "CM/2", "3/16:1508"},
{"CL50", 1668, 0, COUNT, NULL,
    "3/15:1530", "3/4", "3/6", "3/6", "-1", "3/6", "3/16"},
{"CL50", 1530, 0, WHOLE, NULL,
    "3/16:1668", "3/4", "3/6", "3/6", "99", "CM/2", "3/16:1668"},
{"CL50", 1533, 0, NAME, "MKT",
    "ok", "3/4", "CM/5", "CM/5", "ANY", "CM/5", "3/13"},
{"CL50", 1534, 0, COUNT, "0",
    "ok", "3/4", "3/6", "3/6", "1", "3/16", "3/13"},
};
/* clang-format on */

const struct fields_table fields_clients = {
    messages, sizeof(messages) / sizeof(messages[0]), rows,
    sizeof(rows) / sizeof(rows[0])};
