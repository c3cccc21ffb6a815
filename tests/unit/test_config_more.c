/*
 * More mistakes of a configuration, each with its line and its remedy, and the
 * bounds at which it is none.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "small_config.h"

#include <check.h>

#include <stdlib.h>

#define TEXT_MAX 16384

/* CONFIG_TEXT by lines:
 *  1 [GATE]     2 Journal      3 Instruments  4 [DEFAULT]     5 SenderCompID
 *  6 BeginString  7 ConnectionType  8 SocketAcceptPort  9 [SESSION]  10 Role
 * 11 TargetCompID  12 Accounts  13 [SESSION]  14 Role  15 TargetCompID
 * 16 [ACCOUNT]  17 Account  18 ClearingFirm  19 [LIMIT]  20 RiskLimitID
 * 21 Account  22 Currency  23 Model  24 Amount */

/* All that was told, "LINE wrong; remedy" one after the other. */
struct said {
    char text[TEXT_MAX];
    size_t count;
};

static void keep(void *user,
                 const char *file,
                 int line,
                 const char *wrong,
                 const char *remedy)
{
    struct said *said = user;
    size_t len = strlen(said->text);

    assert_true(strlen(file) > 0 && strlen(remedy) > 0);
    (void)snprintf(said->text + len, sizeof(said->text) - len, "%d %s; %s\n",
                   line, wrong, remedy);
    said->count++;
}

/* CONFIG_TEXT with |to| in place of |from|. */
static void spoil(const char *from, const char *to, char *text)
{
    const char *at = strstr(CONFIG_TEXT, from);

    assert_non_null(at);
    (void)snprintf(text, TEXT_MAX, "%.*s%s%s", (int)(at - CONFIG_TEXT),
                   CONFIG_TEXT, to, at + strlen(from));
}

static int read_spoilt(const char *from,
                       const char *to,
                       const char *table,
                       struct said *said)
{
    static char text[TEXT_MAX];
    struct cg_config config;
    const struct cg_config_memory memory = {
        .name = "gate.cfg", .text = text, .instruments = table};

    said->text[0] = '\0';
    said->count = 0;
    spoil(from, to, text);
    int status = cg_config_read_memory(&memory, keep, said, &config);
    if (status == 0) {
        cg_config_deinit(&config);
    }
    return status;
}

/* |line| 0: it is none.  "12 wrong" and "remedy" are parts of one mistake. */
struct row {
    const char *from;
    const char *to;
    int line;
    const char *wrong;
    const char *remedy;
};

static bool is_said(const struct said *said, const struct row *row)
{
    for (const char *at = said->text; *at != '\0';) {
        const char *end = strchr(at, '\n');
        const char *wrong = strstr(at, row->wrong);
        const char *remedy = strstr(at, row->remedy);
        if (atoi(at) == row->line && wrong != NULL && wrong < end &&
            remedy != NULL && remedy < end) {
            return true;
        }
        at = end + 1;
    }
    return false;
}

