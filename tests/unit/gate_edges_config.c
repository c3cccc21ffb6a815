/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_edges_config.h"

#include <stdio.h>

static const char sections[] =
    "MaxRequests=200\nMaxLimits=16\nMaxWaiting=4\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\n"
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=CLIENT\nVenue=venue\n"
    "Accounts=DUO,PUSH,MIX,TWO,TIMED,FIRM1\n"
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
    "TargetCompID=VENUE\n"
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\nTargetCompID=HUB\n"
    "ExpiryMarginMs=5000\n"
    "[SESSION]\nName=hub2\nRole=hub\nBeginString=FIXT.1.1\n"
    "TargetCompID=HUB2\n"
    "[SESSION]\nName=b\nRole=client\nBeginString=FIX.4.4\nTargetCompID=B\n"
    "Venue=venue\nAccounts=FIRM2\n"
    "[SESSION]\nName=c\nRole=client\nBeginString=FIX.4.4\nTargetCompID=C\n"
    "Venue=venue\nAccounts=ALONE\n"
    "[ACCOUNT]\nAccount=DUO\nClearingFirm=F1\nHub=hub\n"
    "[ACCOUNT]\nAccount=PUSH\nClearingFirm=F2\n"
    "[ACCOUNT]\nAccount=MIX\nClearingFirm=F3\nHub=hub\n"
    "[ACCOUNT]\nAccount=TWO\nClearingFirm=F4\nHub=hub\n"
    "[ACCOUNT]\nAccount=TIMED\nClearingFirm=F5\nHub=hub\n"
    "[ACCOUNT]\nAccount=FIRM1\nClearingFirm=FIRM\n"
    "[ACCOUNT]\nAccount=FIRM2\nClearingFirm=FIRM\n"
    "[ACCOUNT]\nAccount=ALONE\nClearingFirm=F6\n"
    "[LIMIT]\nRiskLimitID=DUO-A\nAccount=DUO\nHub=hub\nCurrency=USD\n"
    "Model=ping\n"
    "[LIMIT]\nRiskLimitID=DUO-B\nAccount=DUO\nHub=hub\nCurrency=USD\n"
    "Model=ping\n"
    "[LIMIT]\nRiskLimitID=PUSH-USD\nAccount=PUSH\nCurrency=USD\n"
    "Model=push\nAmount=100000\n"
    "[LIMIT]\nRiskLimitID=MIX-PUSH\nAccount=MIX\nCurrency=USD\n"
    "Model=push\nAmount=100000\n"
    "[LIMIT]\nRiskLimitID=MIX-PING\nAccount=MIX\nHub=hub\nCurrency=USD\n"
    "Model=ping\n"
    "[LIMIT]\nRiskLimitID=TWO-1\nAccount=TWO\nHub=hub\nCurrency=USD\n"
    "Model=ping-with-push\nAmount=100000\n"
    "[LIMIT]\nRiskLimitID=TWO-2\nAccount=TWO\nHub=hub2\nCurrency=USD\n"
    "Model=ping\n"
    "[LIMIT]\nRiskLimitID=TIMED-USD\nAccount=TIMED\nHub=hub\nCurrency=USD\n"
    "Model=ping-with-push\nAmount=100000\nWarnings=40\n"
    "FallbackMaxAgeMs=10000\n"
    "[LIMIT]\nRiskLimitID=FIRM-USD\nClearingFirm=FIRM\nCurrency=USD\n"
    "Model=push\nAmount=100000\n"
    "[LIMIT]\nRiskLimitID=ALONE-USD\nAccount=ALONE\nCurrency=USD\n"
    "Model=push\nAmount=100000\n";

static const char *text_of(int orders)
{
    static char text[sizeof(sections) + 128];
    snprintf(text, sizeof(text),
             "[GATE]\nName=GATE\nJournal=unused.db\n"
             "Instruments=instruments.csv\nMaxOrders=%d\n%s",
             orders, sections);
    return text;
}

void edges_open(struct harness *harness, int orders)
{
    harness_open_config(harness, text_of(orders));
}

void edges_reopen(struct harness *harness, int orders)
{
    harness_reopen_config(harness, text_of(orders));
    harness_links_up(harness);
}
