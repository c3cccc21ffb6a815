/*
 * Bad input, field by field: each field that the gate reads, of each message
 * that it reads, is absent, empty, too long, of a wrong form, out of range,
 * repeated, and as the count of a group a lie.
 *
 * What comes out and whether anything of the state has moved is compared with a
 * literal table.  tests/check_fields.py finds the fields in the sources and
 * fails when one has no row.  With CG_FIELDS_PRINT=1 the table is printed as it
 * is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_MAX = 4096, FIELDS_MAX = 96 };

static struct harness h;

/* --- the messages ------------------------------------------------------- */

enum before {
    NO_ORDER,
    OPEN_ORDER, /* A1 of 1,000,000, acknowledged; its token is GATE-T1 */
    ASKED,      /* A1 waits for the answer to 2318=1 */
    OPEN_OTHER, /* the same as VENUE-A1 */
    PACKAGE,    /* P1, forwarded and acknowledged */
};

#define WHEN "60=20270115-08:00:00"
#define LEGS "555=2|600=USD2Y|624=1|623=4|654=L1|600=USD10Y|624=2|623=1|654=L2"
#define LIMIT(entry)                                                           \
    "1677=1|" entry "1671=1|1691=ACME|1692=D|1693=24|1672=0|1562=1|1563=ACME|" \
    "1564=D|1565=24|1669=1|1529=1|1530=12|1531=90000|1767=4|1766=0|1532=USD|"  \
    "1559=1|1769=4|1560=80|1534=1|1535=1|1536=USD10Y|1539=4|1558=1|"           \
    "1670=ACME-USD|2339=2|2355=1"

/* |base| is taken as it is; |more| are fields that are read when they are
 * there, and stand behind the field named before the colon. */