static void check_rows(const struct row *rows, size_t count, const char *table)
{
    static struct said said;
    size_t failed = 0;

    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        int status = read_spoilt(row->from, row->to, table, &said);
        bool good = row->wrong == NULL
                        ? status == 0
                        : status == CG_ERR_CONFIG && is_said(&said, row);
        if (!good) {
            print_error("%s: %d %s\nexpected %d %s; %s\n", row->to, status,
                        said.text, row->line,
                        row->wrong != NULL ? row->wrong : "nothing",
                        row->remedy != NULL ? row->remedy : "");
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

#define CHECK(rows) check_rows(rows, CG_COUNT(rows), CONFIG_TABLE)

#define GATE(line) "[GATE]\n", "[GATE]\n" line "\n"
#define CLIENT(line) "Accounts=ACME\n", "Accounts=ACME\n" line "\n"
#define VENUE(line) "TargetCompID=VENUE\n", "TargetCompID=VENUE\n" line "\n"
#define LIMIT(line) "Amount=1000\n", "Amount=1000\n" line "\n"

#define TYPE60                                                                 \
    "U00,U01,U02,U03,U04,U05,U06,U07,U08,U09,U10,U11,U12,U13,U14,U15,"         \
    "U16,U17,U18,U19,U20,U21,U22,U23,U24,U25,U26,U27,U28,U29,U30,U31,"         \
    "U32,U33,U34,U35,U36,U37,U38,U39,U40,U41,U42,U43,U44,U45,U46,U47,"         \
    "U48,U49,U50,U51,U52,U53,U54,U55,U56,U57,U58,U59,U60,U61,U62"

/* MsgTypes: digits and letters, up to three; 255 bytes in all. */
static void test_config_more_types(void **state)
{
    static const struct row rows[] = {
        {GATE("PassTypes=U1,c,AJ,z9"), 0, NULL, NULL},
        {GATE("PassTypes=Z ,  a  ,R"), 0, NULL, NULL},
        {GATE("PassTypes=R/"), 2, "what is not a MsgType", "such as R,S"},
        {GATE("PassTypes=R:"), 2, "what is not a MsgType", "such as R,S"},
        {GATE("PassTypes=R@"), 2, "what is not a MsgType", "such as R,S"},
        {GATE("PassTypes=R["), 2, "what is not a MsgType", "such as R,S"},
        {GATE("PassTypes=R`"), 2, "what is not a MsgType", "such as R,S"},
        {GATE("PassTypes=R{"), 2, "what is not a MsgType", "such as R,S"},
        {GATE("PassTypes=ABC,ABCD"), 2, "not a MsgType", "such as R,S"},
        {GATE("PassTypes=AE,  8  "), 2, "always handles", "leave out orders"},
        {GATE("PassTypes=" TYPE60 ",U63"), 0, NULL, NULL},
        {GATE("PassTypes=" TYPE60 ",U63,U64"), 2, "is too long", "fewer"},
    };
    (void)state;
    CHECK(rows);
}

static void test_config_more_numbers(void **state)
{
    static const struct row rows[] = {
        {VENUE("TokenTag=0"), 0, NULL, NULL},
        {VENUE("TokenTag=2334"), 0, NULL, NULL},
        {VENUE("TokenTag=5000"), 0, NULL, NULL},
        {VENUE("TokenTag=39999"), 0, NULL, NULL},
        {VENUE("TokenTag=4999"), 16, "is no tag", "5000 to 39999, 2334"},
        {VENUE("TokenTag=40000"), 16, "is no tag", "5000 to 39999, 2334"},
        {VENUE("TokenTag=-1"), 16, "is no tag", "or 0 for none"},
        {VENUE("TokenTag=none"), 16, "is no tag", "or 0 for none"},
        {LIMIT("Warnings=1,100"), 0, NULL, NULL},
        {LIMIT("Warnings= 50 , 60 "), 0, NULL, NULL},
        {LIMIT("Warnings=half"), 25, "level that is not from 1 to 100", "none"},
        {LIMIT("Warnings=0,50"), 25, "level that is not from 1 to 100", "none"},
        {LIMIT("Warnings=101"), 25, "level that is not from 1 to 100", "none"},
        {LIMIT("Warnings=50,,60"), 25, "level that is not from", "none"},
    };
    (void)state;
    CHECK(rows);
}

/* HH:MM:SS, each part in its bounds. */
static void test_config_more_times(void **state)
{
    static const struct row rows[] = {
        {GATE("TradingDayEnd=00:00:00"), 0, NULL, NULL},
        {GATE("TradingDayEnd=23:59:59"), 0, NULL, NULL},
        {GATE("TradingDayEnd=24:00:00"), 2, "no time of day", "HH:MM:SS"},
        {GATE("TradingDayEnd=23:60:00"), 2, "no time of day", "HH:MM:SS"},
        {GATE("TradingDayEnd=23:59:60"), 2, "no time of day", "HH:MM:SS"},
        {GATE("TradingDayEnd=7:00:00"), 2, "no time of day", "HH:MM:SS"},
        {GATE("TradingDayEnd=17.00:00"), 2, "no time of day", "HH:MM:SS"},
        {GATE("TradingDayEnd=17:00.00"), 2, "no time of day", "HH:MM:SS"},
        {GATE("TradingDayEnd=/7:00:00"), 2, "no time of day", "HH:MM:SS"},
        {GATE("TradingDayEnd=x7:00:00"), 2, "no time of day", "HH:MM:SS"},
        {GATE("TradingDayEnd=1/:00:00"), 2, "no time of day", "HH:MM:SS"},
        {GATE("TradingDayEnd=1x:00:00"), 2, "no time of day", "HH:MM:SS"},
        {CLIENT("StartTime=09:0a:00"), 13, "not a time of day", "HH:MM:SS"},
        {CLIENT("StartDay=S"), 13, "not a day of the week", "Sunday or su"},
        {CLIENT("StartDay=xx"), 13, "not a day of the week", "Sunday or su"},
        {CLIENT("StartDay=SATURDAY\nEndDay=mo\nStartTime=00:00:00\n"
                "EndTime=23:00:00"),
         0, NULL, NULL},
        {GATE("TimeZone=+01:00"), 2, "not known to this machine", "IANA name"},
        {GATE("TimeZone=europe/London"), 2, "not known", "IANA name"},
        {GATE("TimeZone=[zone]"), 2, "not known", "IANA name"},
        {GATE("TimeZone=Europe/Nowhere"), 2, "not known", "tzdata"},
    };
    (void)state;
    CHECK(rows);
}

static void test_config_more_names(void **state)
{
    static const struct row rows[] = {
        {CLIENT("AllowedAddresses=::1 , 10.0.0.1"), 0, NULL, NULL},
        {CLIENT("AllowedAddresses=10.0.0.256"), 13, "numeric address", "::1"},
        {CLIENT("AllowedAddresses=10.0.0.1,0000000000000000000000000000000000"
                "000000000000000000000000000000000000000000"),
         13, "numeric address", "10.1.2.3"},
        {CLIENT("LogonTag=100=x\nLogonTag1=101=y"), 0, NULL, NULL},
        {CLIENT("LogonTagX=100=x"), 13, "not a key of [SESSION]", "LogonTag"},
        {"Accounts=ACME\n",
         "Accounts=ACME,A23456789012345678901234567890123456789012345678901234"
         "567890123\n",
         12, "is defined by no [ACCOUNT]", "Account="},
        {"Accounts=ACME\n",
         "Accounts=ACME,A234567890123456789012345678901234567890123456789012345"
         "678901234\n",
         12, "empty, too long or not ASCII", "commas"},
        {"Accounts=ACME\n", "Accounts=ACME, \n", 12, "empty, too long",
         "commas"},
        {GATE("MaxOrder=1"), 2, "not a key of [GATE]", "did you mean"},
    };
    (void)state;
    CHECK(rows);
}

/* What is missing, or there in vain. */
static void test_config_more_sessions(void **state)
{
    static const struct row rows[] = {
        {"ConnectionType=acceptor\n", "", 8, "this [SESSION] has no",
         "ConnectionType=..."},
        {"ConnectionType=acceptor\n", "ConnectionType=\n", 7, "has no value",
         "give it one"},
        {"BeginString=FIX.4.4\n", "", 8,
         "this [SESSION] has no BeginString=", "add a line"},
        {"BeginString=FIX.4.4\n", "BeginString=FIX.4.3\n", 6, "is not known",
         "FIX.4.2"},
        {VENUE("BeginString=FIX.4.2"), 9, "this client speaks FIX.4.4",
         "the same BeginString="},
        {VENUE("BeginString=FIX.9"), 16, "is not known", "FIX.4.4"},
        {CLIENT("BeginString=FIX.9"), 13, "is not known", "FIX.4.4"},
        {"SenderCompID=GATE\n", "", 8, "has no SenderCompID=", "add a line"},
        {"TargetCompID=VENUE\n", "", 13, "has no TargetCompID=", "add a line"},
        {VENUE("[SESSION]\nRole=hub\nTargetCompID=HUB\nBeginString=FIX.4.4"),
         16, "this hub speaks FIX.4.4", "FIXT.1.1"},
        {VENUE("[SESSION]\nRole=hub\nTargetCompID=HUB\nBeginString=FIX.4"), 19,
         "is not known", "FIXT.1.1"},
        {VENUE("[SESSION]\nRole=venu\nTargetCompID=V2"), 17,
         "Role=venu is not known", "client|venue|hub"},
        {VENUE("[SESSION]\nTargetCompID=V2"), 16, "has no Role=", "add a line"},
    };
    (void)state;
    CHECK(rows);
}

static void test_config_more_accounts_and_limits(void **state)
{
    static const struct row rows[] = {
        {"ClearingFirm=FCM1\n", "SelfClearing=Y\n", 0, NULL, NULL},
        {"ClearingFirm=FCM1\n", "ClearingFirm=FCM1\nSelfClearing=N\n", 0, NULL,
         NULL},
        {"ClearingFirm=FCM1\n", "SelfClearing=N\n", 16,
         "ClearingFirm=", "SelfClearing=Y"},
        {"ClearingFirm=FCM1\n", "ClearingFirm=FCM1\nSelfClearing=Y\n", 19,
         "contradicts ClearingFirm=FCM1", "keep one"},
        {LIMIT("ClearingFirm=FCM2"), 21, "is cleared by FCM1, not by FCM2",
         "leave ClearingFirm= out"},
        {LIMIT("ClearingFirm=FCM1"), 0, NULL, NULL},
        {"RiskLimitID=L1\nAccount=ACME\n", "RiskLimitID=L1\nAccount=\n", 21,
         "has no value", "give it one"},
        {"RiskLimitID=L1\nAccount=ACME\n", "RiskLimitID=L1\n", 19,
         "has no ClearingFirm= and no Account=", "whose orders it covers"},
        {"RiskLimitID=L1\nAccount=ACME\n",
         "RiskLimitID=L1\nClearingFirm=FCM9\n", 21, "is in no [ACCOUNT]",
         "FCM1"},
        {"RiskLimitID=L1\nAccount=ACME\n", "RiskLimitID=L1\nClearingFirm=\n",
         21, "has no value", "give it one"},
        {"Account=ACME\nClearingFirm=FCM1\n", "Account=ACME\n", 16,
         "ClearingFirm=", "SelfClearing=Y"},
        {"Account=ACME\nClearingFirm=FCM1\n", "Account=ACME\n", 16,
         "ClearingFirm=", "SelfClearing=Y"},
        {LIMIT("Instrument=USSW10"), 0, NULL, NULL},
        {LIMIT("Instrument=USSW11"), 25, "in no row of the instruments",
         "did you mean USSW10"},
        {LIMIT("[FX]\nFrom=EUR\nTo=USD\nRate=1\n[FX]\nFrom=EUR\nTo=GBP\n"
               "Rate=1\n[FX]\nFrom=USD\nTo=EUR\nRate=1"),
         0, NULL, NULL},
        {LIMIT("[FX]\nFrom=EUR\nTo=USD\nRate=1\n[FX]\nFrom=EUR\nTo=USD\n"
               "Rate=2"),
         29, "EUR to USD is given in line 25 already", "keep one"},
        {LIMIT("[FX]\nTo=USD\nRate=1\n[FX]\nTo=USD\nRate=1"), 25,
         "has no From=", "add a line"},
        {LIMIT("[FX]\nFrom=USD\nTo=USD\nRate=1"), 25, "the same currency",
         "remove it"},
    };
    (void)state;
    CHECK(rows);
}

/* Both deadlines, either, or none. */
static void test_config_more_deadlines(void **state)
{
    static const struct row rows[] = {
        {GATE("SoftDeadlineMs=500\nHardDeadlineMs=500"), 2,
         "not before the hard one", "1000 and 20000"},
        {GATE("HardDeadlineMs=1000"), 2, "not before the hard one", "smaller"},
        {GATE("SoftDeadlineMs=20000"), 2, "not before the hard one", "smaller"},
        {GATE("SoftDeadlineMs=19999"), 0, NULL, NULL},
        {GATE("HardDeadlineMs=1001"), 0, NULL, NULL},
    };
    (void)state;
    CHECK(rows);
}

/* Cells of the table of instruments. */
static void test_config_more_instruments(void **state)
{

    static const struct {
        const char *table;
        struct row row;
    } rows[] = {
        {"instrument,currency,dv01_per_million,product\nA,USD,1,IRS\n",
         {"[GATE]", "[GATE]", 0, NULL, NULL}},
        {"instrument,currency,dv01_per_million,product\nA,USD,1,\xc3\xa4\n",
         {"[GATE]", "[GATE]", 2, "the product is too long or not ASCII",
          "1 to 63 ASCII"}},
        {"instrument,convention\nA,USD_SOFR\n",
         {"[GATE]", "[GATE]", 1, "", "begin the table with"}},
        {"instrument,currency,swap\nA,USD,5Y\n",
         {"[GATE]", "[GATE]", 1, "", "begin the table with"}},
    };
    (void)state;

    for (size_t i = 0; i < CG_COUNT(rows); i++) {
        check_rows(&rows[i].row, 1, rows[i].table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_more_types),
        cmocka_unit_test(test_config_more_numbers),
        cmocka_unit_test(test_config_more_times),
        cmocka_unit_test(test_config_more_names),
        cmocka_unit_test(test_config_more_sessions),
        cmocka_unit_test(test_config_more_accounts_and_limits),
        cmocka_unit_test(test_config_more_deadlines),
        cmocka_unit_test(test_config_more_instruments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
