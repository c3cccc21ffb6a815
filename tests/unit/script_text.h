/*
 * A small desk in a text: a client, a venue and a hub; sessions are written as
 * what follows it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_SCRIPT_TEXT_H
#define CG_TESTS_SCRIPT_TEXT_H

/* 41 lines; 10 million of X cost 9,040.00. */
#define SCRIPT_DESK                                                            \
    "[GATE]\nMaxOrders=16\nMaxRequests=64\nMaxLimits=8\nMaxWaiting=4\n"        \
    "MaxReports=64\nTradingDayEnd=never\n"                                     \
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"                  \
    "SocketAcceptPort=0\n"                                                     \
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"               \
    "TargetCompID=C\nAccounts=ACME\n"                                          \
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"                 \
    "TargetCompID=V\n"                                                         \
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\nTargetCompID=H\n"    \
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=F\nHub=hub\n"                       \
    "[LIMIT]\nRiskLimitID=L\nAccount=ACME\nHub=hub\nCurrency=USD\n"            \
    "Model=ping-with-push\nAmount=100000\nFallbackMaxAgeMs=60000\n"            \
    "instrument X,USD,904\n"                                                   \
    "default client > D 1=ACME 55=X 54=1 40=2 44=4 60=@\n"

/* Everybody logs on; the limit is pushed. */
#define SCRIPT_UP "client up\nvenue up\nhub up\nhub < CL ...\n"

/* An order that is granted, at the venue. */
#define SCRIPT_ORDER                                                           \
    "client > D 11=A1 38=10000000\n"                                           \
    "hub < DF 2318=$R 2319=$T 2320=0 2321=0 2324=9040.00 ...\n"                \
    "hub > DG 2318=$R 2319=$T 2320=0 2321=0 2324=9040.00 2327=9040.00 "        \
    "2325=0\n"                                                                 \
    "venue < D same 7350=$T\n"

#endif