static const struct message {
    const char *type;
    int session;
    enum before before;
    const char *base;
    const char *more;
} messages[] = {
    {"D", CLIENT, NO_ORDER,
     "11=B1|1=ACME|453=2|448=ACME|447=D|452=24|448=FCM1|447=D|452=4|55=USD10Y|"
     "48=USD10Y|22=4|54=1|38=1000000|40=2|44=4.1|15=USD|59=0|" WHEN,
     "439=FCM1|152=5|516=5|854=0|43=Y|97=Y|122=20270115-08:00:00|41=A0"},
    {"G", CLIENT, OPEN_ORDER,
     "11=B1|41=A1|1=ACME|453=2|448=ACME|447=D|452=24|448=FCM1|447=D|452=4|"
     "55=USD10Y|48=USD10Y|22=4|54=1|38=500000|40=2|44=4.1|15=USD|59=0|" WHEN,
     "439=FCM1|152=5|516=5|854=0|43=Y|97=Y|122=20270115-08:00:00"},
    {"F", CLIENT, OPEN_ORDER,
     "11=B1|41=A1|1=ACME|453=2|448=ACME|447=D|452=24|448=FCM1|447=D|452=4|"
     "55=USD10Y|48=USD10Y|22=4|54=1|38=1000000|" WHEN,
     "15=USD|59=0|439=FCM1|43=Y|97=Y|122=20270115-08:00:00"},
    {"H", CLIENT, OPEN_ORDER,
     "11=A1|1=ACME|453=2|448=ACME|447=D|452=24|448=FCM1|447=D|452=4|55=USD10Y|"
     "48=USD10Y|22=4|54=1",
     "41=A1|15=USD|59=0|439=FCM1|43=Y|97=Y|122=20270115-08:00:00|790=S1"},
    {"q", CLIENT, OPEN_ORDER, "11=B1|530=7|" WHEN, "1=ACME|55=USD10Y|54=1"},
    {"AB", CLIENT, NO_ORDER,
     "11=B1|1=ACME|453=2|448=ACME|447=D|452=24|448=FCM1|447=D|452=4|54=1|"
     "55=2s10s|" LEGS "|38=1000000|40=2|44=4.1|59=0|" WHEN,
     "602=USD10Y|556=USD|2680=5|48=2s10s|15=USD|439=FCM1|152=5|516=5|854=0|43="
     "Y|97=Y|"
     "122=20270115-08:00:00"},
    {"AC", CLIENT, PACKAGE,
     "41=P1|11=B1|1=ACME|453=2|448=ACME|447=D|452=24|448=FCM1|447=D|452=4|54=1|"
     "55=2s10s|" LEGS "|38=500000|40=2|44=4.1|59=0|" WHEN,
     "602=USD10Y|556=USD|2680=5|48=2s10s|15=USD|439=FCM1|152=5|516=5|854=0|43="
     "Y|97=Y|"
     "122=20270115-08:00:00"},
    {"CL", CLIENT50, NO_ORDER,
     "1666=Q1|1760=3|1508=1|1509=24|1668=1|1530=12|1657=1|1658=SDR|1659=D|"
     "1660=24|453=1|448=SDR|447=D|452=24",
     "263=0|1533=X|1534=1"},
    {"8", VENUE, OPEN_ORDER,
     "37=V-A1|11=A1|41=A1|17=E1|150=F|39=1|1=ACME|55=USD10Y|54=1|38=1000000|"
     "32=500000|31=4.1|151=500000|14=500000|6=4.1|" WHEN,
     "442=1|20=0|19=E0|103=0|790=S1|43=Y|555=1"},
    {"9", VENUE, OPEN_ORDER, "37=V-A1|11=A1|41=A1|39=0|434=1|102=0|" WHEN, ""},
    {"j", VENUE, OPEN_OTHER, "45=1|372=D|379=VENUE-A1|380=0|58=no", ""},
    {"DG", HUB, ASKED,
     "2318=1|2319=GATE-T1|2320=0|2321=0|2324=904|2325=0|2326=0|2327=904|"
     "126=20270116-08:00:00",
     "2322=1"},
    {"CM", HUB, OPEN_ORDER,
     "1667=U1|1666=Q1|1511=0|1512=1|893=Y|" WHEN "|" LIMIT(""),
     "2336=5|1768=72000|1538=X|1544=OIS|1545=10Y|1547=X"},
    {"CR", HUB, OPEN_ORDER, "1667=U1|" WHEN "|" LIMIT("1324=M|"),
     "893=Y|1512=1|2336=5|1768=72000|1538=X|1544=OIS|1545=10Y|1547=X"},
    {"CS", HUB, OPEN_ORDER, "1666=D1|" WHEN "|" LIMIT("1324=M|"),
     "2336=5|1768=72000|1538=X|1544=OIS|1545=10Y|1547=X"},
    {"DH", HUB, OPEN_ORDER,
     "2328=S1|2329=0|2330=Y|453=2|448=ACME|447=D|452=24|448=FCM1|447=D|452="
     "4|" WHEN,
     "1300=X|1301=X|1536=X|1537=X|1538=X|1539=4|1540=1|1543=1|1544=X|1545=X|"
     "1546=X|1547=X|1548=X|1549=X|1550=X|1551=X|1552=X|1553=X|1554=X|1555=X|"
     "1556=X|1557=X|1616=X|1620=X|2895=X"},
};

enum { MESSAGES = sizeof(messages) / sizeof(messages[0]) };

/* --- what is done to a field -------------------------------------------- */

enum harm {
    ABSENT,
    EMPTY,
    TOO_LONG,
    WRONG,
    OUT_OF_RANGE,
    REPEATED,
    LIES,
    HARMS
};

static const char *const harm_names[HARMS] = {
    "ABSENT", "EMPTY", "TOO_LONG", "WRONG", "OUT_OF_RANGE", "REPEATED", "LIES"};

static bool is_count(int tag)
{
    static const int counts[] = {453,  555,  1508, 1529, 1534, 1559,
                                 1562, 1657, 1668, 1669, 1671, 1677};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        if (counts[i] == tag) {
            return true;
        }
    }
    return false;
}

static bool is_number(const char *value)
{
    return strspn(value, "0123456789.") == strlen(value);
}

