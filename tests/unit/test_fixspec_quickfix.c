/*
 * A QuickFIX counterparty that validates whole messages loads the project's
 * dictionaries.
 *
 * Each message is written by hand, in full, and must pass; a mistake planted in
 * it must not.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test_fix8c_pair.h"

#define NOW "20260102-10:00:00.000|"

/* One party of a limit entry, with every nested group of the block. */
#define PARTY_DETAIL                                                           \
    "1671=1|1691=ACME|1692=D|1693=24|1674=24|"                                 \
    "1694=1|1695=desk 7|1696=26|"                                              \
    "1516=1|1517=ALT|1518=D|1519=1|1520=x|1521=1|"                             \
    "1562=1|1563=FCM1|1564=D|1565=4|1675=8|"                                   \
    "1566=1|1567=s|1568=1|1569=1|1570=F|1571=D|1572=1|1573=y|1574=1|"          \
    "1514=1|1515=4|"                                                           \
    "1672=0|"

#define LIMITS                                                                 \
    "1669=1|1529=1|1530=12|1531=150000.25|1767=2|1766=10.5|1765=0.01|"         \
    "1532=USD|1533=SEF|"                                                       \
    "1559=2|1769=4|1560=0.75|1561=amber|1769=2|1768=147000.5|1561=red|"        \
    "1534=2|1535=1|1536=USSW10|1538=EZ0001|1539=4|1540=1|1541=U|1542=8|"       \
    "1543=4|1547=IRS|1558=1.5|1535=2|1547=CDS|"                                \
    "1670=ACME-USD|2339=2|2355=1|"

#define MARKET "1657=1|1658=SEF|1659=D|1660=73|2338=8|1661=1|1662=r|1663=1|"
#define CLIENT_PARTY "453=1|448=ACME|447=D|452=24|"
#define PARTIES                                                                \
    "453=2|448=ACME|447=D|452=24|802=2|523=desk|803=26|523=x|803=1|"           \
    "448=FCM1|447=D|452=4|"
#define INSTRUMENT44 "55=USSW10|48=EZ0001|22=4|454=1|455=U|456=8|461=SRCCSP|"
#define INSTRUMENT INSTRUMENT44 "167=IRS|"
#define LEGS                                                                   \
    "555=2|600=USSW5|602=EZ5|603=4|604=1|605=U|606=8|624=1|"                   \
    "600=USSW10|624=2|"

/* Of DF and DG alike; 2323 is in DF only. */
#define CHECK                                                                  \
    "2318=17|2319=T-9|2320=0|2321=0|2322=abc-16|1080=O1|1081=1|"               \
    "2324=45210.25|15=USD|1670=ACME-USD|" MARKET PARTIES                       \
    "1562=1|1563=HUB|1564=D|1565=29|1675=8|" INSTRUMENT                        \
    "555=2|600=USSW5|624=1|685=1000000|600=USSW10|624=2|685=500000|"           \
    "54=1|60=" NOW "58=text|"

#define ALLOCS50 "78=1|79=SUB|661=99|80=10|"
#define TERMS "38=1000000|40=2|44=3.5|15=USD|59=0|58=text|354=3|355=a|b|"
#define TERMS42 "21=1|" TERMS "109=C|439=FCM1|440=ACCT|"
#define FILLED "37=O1|17=E1|39=1|151=600000|14=400000|6=3.5|32=400000|"
#define STATE42 FILLED "150=1|"
#define STATE FILLED "150=F|"

struct sample {
    const char *type;
    const char *body;
    int wrong_tag; /* a bad value here must be refused; 0: no list, no number */
};

static const struct sample fix42[] = {
    {"D",
     "11=C1|1=ACME|78=2|79=S1|80=5|79=S2|80=6|386=1|336=S|55=USSW10|48=EZ|"
     "22=4|54=1|60=" NOW TERMS42,
     54},
    {"F", "41=C1|37=O1|11=C2|1=ACME|55=USSW10|54=1|60=" NOW "38=5|58=x|", 38},
    {"G",
     "37=O1|41=C1|11=C2|1=ACME|78=1|79=S1|80=5|386=1|336=S|55=USSW10|54=2|"
     "60=" NOW TERMS42,
     40},
    {"H", "37=O1|11=C1|1=ACME|55=USSW10|54=1|", 54},
    {"8",
     STATE42 "11=C1|20=0|382=1|375=B|337=T|437=5|438=" NOW
             "55=USSW10|54=1|31=3.5|60=" NOW "58=x|",
     150},
    {"8",
     "37=NONE|11=C1|17=E2|20=0|150=8|39=8|103=3|55=USSW10|54=1|151=0|14=0|"
     "6=0|58=CG101|",
     103},
    {"9", "37=O1|11=C2|41=C1|39=0|434=2|102=2|58=CG101|", 434},
    {"B",
     "61=1|148=Limit|215=1|216=1|217=a|146=1|46=X|33=2|58=a|58=b|"
     "354=2|355=cd|",
     61},
    {"j", "45=7|372=D|379=C1|380=3|58=no|", 380},
};

