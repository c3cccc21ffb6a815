/*
 * The demo's story: one client, one venue, one hub, and the gate between them.
 *
 * One limit, ACME-USD: 100,000.00 USD of DV01.  A million of USD-SOFR-10Y has a
 * DV01 of 904.00, so an order of 50 million takes 45,200.00.  That of USOSFR10
 * comes from a curve, and changes with the par rates.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "demo_story.h"

#include "story_table.h"

static const char gate_settings[] = "[GATE]\n"
                                    "Name=GATE\n"
                                    "Journal=gate.journal\n"
                                    "Instruments=instruments.csv\n"
                                    "TradingDayEnd=never\n"
                                    "SoftDeadlineMs=1000\n"
                                    "HardDeadlineMs=20000\n"
                                    "\n"
                                    "[DEFAULT]\n"
                                    "SenderCompID=GATE\n"
                                    "HeartBtInt=30\n"
                                    "\n"
                                    "[SESSION]\n"
                                    "Name=client\n"
                                    "Role=client\n"
                                    "BeginString=FIX.4.4\n"
                                    "TargetCompID=CLIENT\n"
                                    "ConnectionType=acceptor\n"
                                    "SocketAcceptPort=$GATE_PORT\n"
                                    "Venue=venue\n"
                                    "Accounts=ACME\n"
                                    "\n"
                                    "[SESSION]\n"
                                    "Name=venue\n"
                                    "Role=venue\n"
                                    "BeginString=FIX.4.4\n"
                                    "TargetCompID=VENUE\n"
                                    "ConnectionType=initiator\n"
                                    "SocketConnectHost=127.0.0.1\n"
                                    "SocketConnectPort=$VENUE_PORT\n"
                                    "TokenTag=7350\n"
                                    "\n"
                                    "[SESSION]\n"
                                    "Name=hub\n"
                                    "Role=hub\n"
                                    "BeginString=FIXT.1.1\n"
                                    "TargetCompID=HUB\n"
                                    "ConnectionType=initiator\n"
                                    "SocketConnectHost=127.0.0.1\n"
                                    "SocketConnectPort=$HUB_PORT\n"
                                    "\n"
                                    "[ACCOUNT]\n"
                                    "Account=ACME\n"
                                    "ClearingFirm=FCM1\n"
                                    "Hub=hub\n"
                                    "Contact=FCM1 credit desk, +1 555 0100\n"
                                    "\n"
                                    "[LIMIT]\n"
                                    "RiskLimitID=ACME-USD\n"
                                    "Account=ACME\n"
                                    "Hub=hub\n"
                                    "Owner=FCM1\n"
                                    "Currency=USD\n"
                                    "Measure=gross\n"
                                    "Model=ping-with-push\n"
                                    "Pull=fit\n"
                                    "Warnings=75,90,98\n"
                                    "\n"
                                    "[RATES]\n"
                                    "ParRates=rates.csv\n"
                                    "PollMs=100\n"
                                    "# They are of a day long past.\n"
                                    "MaxAgeMs=never\n";

static const char instruments[] =
    "instrument,currency,dv01_per_million,convention,swap\n"
    "USD-SOFR-2Y,USD,192.40,,\n"
    "USD-SOFR-10Y,USD,904.00,,\n"
    "USOSFR10,USD,,USD_SOFR,10Y\n";

static const char rates[] = "set,curve,tenor,rate_pct,valuation_date\n"
                            "demo,USD_SOFR,1Y,3.481,2026-01-15\n"
                            "demo,USD_SOFR,2Y,3.392,2026-01-15\n"
                            "demo,USD_SOFR,5Y,3.441,2026-01-15\n"
                            "demo,USD_SOFR,10Y,3.703,2026-01-15\n";

/* The same, 50 basis points higher. */
static const char higher_rates[] = "set,curve,tenor,rate_pct,valuation_date\n"
                                   "demo,USD_SOFR,1Y,3.981,2026-01-15\n"
                                   "demo,USD_SOFR,2Y,3.892,2026-01-15\n"
                                   "demo,USD_SOFR,5Y,3.941,2026-01-15\n"
                                   "demo,USD_SOFR,10Y,4.203,2026-01-15\n";