/* The value of a field after |harm|, into |out|. */
static void value_of(const char *value, enum harm harm, char *out)
{
    if (harm == EMPTY) {
        out[0] = '\0';
    } else if (harm == TOO_LONG) {
        memset(out, is_number(value) ? '9' : 'X', 70);
        out[70] = '\0';
    } else if (harm == WRONG) {
        strcpy(out, is_number(value) ? "1x" : "\xff\xfe");
    } else if (harm == OUT_OF_RANGE) {
        strcpy(out, is_number(value) ? "-1" : "Q");
    } else if (harm == LIES) {
        snprintf(out, 16, "%d", atoi(value) + 1);
    } else {
        strcpy(out, value);
    }
}

struct field {
    int tag;
    char value[80];
};

static int split(const char *text, struct field *fields)
{
    char copy[TEXT_MAX];
    int count = 0;
    snprintf(copy, sizeof(copy), "%s", text);
    for (char *f = strtok(copy, "|"); f != NULL; f = strtok(NULL, "|")) {
        assert_true(count < FIELDS_MAX);
        fields[count].tag = atoi(f);
        snprintf(fields[count].value, sizeof(fields[count].value), "%s",
                 strchr(f, '=') + 1);
        count++;
    }
    return count;
}

/* The message with |harm| done to the field at |at|. */
static void build(const char *type,
                  const struct field *fields,
                  int count,
                  int at,
                  enum harm harm,
                  char *out)
{
    size_t len = (size_t)snprintf(out, TEXT_MAX, "35=%s", type);
    for (int i = 0; i < count; i++) {
        char value[160];
        int times = i == at && harm == ABSENT     ? 0
                    : i == at && harm == REPEATED ? 2
                                                  : 1;
        strcpy(value, fields[i].value);
        if (i == at) {
            value_of(fields[i].value, harm, value);
        }
        for (int t = 0; t < times; t++) {
            len += (size_t)snprintf(out + len, TEXT_MAX - len, "|%d=%s",
                                    fields[i].tag, value);
        }
    }
}

/* --- the state ---------------------------------------------------------- */

struct digest {
    cg_dv01 sums[8];
    unsigned long states;
    unsigned long facts;
};

static unsigned long sum_text(unsigned long sum, const char *text)
{
    for (; *text != '\0'; text++) {
        sum = sum * 31 + (unsigned char)*text;
    }
    return sum;
}

/* What is only noted, and the ids of what was refused, move nothing. */
static bool counts(enum cg_fact_kind kind)
{
    return kind != CG_FACT_NOTED && kind != CG_FACT_ORDER_REFUSED &&
           kind != CG_FACT_REQUEST_REFUSED;
}

static struct digest digest(void)
{
    struct digest d;
    struct cg_limit_view limit;
    struct cg_token_view token;
    memset(&d, 0, sizeof(d));
    for (size_t i = 0; cg_gate_limit(h.gate, i, &limit); i++) {
        d.sums[0] += limit.used;
        d.sums[1] += limit.amount;
        d.states = sum_text(d.states, limit.state);
    }
    for (size_t i = 0; cg_gate_token(h.gate, i, &token); i++) {
        d.sums[2] += token.granted;
        d.sums[3] += token.reserved;
        d.sums[4] += token.consumed;
        d.sums[5] += token.released;
        d.states = sum_text(d.states, token.state);
    }
    for (size_t i = 0; i < h.facts.count; i++) {
        d.facts += counts(h.facts.facts[i].kind);
    }
    return d;
}

/* --- what came out ------------------------------------------------------ */

static void put_field(char *text, const char *message, int tag)
{
    char key[16];
    size_t len = strlen(text);
    snprintf(key, sizeof(key), "|%d=", tag);
    const char *at = strstr(message, key);
    if (at != NULL) {
        at++;
        snprintf(text + len, TEXT_MAX - len, " %.*s",
                 (int)(strcspn(at, "|") < 12 ? strcspn(at, "|") : 12), at);
    }
}

