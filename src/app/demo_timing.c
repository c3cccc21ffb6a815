/*
 * How long an order takes to its acknowledgement: a session straight to the
 * venue, and through a gate, in the same processes on the same machine.
 *
 * The numbers are shown and never judged: other programs share the machine.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "demo_story.h"
#include "sim_fields.h"
#include "story_table.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where a journal costs no disk: made for the play, removed after it. */
static char memory[] = "/dev/shm/creditgate-demo-XXXXXX";
static bool has_memory;

static const char venue_settings[] = "[DEFAULT]\n"
                                     "ConnectionType=acceptor\n"
                                     "SocketAcceptPort=0\n"
                                     "BeginString=FIX.4.4\n"
                                     "SenderCompID=VENUE\n"
                                     "[SESSION]\n"
                                     "TargetCompID=GATE\n"
                                     "[SESSION]\n"
                                     "TargetCompID=DIRECT\n";

static const char gate_settings[] = "[GATE]\n"
                                    "Name=$NAME\n"
                                    "Journal=$JOURNALS/gate.journal\n"
                                    "Instruments=instruments.csv\n"
                                    "TradingDayEnd=never\n"
                                    "[DEFAULT]\n"
                                    "SenderCompID=GATE\n"
                                    "ResetOnLogon=Y\n"
                                    "[SESSION]\n"
                                    "Role=client\n"
                                    "BeginString=FIX.4.4\n"
                                    "TargetCompID=CLIENT\n"
                                    "ConnectionType=acceptor\n"
                                    "SocketAcceptPort=$GATE_PORT\n"
                                    "Accounts=PUSHED,PINGED\n"
                                    "[SESSION]\n"
                                    "Role=venue\n"
                                    "BeginString=FIX.4.4\n"
                                    "TargetCompID=VENUE\n"
                                    "ConnectionType=initiator\n"
                                    "SocketConnectHost=127.0.0.1\n"
                                    "SocketConnectPort=$VENUE_PORT\n"
                                    "[SESSION]\n"
                                    "Name=hub\n"
                                    "Role=hub\n"
                                    "BeginString=FIXT.1.1\n"
                                    "TargetCompID=HUB\n"
                                    "ConnectionType=initiator\n"
                                    "SocketConnectHost=127.0.0.1\n"
                                    "SocketConnectPort=$HUB_PORT\n"
                                    "[ACCOUNT]\n"
                                    "Account=PUSHED\n"
                                    "ClearingFirm=FCM1\n"
                                    "Hub=hub\n"
                                    "[ACCOUNT]\n"
                                    "Account=PINGED\n"
                                    "ClearingFirm=FCM1\n"
                                    "Hub=hub\n"
                                    "[LIMIT]\n"
                                    "RiskLimitID=PUSHED-USD\n"
                                    "Account=PUSHED\n"
                                    "Currency=USD\n"
                                    "Amount=1000000\n"
                                    "Model=push\n"
                                    "[LIMIT]\n"
                                    "RiskLimitID=PINGED-USD\n"
                                    "Account=PINGED\n"
                                    "Hub=hub\n"
                                    "Currency=USD\n"
                                    "Model=ping\n";

static const char instruments[] = "instrument,currency,dv01_per_million\n"
                                  "USD-SOFR-10Y,USD,904.00\n";

/* The number behind |name| in the variable |from|, or "?".  The line is
 * "300 median_us=40 p99_us=90". */
static struct cg_slice
number(const struct story_stage *stage, const char *from, const char *name)
{
    const char *text = story_variable(stage, from);
    const char *found = text != NULL ? strstr(text, name) : NULL;
    return found != NULL
               ? (struct cg_slice){found + strlen(name),
                                   strspn(found + strlen(name), "0123456789")}
               : CG_SLICE("?");
}

static const char *use_memory(struct story_stage *stage)
{
    story_set_text(stage, "NAME", "GATEM"); /* tokens of its own */
    story_set_text(stage, "JOURNALS",
                   has_memory ? memory : story_variable(stage, "DIR"));
    return NULL;
}

static const char *use_disk(struct story_stage *stage)
{
    story_set_text(stage, "NAME", "GATED");
    story_set_text(stage, "JOURNALS", story_variable(stage, "DIR"));
    return NULL;
}

