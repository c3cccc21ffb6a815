/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "desk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct desk_place desk_places[DESK_SESSIONS] = {
    [DESK_CLIENT42] = {"client42", "CLIENT42", DESK_FIX42, DESK_VENUE42},
    [DESK_CLIENT44] = {"client44", "CLIENT44", DESK_FIX44, DESK_VENUE44},
    [DESK_CLIENT44B] = {"client44b", "CLIENT44B", DESK_FIX44, DESK_VENUE44},
    [DESK_CLIENT50] = {"client50", "CLIENT50", DESK_FIX50SP2, DESK_VENUE50},
    [DESK_VENUE42] = {"venue42", "VENUE42", DESK_FIX42, -1},
    [DESK_VENUE44] = {"venue44", "VENUE44", DESK_FIX44, -1},
    [DESK_VENUE50] = {"venue50", "VENUE50", DESK_FIX50SP2, -1},
    [DESK_HUB] = {"hub", "HUB", DESK_FIX50SP2, -1},
};

const struct desk_owner desk_owners[DESK_ACCOUNTS] = {
    [DESK_PING] = {"PING", "FCM1"},       [DESK_PUSH] = {"PUSH", "FCM1"},
    [DESK_BOTH] = {"BOTH", "FCM1"},       [DESK_NET] = {"NET", "FCM2"},
    [DESK_NETPING] = {"NETPING", "FCM2"},
};

const struct desk_symbol desk_symbols[DESK_SYMBOLS] = {
    {"USD10Y", "904.00", 9040000},
    {"USD5Y", "461.7333", 4617333},
};

#define USD(amount) ((int64_t)(amount)*10000)

const struct desk_limit desk_limits[DESK_LIMITS] = {
    [DESK_PING_USD] = {"PING-USD", DESK_PING, NULL, DESK_MODEL_PING, false,
                       true, false, USD(100000)},
    [DESK_PING_OWN] = {"PING-OWN", DESK_PING, NULL, DESK_MODEL_PUSH, false,
                       false, false, USD(150000)},
    [DESK_PUSH_USD] = {"PUSH-USD", DESK_PUSH, NULL, DESK_MODEL_PUSH, false,
                       true, false, USD(100000)},
    [DESK_PUSH_CLIP] = {"PUSH-CLIP", DESK_PUSH, NULL, DESK_MODEL_PUSH, false,
                        false, true, USD(24000)},
    [DESK_BOTH_USD] = {"BOTH-USD", DESK_BOTH, NULL, DESK_MODEL_BOTH, false,
                       true, false, USD(100000)},
    [DESK_NET_USD] = {"NET-USD", DESK_NET, NULL, DESK_MODEL_PUSH, true, true,
                      false, USD(60000)},
    [DESK_NETPING_USD] = {"NETPING-USD", DESK_NETPING, NULL, DESK_MODEL_PING,
                          true, true, false, USD(80000)},
    [DESK_FIRM_USD] = {"FIRM-USD", -1, "FCM2", DESK_MODEL_PUSH, false, false,
                       false, USD(250000)},
};

bool desk_covers(size_t limit, size_t account)
{
    const struct desk_limit *it = &desk_limits[limit];
    return it->account >= 0 ? (size_t)it->account == account
                            : strcmp(it->firm, desk_owners[account].firm) == 0;
}

int64_t desk_charge(size_t symbol, int64_t qty)
{
    __extension__ typedef __int128 wide;
    wide product = (wide)qty * desk_symbols[symbol].rate;
    return (int64_t)((product + 999999) / 1000000);
}

const char *desk_table(void)
{
    static char text[256];
    size_t len = 0;
    len += (size_t)snprintf(text, sizeof(text),
                            "instrument,currency,dv01_per_million\n");
    for (int i = 0; i < DESK_SYMBOLS; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s,USD,%s\n",
                                desk_symbols[i].name, desk_symbols[i].dv01);
    }
    return text;
}

struct text {
    char *at;
    size_t len;
    size_t room;
};