/* The code of a text of the gate, and the field that it blames. */
static void put_code(char *text, const char *message)
{
    size_t len = strlen(text);
    const char *at = strstr(message, "|58=CG");
    if (at == NULL) {
        return;
    }
    const char *blames = strstr(at, " tag:");
    snprintf(text + len, TEXT_MAX - len, " %.5s", at + 4);
    len = strlen(text);
    if (blames != NULL && blames < strchr(at + 1, '|')) {
        snprintf(text + len, TEXT_MAX - len, " %.*s",
                 (int)strcspn(blames + 1, " |"), blames + 1);
    }
}

static void put_message(char *text, const char *message)
{
    static const int shown[] = {371,  373,  380,  103,  102,  2316,
                                2317, 2332, 2333, 1511, 1762, 1764};
    const char *type = strstr(message, "35=") + 3;
    size_t len = strlen(text);
    snprintf(text + len, TEXT_MAX - len, "%s%.*s", len > 0 ? ", " : "",
             (int)strcspn(type, "|"), type);
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        put_field(text, message, shown[i]);
    }
    put_code(text, message);
}

static void put_outcome(char *text, const struct digest *before)
{
    struct digest after = digest();
    text[0] = '\0';
    for (int i = 0; i < h.out_count; i++) {
        put_message(text, h.out[i]);
    }
    if (memcmp(before, &after, sizeof(after)) != 0) {
        size_t len = strlen(text);
        snprintf(text + len, TEXT_MAX - len, "%smoves, use %lld",
                 len > 0 ? "; " : "", (long long)(after.sums[0] / 10000));
    }
    if (text[0] == '\0') {
        strcpy(text, "nothing");
    }
}

/* --- one cell ----------------------------------------------------------- */

static void prepare(enum before before)
{
    /* Thousands of gates are opened: each takes little memory. */
    harness_open_with(&h, "MaxReports=64\nMaxLegs=64\nMaxScopes=64\n");
    if (before == OPEN_ORDER) {
        harness_work(&h, "A1", '1', 1);
    } else if (before == OPEN_OTHER) {
        harness_work(&h, "VENUE-A1", '1', 1);
    } else if (before == ASKED) {
        harness_order(&h, "A1", '1', 1);
        harness_expect(&h, HUB, "35=DF|2318=1");
    } else if (before == PACKAGE) {
        harness_in(&h, CLIENT,
                   "35=AB|11=P1|1=ACME|54=1|55=2s10s|" LEGS
                   "|38=1000000|40=2|44=4.1|59=0|" WHEN);
        harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
        harness_expect(&h, VENUE, "35=AB|11=P1");
        harness_in(&h, VENUE,
                   "35=8|37=V-P1|11=P1|17=E0|150=0|39=0|55=2s10s|54=1|"
                   "38=1000000|151=1000000|14=0|6=0");
    }
}

static void
run(const struct message *message, const char *fields, char *outcome)
{
    prepare(message->before);
    struct digest before = digest();
    harness_in(&h, message->session, fields);
    put_outcome(outcome, &before);
    harness_close(&h);
}

struct row {
    const char *type;
    int tag;
    const char *outcomes[HARMS]; /* of LIES only for counts */
};

#include "gate_field_tables.h"

enum { ROWS = sizeof(field_rows) / sizeof(field_rows[0]) };

static const struct row *row_of(const char *type, int tag)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (field_rows[i].type != NULL && field_rows[i].tag == tag &&
            strcmp(field_rows[i].type, type) == 0) {
            return &field_rows[i];
        }
    }
    return NULL;
}

static unsigned cells;
static unsigned wrong;

static void compare(const struct message *message,
                    int tag,
                    enum harm harm,
                    const char *outcome)
{
    const struct row *row = row_of(message->type, tag);
    const char *expected = row != NULL ? row->outcomes[harm] : NULL;
    cells++;
    if (expected == NULL || strcmp(expected, outcome) != 0) {
        wrong++;
        print_error("35=%s, %d %s: expected \"%s\", got \"%s\"\n",
                    message->type, tag, harm_names[harm],
                    expected != NULL ? expected : "(no row)", outcome);
    }
}

