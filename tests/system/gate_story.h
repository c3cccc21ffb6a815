/*
 * The pieces that stories about a running gate begin with: settings, processes.
 *
 * A million of USD-SOFR-10Y has a DV01 of 904.00.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GATE_STORY_H
#define GATE_STORY_H

#include "story_test.h"

#define GATE_SECTION                                                           \
    "[GATE]\nName=GATE\nJournal=gate.journal\n"                                \
    "Instruments=instruments.csv\nTradingDayEnd=never\n"

#define DEFAULT_SECTION "[DEFAULT]\nSenderCompID=GATE\n"

#define CLIENT_SECTION(name, version, accounts)                                \
    "[SESSION]\nRole=client\nTargetCompID=" name "\nBeginString=" version      \
    "\nConnectionType=acceptor\nSocketAcceptPort=$GATE_PORT\n"                 \
    "Accounts=" accounts "\n"

#define VENUE_SECTION(version)                                                 \
    "[SESSION]\nRole=venue\nTargetCompID=VENUE\nBeginString=" version          \
    "\nConnectionType=initiator\nSocketConnectHost=127.0.0.1\n"                \
    "SocketConnectPort=$VENUE_PORT\n"

#define HUB_SECTION                                                            \
    "[SESSION]\nRole=hub\nName=hub\nTargetCompID=HUB\nBeginString=FIXT.1.1\n"  \
    "ConnectionType=initiator\nSocketConnectHost=127.0.0.1\n"                  \
    "SocketConnectPort=$HUB_PORT\n"

#define ACCOUNT_SECTION(name)                                                  \
    "[ACCOUNT]\nAccount=" name "\nClearingFirm=FCM1\nHub=hub\n"

/* A limit of the hub's, without an amount of its own. */
#define LIMIT_SECTION(id, account, model)                                      \
    "[LIMIT]\nRiskLimitID=" id "\nAccount=" account                            \
    "\nHub=hub\nOwner=FCM1\nCurrency=USD\nModel=" model "\n"

/* One client of 4.4 for account ACME, one limit ACME-USD. */
#define SETTINGS(model)                                                        \
    GATE_SECTION DEFAULT_SECTION CLIENT_SECTION("CLIENT", "FIX.4.4", "ACME")   \
        VENUE_SECTION("FIX.4.4") HUB_SECTION ACCOUNT_SECTION("ACME")           \
            LIMIT_SECTION("ACME-USD", "ACME", model)

#define INSTRUMENTS                                                            \
    WRITE("instruments.csv", "instrument,currency,dv01_per_million\n"          \
                             "USD-SOFR-10Y,USD,904.00\n")

#define START_HUB                                                              \
    START(HUB, "hubsim --listen 0 --limit "                                    \
               "ACME-USD,FCM1,ACME,USD,100000.00,gross" DICTIONARIES),         \
        SEE(HUB, "listen", "$HUB_PORT")
#define START_VENUE(version)                                                   \
    START(VENUE, "venuesim --listen 0 --token-tag 7350 --version " version     \
                     DICTIONARIES),                                            \
        SEE(VENUE, "listen", "$VENUE_PORT")
#define START_GATE START(GATE, "run --config $DIR/gate.cfg")

/* The gate knows: the venue's own line comes a little earlier. */
#define VENUE_IS_UP(begin) SEE(GATE, begin ":GATE->VENUE", "logged on")

/* Gate, hub, venue and client, all logged on. */
#define START_ALL(settings)                                                    \
    START_HUB, START_VENUE("FIX.4.4"), WRITE("gate.cfg", settings),            \
        INSTRUMENTS, START_GATE, SEE(HUB, "in DE", "2316=0"),                  \
        VENUE_IS_UP("FIX.4.4"),                                                \
        START(CLIENT, "clientsim --connect $GATE_PORT" DICTIONARIES),          \
        SEE(CLIENT, "logon", "")

/* All end; hub and gate must agree on every limit and token. */
#define END_ALL_AGREED                                                         \
    CHECK(story_test_no_rejects), END(CLIENT), END(GATE), TELL(HUB, "books"),  \
        SEE(HUB, "books", "end"),                                              \
        RUN("show --journal $DIR/gate.journal", 0, "proved: every total"),     \
        CHECK(demo_compare), END(HUB), END(VENUE)

/* The line is cut and stays down until "logon". */
#define CUT(who) TELL(who, "drop"), TELL(who, "logout")

#define BUY(id, qty)                                                           \
    TELL(CLIENT, "order " id " USD-SOFR-10Y buy " qty " 4.125 ACME")

#endif