static const struct sample fix44[] = {
    {"D",
     "11=C1|" PARTIES "1=ACME|660=99|" ALLOCS50
     "386=1|336=S|625=T|" INSTRUMENT44
     "711=1|311=U|457=1|458=a|459=4|54=1|60=" NOW TERMS,
     54},
    {"F", "41=C1|37=O1|11=C2|" PARTIES INSTRUMENT44 "54=1|60=" NOW "38=5|", 38},
    {"G",
     "37=O1|" PARTIES "41=C1|11=C2|" ALLOCS50 INSTRUMENT44 "54=2|60=" NOW TERMS,
     40},
    {"H", "37=O1|11=C1|" PARTIES "790=R1|" INSTRUMENT44 "54=1|", 54},
    {"q", "11=C1|530=7|" INSTRUMENT44 "54=1|60=" NOW, 530},
    {"r",
     "11=C1|37=O1|530=7|531=7|533=1|534=1|41=C0|535=O0|536=S0|" INSTRUMENT44
     "60=" NOW,
     531},
    {"AB", "11=C1|" PARTIES "54=B|" INSTRUMENT44 LEGS "60=" NOW TERMS "581=1|",
     40},
    {"AC",
     "37=O1|41=C1|11=C2|" PARTIES "54=B|" INSTRUMENT44 LEGS "60=" NOW TERMS,
     40},
    {"AF", "584=R|585=7|" PARTIES INSTRUMENT44 "54=1|", 585},
    {"8",
     STATE "11=C1|" PARTIES "382=1|375=B|337=T|437=5|438=" NOW INSTRUMENT44
           "54=1|31=3.5|555=1|600=L|624=1|637=3.5|60=" NOW,
     150},
    {"8",
     "37=NONE|11=C1|17=E2|150=8|39=8|103=99|55=USSW10|54=1|151=0|14=0|6=0|"
     "58=CG301|",
     103},
    {"9", "37=O1|11=C2|41=C1|39=0|60=" NOW "434=2|102=99|58=x|", 434},
    {"B",
     "42=" NOW "61=1|148=Limit|215=1|216=1|217=a|146=1|" INSTRUMENT44
     "33=2|58=a|58=b|149=http://x|",
     61},
    {"j", "45=7|372=D|379=C1|380=3|58=no|", 380},
};