static const char *print_table(struct story_stage *stage)
{
    static const struct {
        const char *variable;
        const char *what;
        bool memory;
    } rows[] = {
        {"DIRECT", "client - venue, no gate", false},
        {"PUSHED", "through the gate, pushed limit", true},
        {"PINGED", "through the gate, hub asked", true},
        {"PUSHED_SYNCED", "pushed limit, synced to the disk", false},
        {"PINGED_SYNCED", "hub asked, synced to the disk", false},
    };
    puts("An order to its acknowledgement, over loopback, one after the "
         "other:\n");
    printf("  %-36s %6s %9s %9s\n", "", "orders", "median us", "p99 us");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cg_slice count = number(stage, rows[i].variable, "");
        struct cg_slice median = number(stage, rows[i].variable, "median_us=");
        struct cg_slice p99 = number(stage, rows[i].variable, "p99_us=");
        if (!rows[i].memory || has_memory) {
            printf("  %-36s %6.*s %9.*s %9.*s\n", rows[i].what, (int)count.len,
                   count.data, (int)median.len, median.data, (int)p99.len,
                   p99.data);
        }
    }
    puts(
        "\nThe gate sends nothing before its journal has it.  The first rows "
        "have the\njournal in memory; in the last two, the disk's sync is most "
        "of the time.\n");
    return NULL;
}

/* A few to warm up, then the orders that count. */
#define MEASURE(who, count, account, variable)                                 \
    TELL(who, "measure 20 USD-SOFR-10Y buy 1000 4.125 " account),              \
        SEE(who, "measured", "20 "),                                           \
        TELL(who, "measure " count " USD-SOFR-10Y buy 1000 4.125 " account),   \
    {                                                                          \
        .act = STORY_SEE, .actor = STORY_##who, .what = "measured",            \
        .text = variable, .timeout_ms = 30000                                  \
    }

/* A new journal counts its asks from 1 again, so that its hub is a new one. */
#define START_HUB(port)                                                        \
    START(HUB, "hubsim --quiet --listen " port                                 \
               " --limit PINGED-USD,FCM1,PINGED,USD,1000000.00,gross")

#define START_GATE                                                             \
    WRITE("gate.cfg", gate_settings),                                          \
        START(GATE, "run --log-level notice --config $DIR/gate.cfg"),          \
        SEE(GATE, "FIXT.1.1:GATE->HUB", "logged on"),                          \
        SEE(GATE, "FIX.4.4:GATE->VENUE", "logged on"),                         \
        START(CLIENT, "clientsim --quiet --reset --connect $GATE_PORT"),       \
        SEE(CLIENT, "logon", "")

static const struct story_step steps[] = {
    WRITE("venue.cfg", venue_settings),
    WRITE("instruments.csv", instruments),
    START_HUB("0"),
    SEE(HUB, "listen", "$HUB_PORT"),
    START(VENUE, "venuesim --quiet --settings $DIR/venue.cfg"),
    SEE(VENUE, "listen", "$VENUE_PORT"),
    START(CLIENT2,
          "clientsim --quiet --connect $VENUE_PORT --sender DIRECT "
          "--target VENUE"),
    SEE(CLIENT2, "logon", ""),
    MEASURE(CLIENT2, "300", "PUSHED", "$DIRECT"),
    END(CLIENT2),
    CHECK(use_memory),
    START_GATE,
    MEASURE(CLIENT, "300", "PUSHED", "$PUSHED"),
    MEASURE(CLIENT, "300", "PINGED", "$PINGED"),
    END(CLIENT),
    END(GATE),
    END(HUB),
    CHECK(use_disk),
    START_HUB("$HUB_PORT"),
    SEE(HUB, "listen", ""),
    START_GATE,
    MEASURE(CLIENT, "40", "PUSHED", "$PUSHED_SYNCED"),
    MEASURE(CLIENT, "40", "PINGED", "$PINGED_SYNCED"),
    END(CLIENT),
    END(GATE),
    CHECK(print_table),
    END(HUB),
    END(VENUE),
};

/* With all that the gate has left there; returns status. */
static int remove_memory(void)
{
    DIR *files = opendir(memory);
    struct dirent *file;
    while (files != NULL && (file = readdir(files)) != NULL) {
        (void)unlinkat(dirfd(files), file->d_name, 0);
    }
    if (files != NULL) {
        closedir(files);
    }
    if (rmdir(memory) == 0) {
        return 0;
    }
    fprintf(stderr, "creditgate demo: %s cannot be removed: %s\n", memory,
            strerror(errno));
    return 1;
}

int demo_timing_play(const struct story_options *options)
{
    has_memory = mkdtemp(memory) != NULL;
    int status = story_play(steps, sizeof(steps) / sizeof(steps[0]), options);
    if (has_memory && remove_memory() != 0) {
        return 1;
    }
    return status;
}