const struct story_step demo_story[] = {
    SCENE("The gate starts; the hub sends its limits"),
    SAY("one limit, ACME-USD: 100,000.00 USD of DV01;"),
    SAY("a million of USD-SOFR-10Y is 904.00, so 50 million are 45,200.00"),
    START(HUB,
          "hubsim --listen 0 --limit "
          "ACME-USD,FCM1,ACME,USD,100000.00,gross"),
    START(VENUE, "venuesim --listen 0 --token-tag 7350"),
    SEE(HUB, "listen", "$HUB_PORT"),
    SEE(VENUE, "listen", "$VENUE_PORT"),
    WRITE("gate.cfg", gate_settings),
    WRITE("instruments.csv", instruments),
    WRITE("rates.csv", rates),
    START(GATE, "run --config $DIR/gate.cfg"),
    SEE(HUB, "logon", ""),
    SEE(HUB, "out CM", "1670=ACME-USD|1531=100000.00|1532=USD|1530=12"),
    SEE(HUB, "in DE", "2316=0"),
    SEE(VENUE, "logon", ""),
    SEE(GATE, "FIX.4.4:GATE->VENUE", "logged on"),
    START(CLIENT, "clientsim --connect $GATE_PORT"),
    SEE(CLIENT, "logon", ""),

    SCENE("An order gets its token, goes on, and is filled"),
    TELL(CLIENT, "order A1 USD-SOFR-10Y buy 50000000 4.125 ACME"),
    SEE(HUB,
        "in DF",
        "2320=0|2321=0|2324=45200.00|15=USD|1670=ACME-USD|2319=$T1"),
    THEN(HUB, "out DG", "2319=$T1|2325=0|2327=45200.00"),
    THEN(VENUE, "in D", "11=A1|38=50000000|7350=$T1"),
    THEN(CLIENT, "in 8", "11=A1|150=0|39=0"),
    TELL(VENUE, "fill A1 20000000 4.125"),
    SEE(CLIENT, "in 8", "11=A1|150=F|39=1|14=20000000"),
    SEE(HUB, "in DF", "2319=$T1|2321=1|2324=18080.00"),
    TELL(VENUE, "fill A1 30000000 4.125"),
    SEE(CLIENT, "in 8", "11=A1|150=F|39=2|14=50000000"),
    SEE(HUB, "in DF", "2319=$T1|2321=1|2324=27120.00"),
    SEE(HUB, "out DG", "2319=$T1|2321=1|2325=0"),
    SEE(HUB, "out DG", "2319=$T1|2321=1|2325=0"),

    SCENE("An order above the limit is refused, with both numbers"),
    TELL(CLIENT, "order A2 USD-SOFR-10Y buy 100000000 4.125 ACME"),
    SEE(CLIENT,
        "in 8",
        "11=A2|150=8|39=8|103=3|"
        "58~CG101 LIMIT_EXCEEDED req:90400.00 avl:54800.00|58~ACME-USD"),
    NONE(VENUE, "in D", ""),

    SCENE("A replace upward has its credit before the venue sees it"),
    TELL(CLIENT, "order A3 USD-SOFR-10Y buy 20000000 4.125 ACME"),
    SEE(HUB, "in DF", "2320=0|2321=0|2324=18080.00|2319=$T3"),
    THEN(VENUE, "in D", "11=A3|7350=$T3"),
    THEN(CLIENT, "in 8", "11=A3|150=0"),
    TELL(CLIENT, "replace A4 A3 30000000 4.125"),
    SEE(HUB, "in DF", "2320=2|2321=0|2319=$T3|2324=27120.00"),
    THEN(HUB, "out DG", "2319=$T3|2320=2|2325=0|2327=27120.00"),
    THEN(VENUE, "in G", "11=A4|41=A3|38=30000000"),
    THEN(CLIENT, "in 8", "11=A4|41=A3|150=5|38=30000000"),

    SCENE("A replace upward without credit: refused, the original lives on"),
    TELL(CLIENT, "replace A5 A4 100000000 4.125"),
    SEE(CLIENT, "in 9", "11=A5|41=A4|434=2|58~CG101 LIMIT_EXCEEDED"),
    NONE(VENUE, "in G", ""),
    TELL(VENUE, "fill A4 10000000 4.125"),
    SEE(CLIENT, "in 8", "11=A4|150=F|39=1|14=10000000|151=20000000"),
    SEE(HUB, "in DF", "2319=$T3|2321=1|2324=9040.00"),
    SEE(HUB, "out DG", "2319=$T3|2321=1|2325=0"),

    SCENE("A cancel gives the rest back, once the venue has confirmed it"),
    TELL(CLIENT, "cancel A6 A4"),
    SEE(VENUE, "in F", "11=A6|41=A4"),
    THEN(CLIENT, "in 8", "11=A6|41=A4|150=4|39=4"),
    SEE(HUB, "in DF", "2320=1|2319=$T3"),
    THEN(HUB, "out DG", "2319=$T3|2325=4"),

    SCENE("A warning level is crossed: one News, and only one"),
    TELL(CLIENT, "order B1 USD-SOFR-10Y buy 25000000 4.125 ACME"),
    SEE(VENUE, "in D", "11=B1|7350=$TB1"),
    SEE(CLIENT, "in 8", "11=B1|150=0"),
    SEE(CLIENT, "in B", ""),
    TELL(CLIENT, "order B2 USD-SOFR-10Y buy 5000000 4.12 ACME"),
    SEE(VENUE, "in D", "11=B2|7350=$TB2"),
    SEE(CLIENT, "in 8", "11=B2|150=0"),
    NONE(CLIENT, "in B", ""),

    SCENE("The hub falls silent: after a second the pushed limit decides"),
    TELL(HUB, "silent"),
    TELL(CLIENT, "order C1 USD-SOFR-10Y buy 4000000 4.125 ACME"),
    SEE(HUB, "in DF", "2320=0|2321=0|2324=3616.00|2319=$TC"),
    THEN(VENUE, "in D", "11=C1"),
    SEE(CLIENT, "in 8", "11=C1|150=0"),
    NONE(HUB, "out DG", ""),
    SAY("the hub speaks again: its late grant is of no use any more"),
    TELL(HUB, "speak"),
    SEE(HUB, "out DG", "2319=$TC|2320=0|2325=0"),
    SEE(HUB, "in DF", "2319=$TC|2320=1"),
    SEE(HUB, "out DG", "2319=$TC|2320=1|2325=4"),
    TELL(CLIENT, "cancel C2 C1"),
    SEE(VENUE, "in F", "11=C2|41=C1"),
    SEE(CLIENT, "in 8", "11=C2|41=C1|150=4"),

    SCENE("The hub lowers the limit below use: the newest order is pulled"),
    TELL(HUB, "limit ACME-USD 80000.00"),
    SEE(HUB, "out CR", "1324=M|1531=80000.00|1670=ACME-USD"),
    THEN(VENUE, "in F", "41=B2"),
    THEN(CLIENT, "in 8", "11=B2|150=4|39=4|58~CG306"),
    SEE(HUB, "in DF", "2320=1|2319=$TB2"),
    SEE(HUB, "out DG", "2319=$TB2|2325=4"),
    SEE(CLIENT, "in B", ""),
    NONE(VENUE, "in F", "41=B1"),

    SCENE("A halt: new risk is refused, a cancel still passes"),
    TELL(VENUE, "hold"),
    TELL(HUB, "halt ACME"),
    SEE(HUB, "in DI", "2329=1|2332=0"),
    SEE(VENUE, "in F", "41=B1"),
    TELL(CLIENT, "order D1 USD-SOFR-10Y buy 5000000 4.125 ACME"),
    SEE(CLIENT, "in 8", "11=D1|150=8|58~CG202"),
    NONE(VENUE, "in D", ""),
    TELL(CLIENT, "cancel B9 B1"),
    SEE(VENUE, "in F", "11=B9|41=B1"),
    TELL(VENUE, "release"),
    SEE(CLIENT, "in 8", "150=4|39=4|151=0"),
    SEE(CLIENT, "in 9", "11=B9|41=B1|434=1"),
    SEE(HUB, "in DI", "2329=1|2332=1"),
    SEE(HUB, "in DF", "2320=1|2319=$TB1"),
    SEE(HUB, "out DG", "2319=$TB1|2325=4"),
    SAY("reinstated, the account trades again"),
    TELL(HUB, "reinstate ACME"),
    SEE(HUB, "in DI", "2329=2|2332=1"),
    TELL(CLIENT, "order E1 USD-SOFR-10Y buy 5000000 4.125 ACME"),
    SEE(HUB, "in DF", "2320=0|2324=4520.00|2319=$TE"),
    THEN(VENUE, "in D", "11=E1|7350=$TE"),
    SEE(CLIENT, "in 8", "11=E1|150=0"),
    TELL(VENUE, "fill E1 5000000 4.125"),
    SEE(CLIENT, "in 8", "11=E1|150=F|39=2"),
    SEE(HUB, "in DF", "2319=$TE|2321=1|2324=4520.00"),
    SEE(HUB, "out DG", "2319=$TE|2321=1|2325=0"),

    SCENE("A DV01 from a curve; new par rates come while the gate runs"),
    SAY("a million of USOSFR10 is 837.6147 by the curve of rates.csv"),
    TELL(CLIENT, "order F1 USOSFR10 buy 10000000 3.703 ACME"),
    SEE(HUB, "in DF", "2320=0|2324=8376.147|2319=$TF1"),
    THEN(VENUE, "in D", "11=F1|7350=$TF1"),
    SEE(CLIENT, "in 8", "11=F1|150=0"),
    SAY("all rates rise by 50 basis points: now it is 816.5524"),
    WRITE("rates.csv", higher_rates),
    SEE(GATE, "gate", "takes par rates 2"),
    TELL(CLIENT, "order F2 USOSFR10 buy 10000000 4.203 ACME"),
    SEE(HUB, "in DF", "2320=0|2324=8165.524|2319=$TF2"),
    THEN(VENUE, "in D", "11=F2|7350=$TF2"),
    SEE(CLIENT, "in 8", "11=F2|150=0"),
    SAY("the order that was there keeps its charge"),
    TELL(VENUE, "fill F1 10000000 3.703"),
    SEE(CLIENT, "in 8", "11=F1|150=F|39=2"),
    SEE(HUB, "in DF", "2319=$TF1|2321=1|2324=8376.147"),
    SEE(HUB, "out DG", "2319=$TF1|2321=1|2325=0"),
    TELL(VENUE, "fill F2 10000000 4.203"),
    SEE(CLIENT, "in 8", "11=F2|150=F|39=2"),
    SEE(HUB, "in DF", "2319=$TF2|2321=1|2324=8165.524"),
    SEE(HUB, "out DG", "2319=$TF2|2321=1|2325=0"),

    {.act = STORY_SCENE,
     .what = "end",
     .text = "All end; the hub's books and the gate's must agree"},
    END(CLIENT),
    END(GATE),
    TELL(HUB, "books"),
    SEE(HUB, "books", "end"),
    RUN("show --journal $DIR/gate.journal", 0, "proved: every total"),
    CHECK(demo_compare),
    END(HUB),
    END(VENUE),
};

const size_t demo_story_len = sizeof(demo_story) / sizeof(demo_story[0]);