static const struct sample fix50sp2[] = {
    {"DF", CHECK "2323=0|", 2320},
    {"DG", CHECK "2325=1|2326=2|2327=40000|126=" NOW "1328=clip|", 2325},
    {"CL",
     "1666=R1|1760=3|263=1|1657=1|1658=SEF|1659=D|1660=73|" CLIENT_PARTY
     "1508=1|1509=4|1668=1|1530=12|1533=SEF|1534=1|1535=1|1536=USSW10|58=all|",
     1760},
    {"CM",
     "1667=P1|1666=R1|1760=3|1511=0|325=N|1512=1|893=Y|1677=1|" PARTY_DETAIL
         LIMITS "60=" NOW "58=t|",
     1511},
    {"CR",
     "1667=P2|1666=R1|1760=2|1677=2|1324=M|" PARTY_DETAIL LIMITS
     "1324=D|1670=OLD|60=" NOW,
     1760},
    {"DE", "1667=P1|2316=1|2317=1|1328=no such party|", 2316},
    {"CS", "1666=R2|1677=1|1324=A|" PARTY_DETAIL LIMITS, 1677},
    {"CT",
     "1666=R2|1762=1|1761=0|1677=1|1324=A|1763=2|1764=8|1328="
     "later|" PARTY_DETAIL LIMITS,
     1762},
    {"DH",
     "2328=S1|2329=1|453=2|448=ACME|447=D|452=24|802=1|523=a|803=1|"
     "448=FCM1|447=D|452=4|1562=1|1563=F|1564=D|1565=4|"
     "1536=USSW10|1301=XSEF|1300=SEG|2330=Y|58=drill|",
     2329},
    {"DI",
     "2331=S2|2328=S1|2329=1|2332=2|2333=98|" CLIENT_PARTY
     "1536=USSW10|2330=Y|58=not yours|",
     2332},
    {"CF", "1505=L1|1508=1|1509=24|", 1508},
    {"CG", "1510=L2|1505=L1|1511=0|1512=1|893=Y|" PARTY_DETAIL, 1511},
    {"D",
     "11=C1|" PARTIES "1=ACME|660=99|" ALLOCS50 "386=1|336=S|625=T|" INSTRUMENT
     "54=1|60=" NOW TERMS,
     54},
    {"F", "41=C1|37=O1|11=C2|" PARTIES INSTRUMENT "54=1|60=" NOW "38=5|", 38},
    {"G",
     "37=O1|" PARTIES "41=C1|11=C2|" ALLOCS50 INSTRUMENT "54=2|60=" NOW TERMS,
     40},
    {"H", "37=O1|11=C1|" PARTIES "790=R1|" INSTRUMENT "54=1|", 54},
    {"q", "11=C1|530=7|" PARTIES INSTRUMENT "54=1|60=" NOW, 530},
    {"r",
     "11=C1|37=O1|1369=M|530=7|531=7|533=1|534=1|1824=C0|535=O0|536=S0|"
     "1370=1|1372=C9|1371=O9|" INSTRUMENT "60=" NOW,
     531},
    {"AB", "11=C1|" PARTIES "54=B|" INSTRUMENT LEGS "60=" NOW TERMS, 40},
    {"AC", "37=O1|41=C1|11=C2|" PARTIES "54=B|" INSTRUMENT LEGS "60=" NOW TERMS,
     40},
    {"AF", "584=R|585=7|" PARTIES INSTRUMENT "54=1|", 585},
    {"8",
     "37=O1|11=C1|17=E1|150=8|39=8|103=28|1328=CG101|2334=T-9|2335="
     "1|" CLIENT_PARTY "55=X|54=1|151=0|14=0|",
     103},
    {"8",
     STATE "11=C1|2334=T-9|2335=0|" PARTIES INSTRUMENT "54=1|31=3.5|" LEGS
           "60=" NOW,
     150},
    {"9", "37=O1|11=C2|41=C1|39=0|434=2|102=2|1328=CG101|", 434},
    {"B",
     "42=" NOW "61=1|148=Limit|215=1|216=1|217=a|146=1|" INSTRUMENT
     "33=2|58=a|58=b|",
     61},
    {"j", "45=7|372=D|379=C1|380=3|58=no|", 380},
};

/* |body| with the top-level field |tag| given a value no list has. */
static const char *spoil(const char *body, int tag)
{
    static char text[4096];
    char key[16];
    snprintf(key, sizeof(key), "|%d=", tag);
    snprintf(text, sizeof(text), "|%s", body);
    char *value = strstr(text, key);
    assert_non_null(value);
    value += strlen(key);
    size_t rest = (size_t)(value - text) + strcspn(value, "|");
    snprintf(value, sizeof(text) - (size_t)(value - text), "~%s",
             body + rest - 1);
    return text + 1;
}

static void expect_refused(struct pair_end *end,
                           const char *type,
                           const char *fields,
                           const char *what)
{
    const struct pair_seen *reject = pair_offer(end, type, fields);
    if (reject == NULL)
        fail_msg("%s with %s is taken: %s", type, what, fields);
    assert_true(pair_has(reject, "35=3"));
}

static void check_sample(struct pair_end *end, const struct sample *sample)
{
    char text[4096];
    pair_expect_taken(end, sample->type, sample->body);
    snprintf(text, sizeof(text), "%s9999=x|", sample->body);
    pair_expect_reject(end, sample->type, text, 9999, 0);
    snprintf(text, sizeof(text), "%s434=|", sample->body);
    expect_refused(end, sample->type, text, "an empty field");
    expect_refused(end, sample->type, spoil(sample->body, sample->wrong_tag),
                   "a wrong value");
    /* Every type has required fields. */
    expect_refused(end, sample->type, "58=x|", "nothing else");
}

