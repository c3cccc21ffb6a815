/*
 * A small configuration for tests that spoil a part of it, and what reading it
 * told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TEST_SMALL_CONFIG_H
#define CG_TEST_SMALL_CONFIG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <configuration.h>
#include <stdio.h>
#include <string.h>

/* One client, one venue, one account with one limit that covers all. */
#define CONFIG_TEXT "[GATE]\n" CONFIG_REST
#define CONFIG_REST                                                            \
    "Journal=gate.journal\nInstruments=instruments.csv\n"                      \
    "[DEFAULT]\nSenderCompID=GATE\nBeginString=FIX.4.4\n"                      \
    "ConnectionType=acceptor\nSocketAcceptPort=0\n"                            \
    "[SESSION]\nRole=client\nTargetCompID=CLIENT\nAccounts=ACME\n"             \
    "[SESSION]\nRole=venue\nTargetCompID=VENUE\n"                              \
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\n"                             \
    "[LIMIT]\nRiskLimitID=L1\nAccount=ACME\n"                                  \
    "Currency=USD\nModel=push\nAmount=1000\n"
#define CONFIG_LINES 24

#define CONFIG_TABLE "instrument,currency,dv01_per_million\nUSSW10,USD,904\n"

struct config_told {
    size_t count;
    char file[128]; /* of the first mistake */
    int line;
    char wrong[256];
    char remedy[256];
};

static inline void config_tell(void *user,
                               const char *file,
                               int line,
                               const char *wrong,
                               const char *remedy)
{
    struct config_told *told = user;

    if (told->count++ == 0) {
        told->line = line;
        (void)snprintf(told->file, sizeof(told->file), "%s", file);
        (void)snprintf(told->wrong, sizeof(told->wrong), "%s", wrong);
        (void)snprintf(told->remedy, sizeof(told->remedy), "%s", remedy);
    } else {
        print_message("and %s:%d: %s; %s\n", file, line, wrong, remedy);
    }
}

/* What is read must be good. */
static inline void config_good(const struct cg_config_memory *memory,
                               struct cg_config *config)
{
    struct config_told told = {0};

    if (cg_config_read_memory(memory, config_tell, &told, config) != 0) {
        fail_msg("%s:%d: %s; %s", told.file, told.line, told.wrong,
                 told.remedy);
    }
}

/* What is read must have one mistake, and this one. */
static inline void config_bad(const struct cg_config_memory *memory,
                              const char *file,
                              int line,
                              const char *wrong,
                              const char *remedy)
{
    struct cg_config config;
    struct config_told told = {0};

    assert_int_equal(cg_config_read_memory(memory, config_tell, &told, &config),
                     CG_ERR_CONFIG);
    if (told.count != 1 || strcmp(told.file, file) != 0 || told.line != line ||
        strstr(told.wrong, wrong) == NULL ||
        strstr(told.remedy, remedy) == NULL) {
        fail_msg("told %zu, %s:%d: %s; %s\nexpected %s:%d: %s; %s", told.count,
                 told.file, told.line, told.wrong, told.remedy, file, line,
                 wrong, remedy);
    }
}

#endif
