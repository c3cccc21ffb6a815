/*
 * Other configurations for a gate whose books are full of what the earlier ones
 * named: clearing houses, limits of an account, accounts, firms, instruments.
 *
 * Rules: R2, R11.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct harness h;
static char text[400000];
static char table[400000];

__attribute__((format(printf, 2, 3))) static void
add(char *to, const char *format, ...)
{
    size_t len = strlen(to);
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(to + len, sizeof(text) - len, format, arguments);
    va_end(arguments);
    assert_true(more >= 0 && len + (size_t)more < sizeof(text));
}

static void begin(void)
{
    text[0] = '\0';
    table[0] = '\0';
    add(text, "[GATE]\nName=GATE\nJournal=/tmp/unused.db\n"
              "Instruments=instruments.csv\nMaxOrders=20\nMaxRequests=1200\n"
              "MaxLimits=400\nMaxWaiting=8\n"
              "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
              "SocketAcceptPort=7001\nBeginString=FIX.4.4\n"
              "[SESSION]\nName=venue\nRole=venue\nTargetCompID=VENUE\n");
    add(table, "instrument,currency,dv01_per_million\n");
}

static void client(const char *accounts)
{
    add(text,
        "[SESSION]\nName=client\nRole=client\nTargetCompID=CLIENT\n"
        "Accounts=%s\n",
        accounts);
}

static void account(const char *name, const char *firm)
{
    add(text, "[ACCOUNT]\nAccount=%s\nClearingFirm=%s\n", name, firm);
}

static void limit(int number, const char *whose, int instrument)
{
    add(text,
        "[LIMIT]\nRiskLimitID=L%d\n%s\nCurrency=USD\nModel=push\nAmount=1\n",
        number, whose);
    if (instrument >= 0) {
        add(text, "Instrument=I%d\n", instrument);
    }
}

static void instruments(int from, int count)
{
    for (int i = from; i < from + count; i++) {
        add(table, "I%d,USD,1\n", i);
    }
}

/* The configuration is refused, and this is told. */
static void refused(const char *mistake)
{
    assert_int_equal(harness_reconfigure(&h, text, table), CG_ERR_CONFIG);
    if (strstr(h.changes, mistake) == NULL ||
        strstr(h.changes, "mistake ") == NULL) {
        fail_msg("not told '%s' but: %s", mistake, h.changes);
    }
}

static void taken(void)
{
    if (harness_reconfigure(&h, text, table) != 0) {
        fail_msg("refused: %s", h.changes);
    }
}

/* --- clearing houses -------------------------------------------------------
 */

/* |count| names from |from| on, over accounts that exist anyway. */
static void with_houses(int from, int count)
{
    begin();
    instruments(0, 1);
    client("A0,A1,A2,A3,A4,A5,A6,A7");
    for (int i = 0; i < 8; i++) {
        char name[8];
        snprintf(name, sizeof(name), "A%d", i);
        account(name, "F");
        add(text, "CCPs=COMMON");
        for (int c = 0; c < count; c++) {
            if (c % 8 == i) {
                add(text, ",H%d", from + c);
            }
        }
        add(text, "\n");
    }
    limit(1, "ClearingFirm=F", -1);
}

static void test_reconfigure_room_for_houses(void **state)
{
    (void)state;
    with_houses(0, 40);
    harness_open_table(&h, text, table);
    with_houses(0, 40);
    taken();
    with_houses(100, 23); /* the last: 1 + 40 + 23 are 64 */
    taken();
    with_houses(100, 24);
    refused("name more than 64 clearing houses, those of the journal included");
    with_houses(100, 23);
    limit(2, "Account=A0\nCCP=H100", -1); /* known to the books */
    taken();
}

/* --- limits of an account --------------------------------------------------
 */

/* Each for an instrument of its own, so that an order passes few. */
static void with_limits(int from, int count, const char *whose)
{
    for (int i = from; i < from + count; i++) {
        limit(i, whose, i);
    }
}

static void with_account(const char *name)
{
    begin();
    instruments(0, 200);
    client(name);
    account(name, "F");
}

static void test_reconfigure_room_for_limits(void **state)
{
    (void)state;
    with_account("ACME");
    with_limits(0, 40, "Account=ACME");
    harness_open_table(&h, text, table);
    with_account("ACME"); /* the 40 of before stay in the books */
    with_limits(40, 24, "Account=ACME");
    taken();
    with_account("ACME");
    with_limits(64, 1, "Account=ACME");
    refused("account ACME: more than 64 limits name it or its firm, those of "
            "the journal included");
    with_account("ACME");
    with_limits(64, 1, "ClearingFirm=F");
    refused("account ACME: more than 64 limits");
}

/* An account that is configured no more has its limits, too. */
static void test_reconfigure_room_for_limits_of_the_gone(void **state)
{
    (void)state;
    with_account("OLD");
    with_limits(0, 40, "Account=OLD");
    harness_open_table(&h, text, table);
    with_account("NEW");
    with_limits(40, 24, "ClearingFirm=F");
    taken();
    with_account("NEW");
    with_limits(40, 24, "ClearingFirm=F");
    with_limits(64, 1, "ClearingFirm=F");
    refused("limit L64: no room for it beside those of the journal");
    with_account("NEW");
    with_limits(40, 24, "ClearingFirm=F");
    with_limits(64, 1, "Account=NEW");
    taken();
}

/* --- names -----------------------------------------------------------------
 */

enum { PIECE = 500 };

/* Other accounts, firms or instruments each time, until there is no room. */
static void until_full(void (*write)(int round))
{
    for (int round = 0;; round++) {
        assert_in_range(round, 0, 40);
        begin();
        write(round);
        if (round == 0) {
            harness_open_table(&h, text, table);
            continue;
        }
        if (harness_reconfigure(&h, text, table) != 0) {
            assert_true(round > 1);
            refused("the journal holds too many accounts or instruments that "
                    "are not configured any more");
            break;
        }
    }
    begin(); /* what it has it takes again */
    write(0);
    taken();
}

static void other_instruments(int round)
{
    instruments(round * PIECE, PIECE);
    client("A");
    account("A", "F");
    limit(1, "Account=A", -1);
}

static void test_reconfigure_room_for_instruments(void **state)
{
    (void)state;
    until_full(other_instruments);
}

static void other_accounts(int round)
{
    static char names[sizeof(text)];
    names[0] = '\0';
    for (int i = 0; i < PIECE; i++) {
        add(names, "%sA%d", i > 0 ? "," : "", round * PIECE + i);
    }
    instruments(0, 1);
    client(names);
    for (int i = 0; i < PIECE; i++) {
        char name[16];
        snprintf(name, sizeof(name), "A%d", round * PIECE + i);
        account(name, "F");
    }
    limit(1, "ClearingFirm=F", -1);
}

static void test_reconfigure_room_for_accounts(void **state)
{
    (void)state;
    until_full(other_accounts);
}

int main(void)
{
#define STANDARD(test) WITH_GATE_BY(test, NULL)
    const struct CMUnitTest tests[] = {
        STANDARD(test_reconfigure_room_for_houses),
        STANDARD(test_reconfigure_room_for_limits),
        STANDARD(test_reconfigure_room_for_limits_of_the_gone),
        STANDARD(test_reconfigure_room_for_instruments),
        STANDARD(test_reconfigure_room_for_accounts),
    };
#undef STANDARD
    return cmocka_run_group_tests(tests, NULL, NULL);
}