__attribute__((format(printf, 2, 3))) static void
put(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text->at + text->len, text->room - text->len, format,
                        arguments);
    va_end(arguments);
    text->len += len > 0 ? (size_t)len : 0;
    text->len = text->len < text->room ? text->len : text->room - 1;
}

static void put_session(struct text *text, int session)
{
    static const char *const versions[] = {"FIX.4.2", "FIX.4.4", "FIXT.1.1"};
    const struct desk_place *place = &desk_places[session];
    put(text, "[SESSION]\nName=%s\nBeginString=%s\nTargetCompID=%s\n",
        place->name, versions[place->version], place->comp_id);
    if (place->venue >= 0) {
        put(text,
            "Role=client\nVenue=%s\nAccounts=", desk_places[place->venue].name);
        for (int i = 0; i < DESK_ACCOUNTS; i++) {
            put(text, "%s,", desk_owners[i].account);
        }
        put(text, "BARE\n\n"); /* no limit covers it (R11) */
    } else if (session == DESK_HUB) {
        put(text,
            "Role=hub\nExpiryMarginMs=%d\nRepeatMs=2000\n"
            "TokenLifeMs=3600000\n\n",
            DESK_MARGIN_MS);
    } else {
        put(text, "Role=venue\nTokenTag=7350\n\n");
    }
}

static void put_amount(struct text *text, int64_t amount)
{
    put(text, "Amount=%lld.%04lld\n", (long long)(amount / 10000),
        (long long)(amount % 10000));
}

static void put_limit(struct text *text, size_t at, bool queue)
{
    static const char *const models[] = {"ping", "push", "ping-with-push"};
    const struct desk_limit *it = &desk_limits[at];
    put(text, "[LIMIT]\nRiskLimitID=%s\nCurrency=USD\n", it->id);
    if (it->account >= 0) {
        put(text, "Account=%s\n", desk_owners[it->account].account);
    } else {
        put(text, "ClearingFirm=%s\n", it->firm);
    }
    if (it->hub) {
        put(text, "Hub=hub\nOwner=%s\n",
            it->account >= 0 ? desk_owners[it->account].firm : it->firm);
    }
    put_amount(text, it->amount);
    if (it->clip) {
        put(text, "Kind=clip\n\n");
        return;
    }
    put(text, "Measure=%s\nModel=%s\n", it->net ? "net" : "gross",
        models[it->model]);
    if (it->model == DESK_MODEL_BOTH) {
        put(text, "FallbackMaxAgeMs=%d\n", DESK_FALLBACK_MS);
    }
    if (queue && at == DESK_NET_USD) {
        put(text, "Queue=Y\n");
    }
    put(text, "\n");
}

void desk_configure(bool queue, const char *folder, char *buf, size_t room)
{
    struct text text = {buf, 0, room};
    put(&text, "[GATE]\nName=GATE\n");
    if (folder != NULL) {
        put(&text, "Journal=unused.db\nInstruments=%s/instruments.csv\n",
            folder);
    }
    put(&text,
        "TradingDayEnd=never\nSoftDeadlineMs=%d\nHardDeadlineMs=%d\n"
        "PullTimeMs=%d\nStaleResendMs=5000\nMaxOrders=128\nMaxRequests="
        "2048\nMaxLimits=16\n"
        "MaxScopes=16\nMaxWaiting=8\nMaxLegs=0\nMaxInstruments=8\n"
        "MaxReports=1024\nMaxMessageBytes=16384\n\n"
        "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
        "SocketAcceptPort=0\n\n",
        DESK_SOFT_MS, DESK_HARD_MS, DESK_PULL_MS);
    for (int i = 0; i < DESK_SESSIONS; i++) {
        put_session(&text, i);
    }
    for (int i = 0; i < DESK_ACCOUNTS; i++) {
        put(&text, "[ACCOUNT]\nAccount=%s\nClearingFirm=%s\nHub=hub\n\n",
            desk_owners[i].account, desk_owners[i].firm);
    }
    put(&text, "[ACCOUNT]\nAccount=BARE\nClearingFirm=FCM1\nHub=hub\n\n");
    for (size_t i = 0; i < DESK_LIMITS; i++) {
        put_limit(&text, i, queue);
    }
}