static void
check_samples(const char *version, const struct sample *samples, size_t len)
{
    struct pair p;
    pair_open_validating(&p, version, "");
    pair_connect(&p);
    assert_int_equal(p.a.logons, 1);
    for (size_t i = 0; i < len; i++)
        check_sample(&p.a, &samples[i]);
    assert_true(fix8c_session_logged_on(p.a.session));
    pair_close(&p);
}

static void test_fixspec_42(void **state)
{
    (void)state;
    check_samples("FIX.4.2", fix42, sizeof(fix42) / sizeof(fix42[0]));
}

static void test_fixspec_44(void **state)
{
    (void)state;
    check_samples("FIX.4.4", fix44, sizeof(fix44) / sizeof(fix44[0]));
}

static void test_fixspec_50sp2(void **state)
{
    (void)state;
    check_samples("FIXT.1.1", fix50sp2, sizeof(fix50sp2) / sizeof(fix50sp2[0]));
}

/* A limit's groups, torn somewhere in the depth.  Into a group that is whole
 * QuickFIX does not look: counts and values below the top are not its matter.
 */
static void test_fixspec_torn_limits(void **state)
{
    static const char *const mistakes[] = {
        "1677=2|1671=1|1691=A|1692=D|1693=24|",
        "1677=1|1671=1|1691=A|7350=T|1692=D|1693=24|",
        "1677=1|1671=1|1691=A|1692=D|1693=24|1694=1|1695=d|58=x|1696=26|",
        "1677=1|1669=1|1529=1|1530=12|7350=T|1531=5|1532=USD|",
        "1677=1|1669=1|1529=1|1530=12|1559=2|1769=4|1560=0.7|1670=X|1769=2|",
        "1677=1|1669=1|1534=1|1535=1|1536=U|1529=1|1530=12|1536=U|",
    };
    struct pair p;
    char text[1024];
    (void)state;
    pair_open_validating(&p, "FIXT.1.1", "");
    pair_connect(&p);
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        snprintf(text, sizeof(text), "1667=P1|%s", mistakes[i]);
        expect_refused(&p.a, "CM", text, "a torn group");
    }
    pair_expect_taken(&p.a, "CM", "1667=P1|1677=1|" PARTY_DETAIL LIMITS);
    pair_close(&p);
}

static void open_session_only(struct pair *p, const char *version)
{
    char settings[1024];
    const char *folder = getenv("FIXSPEC_BUILD");
    assert_non_null(folder);
    if (strcmp(version, "FIXT.1.1") == 0)
        snprintf(settings, sizeof(settings),
                 "TransportDataDictionary=%s/session-FIXT11.xml\n"
                 "AppDataDictionary=%s/session-FIX50SP2.xml",
                 folder, folder);
    else
        snprintf(settings, sizeof(settings),
                 "DataDictionary=%s/session-FIX%c%c.xml", folder, version[4],
                 version[6]);
    pair_open(p, version, settings, NULL, NULL);
}

#define HEAD "49=INI|56=ACC|52=@T|"

/* The session-only dictionaries: what a session checks, and nothing of a body.
 */
static void test_fixspec_session_only(void **state)
{
    static const char *const versions[] = {"FIX.4.2", "FIX.4.4", "FIXT.1.1"};
    (void)state;
    for (size_t v = 0; v < 3; v++) {
        struct pair p;
        open_session_only(&p, versions[v]);
        pair_connect(&p);
        assert_int_equal(p.a.logons, 1);
        pair_expect_taken(&p.a, "D", "9999=x|453=9|448=|");
        pair_expect_taken(&p.a, "E", "66=x|");
        expect_refused(&p.a, "UU", "58=x|", "an unknown type");
        pair_expect_reject(&p.a, "D", "43=Z|11=C1|", 43, 6);
        int next = fix8c_session_next_target(p.a.session);
        char text[256];
        snprintf(text, sizeof(text), "35=1|34=%d|" HEAD, next);
        pair_clear(&p.a);
        assert_int_equal(pair_feed(&p.a, text), 0);
        assert_true(pair_has(pair_last_sent(&p.a, "3"), "371=112"));
        pair_close(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixspec_42),
        cmocka_unit_test(test_fixspec_44),
        cmocka_unit_test(test_fixspec_50sp2),
        cmocka_unit_test(test_fixspec_torn_limits),
        cmocka_unit_test(test_fixspec_session_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