static void field(const struct message *message,
                  const struct field *fields,
                  int count,
                  int at)
{
    bool prints = getenv("CG_FIELDS_PRINT") != NULL;
    int tag = fields[at].tag;
    if (prints) {
        printf("    {\"%s\", %d, {", message->type, tag);
    }
    for (int harm = 0; harm < HARMS; harm++) {
        char text[TEXT_MAX];
        char outcome[TEXT_MAX];
        bool lies = harm == LIES && !is_count(tag);
        /* The harness takes this one for a j of the gate's own. */
        bool own = harm == EMPTY && tag == 379;
        if (lies || own) {
            if (prints && own) {
                printf("NULL, ");
            }
            continue;
        }
        build(message->type, fields, count, at, (enum harm)harm, text);
        run(message, text, outcome);
        if (prints) {
            printf("\"%s\", ", outcome);
        } else {
            compare(message, tag, (enum harm)harm, outcome);
        }
    }
    if (prints) {
        printf("}},\n");
    }
}

static bool seen_before(const struct field *fields, int at)
{
    for (int i = 0; i < at; i++) {
        if (fields[i].tag == fields[at].tag) {
            return true;
        }
    }
    return false;
}

/* Fields that are read in an entry stand behind one of that entry, the others
 * in front, where those of the header belong as well. */
static int stands_behind(int tag)
{
    static const int places[][2] = {
        {2336, 1532}, {1768, 1560}, {1538, 1536}, {1544, 1536}, {1545, 1536},
        {1547, 1536}, {602, 600},   {556, 600},   {2680, 600},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (places[i][0] == tag) {
            return places[i][1];
        }
    }
    return 0;
}

static int with_one_more(const struct field *fields,
                         int count,
                         const struct field *more,
                         struct field *out)
{
    int at = 0;
    for (int i = 0; i < count; i++) {
        if (fields[i].tag == stands_behind(more->tag)) {
            at = i + 1;
        }
    }
    memcpy(out, fields, (size_t)at * sizeof(*fields));
    out[at] = *more;
    memcpy(out + at + 1, fields + at, (size_t)(count - at) * sizeof(*fields));
    return at;
}

static void message_fields(const struct message *message)
{
    struct field fields[FIELDS_MAX];
    struct field more[FIELDS_MAX];
    struct field both[FIELDS_MAX + 1];
    int count = split(message->base, fields);
    int extra = split(message->more, more);
    for (int i = 0; i < count; i++) {
        if (!seen_before(fields, i)) {
            field(message, fields, count, i);
        }
    }
    for (int i = 0; i < extra; i++) {
        int at = with_one_more(fields, count, &more[i], both);
        field(message, both, count + 1, at);
    }
}

static void test_gate_fields_each_is_answered(void **state)
{
    (void)state;
    for (size_t i = 0; i < MESSAGES; i++) {
        message_fields(&messages[i]);
    }
    print_message("%u fields of %u rows\n", cells, (unsigned)ROWS);
    assert_int_equal(wrong, 0);
}

/* The messages themselves are sound: none of them is rejected as malformed. */
static void test_gate_fields_bases_are_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < MESSAGES; i++) {
        char text[TEXT_MAX];
        char outcome[TEXT_MAX];
        snprintf(text, sizeof(text), "35=%s|%s", messages[i].type,
                 messages[i].base);
        run(&messages[i], text, outcome);
        if (getenv("CG_FIELDS_PRINT") != NULL) {
            print_message("35=%s: %s\n", messages[i].type, outcome);
        }
        assert_false(strncmp(outcome, "3 ", 2) == 0);
    }
}

int main(void)
{
    /* Their memory is used again, not asked for anew each time. */
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 28);
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 24);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate_fields_bases_are_sound),
        cmocka_unit_test(test_gate_fields_each_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
