/*
 * Mistakes of venues.  Every report is passed on (R43), and no fill is lost to
 * the form of a field: what cannot be counted stops new risk, with an alarm.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_mistakes.h"

#define HEAD "34=7|52=20270115-08:00:00|"
#define ORDER(account)                                                         \
    " 35=D|11=N1|1=" account "|21=1|55=USD10Y|54=1|38=1000000|40=2|44=4.1|"    \
    "60=20270115-08:00:00"
#define ACK                                                                    \
    " 35=8|37=V1|11=N1|17=E1|150=0|39=0|20=0|55=USD10Y|54=1|38=1000000|"       \
    "151=1000000|14=0|6=0"
#define FILL(account, type)                                                    \
    "37=V1|11=N1|17=E2|20=0|150=" type "|39=1|1=" account "|55=USD10Y|54=1|"   \
    "38=1000000|32=400000|31=4|151=600000|14=400000|6=4"
#define PACKAGE                                                                \
    " 35=AB|11=N1|1=A44|55=PACK|54=1|38=1000000|40=2|44=4.1|"                  \
    "60=20270115-08:00:00|"                                                    \
    "555=2|600=USD10Y|624=1|623=1|654=L1|600=USD2Y|624=2|623=2|654=L2"
#define OF_SINGLE "55=USD10Y|54=1|38=1000000|151=0|14=0|6=0"
#define OF_PACKAGE "55=PACK|54=1|38=1000000|151=1000000|14=0|6=0"

static const struct fields_message messages[] = {
    {"8-42", S_VENUE42, "35=8|" HEAD FILL("A42", "1"), S42, "35=8",
     "0" ORDER("A42") "\n5" ACK},
    {"8-44", S_VENUE44, "35=8|" HEAD FILL("A44", "F"), S44, "35=8",
     "1" ORDER("A44") "\n6" ACK},
    {"8-50", S_VENUE50, "35=8|" HEAD FILL("A50", "F"), S50, "35=8",
     "2" ORDER("A50") "\n7" ACK},
    {"8-leg", S_VENUE44,
     "35=8|" HEAD "37=V1|11=N1|17=E2|150=F|39=1|1=A44|55=USD10Y|48=USD10Y|"
     "54=1|38=1000000|32=400000|31=4|151=600000|14=400000|6=4|442=2|654=L1|"
     "555=1|600=USD10Y|602=USD10Y|624=1|654=L1",
     S44, "35=8",
     "1" PACKAGE "\n6 35=8|37=V1|11=N1|17=E1|150=0|39=0|" OF_PACKAGE},
    {"9-44", S_VENUE44,
     "35=9|" HEAD "37=V1|11=N2|41=N1|39=0|434=1|102=0|60=20270115-08:00:00",
     S44, "35=9",
     "1" ORDER(
         "A44") "\n6" ACK
                "\n1 35=F|11=N2|41=N1|55=USD10Y|54=1|60=20270115-08:00:00"},
    {"j-44", S_VENUE44, "35=j|" HEAD "45=9|372=D|379=N1|380=0|58=no", S44,
     "35=j", "1" ORDER("A44")},
    {"8-status", S_VENUE44,
     "35=8|" HEAD "37=V1|11=N1|17=0|150=I|39=8|103=5|" OF_SINGLE, S44, "35=8",
     "1" ORDER("A44") "\n6" ACK "\n1 35=H|11=N1|55=USD10Y|54=1"},
    {"j-H", S_VENUE44, "35=j|" HEAD "45=9|372=H|379=N1|380=1", S44, "35=j",
     "1" ORDER("A44") "\n6" ACK "\n1 35=H|11=N1|55=USD10Y|54=1"},
    {"r-44", S_VENUE44,
     "35=r|" HEAD "11=N2|37=V9|530=1|531=1|60=20270115-08:00:00", S44, "35=r",
     "1 35=q|11=N2|530=1|60=20270115-08:00:00"},
};

#define FILLS "8-42 8-44 8-50"
#define ALL FILLS " 8-leg 9-44 j-44 r-44"
#define REPORTS FILLS " 8-leg"

/* One row, one field. */
/* clang-format off */
static const struct fields_row rows[] = {
/* messages, tag, nth, kind, sample,
 *     absent, empty, too long, wrong type, far: out of range, twice */

/* what it is about: by 11, 41, 37 */
{REPORTS, 37, 0, NAME, NULL,
    "ok", "ok", "ok", "ok", "NONE", "ok", "ok"},
{REPORTS, 11, 0, NAME, NULL,
    "ok", "ok", "ok", "ok", "N9", "ok", "ok"},
{REPORTS, 41, 0, NAME, "N1",
    "ok", "ok", "ok", "ok", "N9", "ok", "ok"},
{REPORTS, 1, 0, NAME, NULL,
    "ok", "ok", "ok", "ok", "FREE", "ok", "ok"},
{ALL, 43, 0, TRUTH, "N",
    "ok", "ok", "ok", "ok", "y", "ok", "ok"},
{ALL, 34, 0, WHOLE, NULL,
    "ok", "ok", "ok", "ok", "-1", "ok", "ok"},

/* the routing of the header is passed on as it came */
{ALL, 50, 0, NAME, "ANY",
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},
{ALL, 57, 0, NAME, "ANY",
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},
{ALL, 97, 0, TRUTH, "N",
    "ok", "ok", "ok", "ok", "y", "ok", "ok"},
{ALL, 115, 0, NAME, "ANY",
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},
{ALL, 116, 0, NAME, "ANY",
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},
{ALL, 128, 0, NAME, "ANY",
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},
{ALL, 129, 0, NAME, "ANY",
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},
{ALL, 142, 0, NAME, "ANY",
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},
{ALL, 143, 0, NAME, "ANY",
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},
{ALL, 144, 0, NAME, "ANY",
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},
{ALL, 145, 0, NAME, "ANY",
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},
{ALL, 347, 0, NAME, "ANY",
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},

/* what it says */
{REPORTS, 17, 0, NAME, NULL,
    "ok", "ok", "ok", "ok", "0", "ok", "ok"},
{REPORTS, 150, 0, LETTER, NULL, /* CumQty counts, whatever it is called */
    "ok", "ok", "ok", "ok", "Z", "ok", "ok"},
{REPORTS, 39, 0, LETTER, NULL,
    "ok", "ok", "ok", "ok", "Z", "ok", "ok"},
{"8-42", 20, 0, LETTER, NULL,
    "ok", "ok", "ok", "ok", "9", "ok", "ok"},
{"8-44 8-50 8-leg", 20, 0, LETTER, "0",
    "ok", "ok", "ok", "ok", "9", "ok", "ok"},
{REPORTS, 19, 0, NAME, "E1",
    "ok", "ok", "ok", "ok", "E9", "ok", "ok"},
{REPORTS, 14, 0, NUMBER, NULL, /* what cannot be counted stops new risk */
    "takes", "takes", "takes", "takes", "-1", "takes", "ok"},
{REPORTS, 14, 0, NUMBER, NULL, /* a fraction is a whole unit */
    NULL, NULL, NULL, NULL, "400000.5", "takes", NULL},
{REPORTS, 32, 0, NUMBER, NULL,
    "ok", "ok", "ok", "ok", "-1", "ok", "ok"},
{REPORTS, 38, 0, NUMBER, NULL,
    "ok", "ok", "ok", "ok", "-1", "ok", "ok"},
{FILLS, 442, 0, LETTER, "1",
    "ok", "ok", "ok", "ok", "Z", "ok", "ok"},
{REPORTS, 54, 0, LETTER, NULL,
    "ok", "ok", "ok", "ok", "Z", "ok", "ok"},
{REPORTS, 790, 0, NAME, "S1",
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},
{REPORTS, 2334, 0, NAME, "GATE-T1", /* R55: the venue's own stays */
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},

/* which leg (R5): 654, else the instrument and its side */
{"8-leg", 442, 0, LETTER, NULL, /* then it counts packages */
    "takes", "takes", "takes", "takes", "Z", "takes", "ok"},
{"8-leg", 555, 0, COUNT, NULL,
    "ok", "ok", "ok", "ok", "-1", "ok", "ok"},
{"8-leg", 600, 0, NAME, NULL,
    "ok", "ok", "ok", "ok", "EUR10Y", "ok", "ok"},
{"8-leg", 602, 0, NAME, NULL,
    "ok", "ok", "ok", "ok", "EUR10Y", "ok", "ok"},
{"8-leg", 624, 0, LETTER, NULL,
    "ok", "ok", "ok", "ok", "Z", "ok", "ok"},
{"8-leg", 611, 0, DAY, "@624 20370120",
    "ok", "ok", "ok", "ok", "20370229", "ok", "ok"},
{"8-leg", 956, 0, DAY, "@624 20270120",
    "ok", "ok", "ok", "ok", "20270229", "ok", "ok"},
{"8-leg", 2506, 0, DAY, "@624 20370120",
    "ok", "ok", "ok", "ok", "20370229", "ok", "ok"},
{"8-leg", 2513, 0, DAY, "@624 20270120",
    "ok", "ok", "ok", "ok", "20270229", "ok", "ok"},
{"8-leg", 654, 1, NAME, NULL,
    "ok", "ok", "ok", "ok", "L9", "ok", "ok"},
{"8-leg", 654, 2, NAME, NULL,
    "ok", "ok", "ok", "ok", "L9", "ok", "ok"},
{"8-leg", 55, 0, NAME, NULL,
    "ok", "ok", "ok", "ok", "EUR10Y", "ok", "ok"},
{"8-leg", 48, 0, NAME, NULL,
    "ok", "ok", "ok", "ok", "EUR10Y", "ok", "ok"},

/* refusals */
{"9-44", 11, 0, NAME, NULL, /* whose it was is known by 41 */
    "takes", "takes", "takes", "takes", "N9", "takes", "ok"},
{"9-44", 41, 0, NAME, NULL,
    "ok", "ok", "ok", "ok", "N9", "ok", "ok"},
{"9-44", 39, 0, LETTER, NULL,
    "ok", "ok", "ok", "ok", "Z", "ok", "ok"},
{"9-44", 102, 0, WHOLE, NULL,
    "ok", "ok", "ok", "ok", "-1", "ok", "ok"},
{"j-44", 372, 0, NAME, NULL,
    "takes", "takes", "takes", "takes", "ZZ", "takes", "ok"},
{"j-44", 379, 0, NAME, NULL, /* nobody can tell whose it was */
    "quiet", "quiet", "quiet", "quiet", "N9", "quiet", "ok"},
{"8-status", 103, 0, WHOLE, NULL, /* what cannot be read ends no order */
    "ok", "ok", "ok", "ok", "99", "takes", "ok"},
{"j-H", 380, 0, WHOLE, NULL, /* the client asked, and is told */
    "ok", "ok", "ok", "ok", "-1", "ok", "ok"},

/* anything else goes to whom its ids name, else on record with an alarm */
{"r-44", 11, 0, NAME, NULL,
    "quiet", "quiet", "quiet", "quiet", "N9", "quiet", "ok"},
{"r-44", 37, 0, NAME, NULL,
    "ok", "ok", "ok", "ok", "V1", "ok", "ok"},
/* of these only whom it may concern is taken */
{"r-44", 1, 0, NAME, "A44",
    "ok", "ok", "ok", "ok", "FREE", "ok", "ok"},
{"r-44", 14, 0, NUMBER, "0",
    "ok", "ok", "ok", "ok", "-1", "ok", "ok"},
{"r-44", 17, 0, NAME, "E9",
    "ok", "ok", "ok", "ok", "0", "ok", "ok"},
{"r-44", 19, 0, NAME, "E1",
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},
{"r-44", 20, 0, LETTER, "0",
    "ok", "ok", "ok", "ok", "9", "ok", "ok"},
{"r-44", 32, 0, NUMBER, "0",
    "ok", "ok", "ok", "ok", "-1", "ok", "ok"},
{"r-44", 38, 0, NUMBER, "1",
    "ok", "ok", "ok", "ok", "-1", "ok", "ok"},
{"r-44", 39, 0, LETTER, "0",
    "ok", "ok", "ok", "ok", "Z", "ok", "ok"},
{"r-44", 41, 0, NAME, "N1",
    "ok", "ok", "ok", "ok", "N9", "ok", "ok"},
{"r-44", 54, 0, LETTER, "1",
    "ok", "ok", "ok", "ok", "Z", "ok", "ok"},
{"r-44", 150, 0, LETTER, "0",
    "ok", "ok", "ok", "ok", "Z", "ok", "ok"},
{"r-44", 442, 0, LETTER, "1",
    "ok", "ok", "ok", "ok", "Z", "ok", "ok"},
{"r-44", 790, 0, NAME, "S1",
    "ok", "ok", "ok", "ok", X63, "ok", "ok"},
};
/* clang-format on */

const struct fields_table fields_venues = {
    messages, sizeof(messages) / sizeof(messages[0]), rows,
    sizeof(rows) / sizeof(rows[0])};
