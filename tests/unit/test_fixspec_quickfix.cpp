/*
 * A QuickFIX counterparty loads the project's dictionaries with validation on.
 *
 * Each credit message is written by hand, in full, and must pass; a mistake
 * planted in it must not.  SPDX-License-Identifier: Apache-2.0
 */
#include <quickfix/DataDictionary.h>
#include <quickfix/Message.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace
{

const std::string HEAD_FIXT = "8=FIXT.1.1|9=0|35=";
const std::string TAIL = "|49=A|56=B|34=2|52=20260102-10:00:00.000|";

/* One party of a limit entry, with every nested group of the block. */
const std::string PARTY_DETAIL =
    "1671=1|1691=ACME|1692=D|1693=24|1674=24|"
    "1694=1|1695=desk 7|1696=26|"
    "1516=1|1517=ALT|1518=D|1519=1|1520=x|1521=1|"
    "1562=1|1563=FCM1|1564=D|1565=4|1675=8|"
    "1566=1|1567=s|1568=1|1569=1|1570=F|1571=D|1572=1|1573=y|1574=1|"
    "1514=1|1515=4|"
    "1672=0|";

const std::string LIMITS =
    "1669=1|1529=1|1530=12|1531=150000.25|1767=2|1766=10.5|1765=0.01|"
    "1532=USD|1533=SEF|"
    "1559=2|1769=4|1560=0.75|1561=amber|1769=2|1768=147000.5|1561=red|"
    "1534=2|1535=1|1536=USSW10|1538=EZ0001|1539=4|1540=1|1541=U|1542=8|"
    "1543=4|1547=IRS|1558=1.5|1535=2|1547=CDS|"
    "1670=ACME-USD|2339=2|2355=1|";

/* Of DF and DG alike; 2323 is in DF only. */
const std::string CHECK =
    "2318=17|2319=T-9|2320=0|2321=0|2322=abc-16|1080=O1|1081=1|"
    "2324=45210.25|15=USD|1670=ACME-USD|"
    "1657=1|1658=SEF|1659=D|1660=73|2338=8|1661=1|1662=r|1663=1|"
    "453=2|448=ACME|447=D|452=24|802=2|523=desk|803=26|523=x|803=1|"
    "448=FCM1|447=D|452=4|"
    "1562=1|1563=HUB|1564=D|1565=29|1675=8|"
    "55=USSW10|48=EZ0001|22=4|454=1|455=U|456=8|167=IRS|"
    "555=2|600=USSW5|624=1|685=1000000|600=USSW10|624=2|685=500000|"
    "54=1|60=20260102-10:00:00.000|58=text|";

struct Sample {
    const char *type;
    std::string body;
    int wrong_tag; /* planting a bad value here must be refused */
};

std::vector<Sample> credit_samples()
{
    return {
        {"DF", CHECK + "2323=0|", 2320},
        {"DG",
         CHECK + "2325=1|2326=2|2327=40000|126=20260102-10:05:00.000|"
                 "1328=clip|",
         2325},
        {"CL",
         "1666=R1|1760=3|263=1|1657=1|1658=SEF|1659=D|1660=73|"
         "453=1|448=ACME|447=D|452=24|1508=1|1509=4|"
         "1668=1|1530=12|1533=SEF|1534=1|1535=1|1536=USSW10|58=all|",
         1760},
        {"CM",
         "1667=P1|1666=R1|1760=3|1511=0|325=N|1512=1|893=Y|1677=1|" +
             PARTY_DETAIL + LIMITS + "60=20260102-10:00:00.000|58=t|",
         1511},
        {"CR",
         "1667=P2|1666=R1|1760=2|1677=2|1324=M|" + PARTY_DETAIL + LIMITS +
             "1324=D|1670=OLD|60=20260102-10:00:00.000|",
         1760},
        {"DE", "1667=P1|2316=1|2317=1|1328=no such party|", 2316},
        {"CS", "1666=R2|1677=1|1324=A|" + PARTY_DETAIL + LIMITS, 0},
        {"CT",
         "1666=R2|1762=1|1761=0|1677=1|1324=A|1763=2|1764=8|1328=later|" +
             PARTY_DETAIL + LIMITS,
         1762},
        {"DH",
         "2328=S1|2329=1|453=2|448=ACME|447=D|452=24|802=1|523=a|803=1|"
         "448=FCM1|447=D|452=4|1562=1|1563=F|1564=D|1565=4|"
         "1536=USSW10|1301=XSEF|1300=SEG|2330=Y|58=drill|",
         2329},
        {"DI",
         "2331=S2|2328=S1|2329=1|2332=2|2333=98|453=1|448=ACME|447=D|"
         "452=24|1536=USSW10|2330=Y|58=not yours|",
         2332},
        {"CF", "1505=L1|1508=1|1509=24|", 0},
        {"CG", "1510=L2|1505=L1|1511=0|1512=1|893=Y|" + PARTY_DETAIL, 1511},
        {"8",
         "37=O1|11=C1|17=E1|150=8|39=8|103=28|1328=CG101|"
         "2334=T-9|2335=1|453=1|448=A|447=D|452=24|55=X|54=1|151=0|14=0|",
         103},
        {"9", "37=O1|11=C2|41=C1|39=0|434=2|102=2|1328=CG101|", 434},
    };
}

std::string wire(std::string text)
{
    for (char &c : text)
        if (c == '|')
            c = '\001';
    return text;
}

int failures = 0;

void fail(const std::string &what)
{
    std::cerr << what << "\n";
    failures++;
}

/* The reason why |text| is refused, or "" when it passes. */
std::string refused(const FIX::DataDictionary &session,
                    const FIX::DataDictionary &application,
                    const std::string &text)
{
    try {
        FIX::Message message(wire(text + "10=0|"), session, application, false);
        FIX::DataDictionary::validate(message, &session, &application);
        return "";
    } catch (const std::exception &error) {
        return error.what();
    }
}

/* |body| with the top-level field |tag| given a value no list has. */
std::string spoil(const std::string &body, int tag)
{
    const std::string key = "|" + std::to_string(tag) + "=";
    std::string text = "|" + body;
    const std::string::size_type at = text.find(key) + key.size();
    return text.replace(at, text.find('|', at) - at, "~").substr(1);
}

void check_credit_messages(const FIX::DataDictionary &session,
                           const FIX::DataDictionary &application)
{
    for (const Sample &sample : credit_samples()) {
        const std::string head = HEAD_FIXT + sample.type + TAIL;
        const std::string why = refused(session, application,
                                        head + sample.body);
        if (!why.empty())
            fail(std::string(sample.type) + " is refused: " + why);
        if (refused(session, application, head + sample.body + "9=1|5=1|")
                .empty())
            fail(std::string(sample.type) + ": an unknown tag passes");
        if (sample.wrong_tag != 0 &&
            refused(session, application,
                    head + spoil(sample.body, sample.wrong_tag))
                .empty())
            fail(std::string(sample.type) + ": a wrong value passes");
    }
}

/* Every message needs its required fields: an empty body never passes. */
void check_required(const FIX::DataDictionary &session,
                    const FIX::DataDictionary &application)
{
    const char *types[] = {"DF", "DG", "CL", "CM", "CR", "DE", "CS",
                           "CT", "DH", "DI", "D",  "G",  "8",  "9"};
    for (const char *type : types)
        if (refused(session, application, HEAD_FIXT + type + TAIL).empty())
            fail(std::string(type) + ": an empty body passes");
}

void check_orders(const FIX::DataDictionary &dictionary,
                  const std::string &begin,
                  const std::string &extra)
{
    const std::string head = "8=" + begin + "|9=0|35=";
    const std::string order = "11=C1|55=USSW10|54=1|38=1000000|40=2|44=3.5|"
                              "21=1|60=20260102-10:00:00.000|";
    const std::string why = refused(dictionary, dictionary,
                                    head + "D" + TAIL + order + extra);
    if (!why.empty())
        fail(begin + ": an order is refused: " + why);
    if (refused(dictionary, dictionary, head + "D" + TAIL + extra).empty())
        fail(begin + ": an order without fields passes");
    if (refused(dictionary, dictionary, head + "UU" + TAIL).empty())
        fail(begin + ": an unknown type passes");
}

/* What a session checks, and nothing of a body. */
void check_session_only(const FIX::DataDictionary &session,
                        const FIX::DataDictionary &application,
                        const std::string &begin,
                        const std::string &logon)
{
    const std::string head = "8=" + begin + "|9=0|35=";
    if (!refused(session, session, head + "A" + TAIL + logon).empty())
        fail(begin + ": a logon is refused");
    if (refused(session, session, head + "A" + TAIL).empty())
        fail(begin + ": a logon without fields passes");
    if (!refused(session, application, head + "D" + TAIL + "99999=x|").empty())
        fail(begin + ": an order's body is looked at");
    if (!refused(session, application, head + "E" + TAIL + "99999=x|").empty())
        fail(begin + ": a type of the version is unknown");
    if (refused(session, application, head + "UU" + TAIL).empty())
        fail(begin + ": an unknown type passes");
    /* QuickFIX asks the application's dictionary for the header's fields: on
     * FIXT none is required there, and the session itself looks for them. */
    if (&session == &application &&
        refused(session, application,
                head + "D|49=A|34=2|52=20260102-10:00:00|")
            .empty())
        fail(begin + ": a header without 56 passes");
    if (refused(session, application, head + "D" + TAIL + "43=Z|").empty())
        fail(begin + ": 43=Z passes");
}

void check_all(const std::string &source, const std::string &build)
{
    const FIX::DataDictionary fix42(source + "/FIX42.xml");
    const FIX::DataDictionary fix44(source + "/FIX44.xml");
    const FIX::DataDictionary fixt11(source + "/FIXT11.xml");
    const FIX::DataDictionary fix50sp2(source + "/FIX50SP2.xml");

    check_credit_messages(fixt11, fix50sp2);
    check_required(fixt11, fix50sp2);
    check_orders(fix42, "FIX.4.2", "1=ACME|109=C|439=FCM1|");
    check_orders(fix44, "FIX.4.4",
                 "453=1|448=ACME|447=D|452=24|802=1|523=a|803=1|");

    const FIX::DataDictionary only42(build + "/session-FIX42.xml");
    const FIX::DataDictionary only44(build + "/session-FIX44.xml");
    const FIX::DataDictionary onlyt11(build + "/session-FIXT11.xml");
    const FIX::DataDictionary only50(build + "/session-FIX50SP2.xml");
    check_session_only(only42, only42, "FIX.4.2", "98=0|108=30|");
    check_session_only(only44, only44, "FIX.4.4", "98=0|108=30|");
    check_session_only(onlyt11, only50, "FIXT.1.1",
                       "98=0|108=30|1137=9|1407=172|");
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s SOURCE_DIR BUILD_DIR\n", argv[0]);
        return 2;
    }
    try {
        check_all(argv[1], argv[2]);
    } catch (const std::exception &error) {
        fail(error.what());
    }
    return failures == 0 ? 0 : 1;
}
