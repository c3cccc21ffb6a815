/*
 * Configurations and tables: whatever they say, each mistake is told with its
 * line and a remedy, and what has none can be used.
 *
 * The input is a byte, which text comes first, and texts, each up to a NUL:
 * the configuration, instruments, conventions, holidays, par rates; or one
 * profile of a counterparty.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"
#include "profile.h"
#include "sizes.h"

#include <calendar_read.h>
#include <configuration.h>
#include <convention.h>
#include <creditgate/gate.h>
#include <par_rates.h>
#include <stdio.h>
#include <stdlib.h>

enum kind {
    KIND_CONFIG,
    KIND_CONVENTIONS,
    KIND_HOLIDAYS,
    KIND_PAR_RATES,
    KIND_PROFILE,
    KINDS,
};

enum { SMALL = 16 };

struct told {
    size_t count;
    int lines; /* of the longest text */
};

static void
check_mistake(struct told *told, int line, const char *wrong, const char *to)
{
    told->count++;
    if (line < 0 || line > told->lines + 1 || wrong[0] == '\0' ||
        to[0] == '\0') {
        fuzz_fail("a mistake in line %d of %d says nothing: %s; %s", line,
                  told->lines, wrong, to);
    }
}

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *wrong,
                    const char *remedy)
{
    if (file == NULL) {
        fuzz_fail("a mistake of no file: %s", wrong);
    }
    check_mistake(user, line, wrong, remedy);
}

static int lines_of(struct cg_slice text)
{
    int lines = 1;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.data[i] == '\n' ? 1 : 0;
    }
    return lines;
}

/* --- a configuration
 * ---------------------------------------------------------- */

static void look_at(const struct cg_config *config)
{
    struct cg_config_session_view session;
    struct cg_config_instrument_view instrument;
    struct cg_config_convention_view convention;
    struct cg_config_host host;
    struct cg_config_counts counts;
    cg_config_host(config, &host);
    cg_config_counts(config, &counts);
    for (size_t i = 0; i < counts.sessions; i++) {
        if (!cg_config_session(config, (cg_session)i, &session) ||
            cg_config_find(config, session.begin_string, session.peer_comp_id,
                           session.our_comp_id) != (cg_session)i) {
            fuzz_fail("session %zu is not found", i);
        }
    }
    for (size_t i = 0; i < counts.instruments; i++) {
        if (!cg_config_instrument(config, i, &instrument)) {
            fuzz_fail("instrument %zu is not found", i);
        }
    }
    for (size_t i = 0; i < counts.conventions; i++) {
        if (!cg_config_convention(config, i, &convention)) {
            fuzz_fail("convention %zu is not found", i);
        }
    }
}

static void take_rates(struct cg_gate *gate,
                       const struct cg_config *config,
                       struct cg_slice text,
                       cg_time now)
{
    struct told told = {0, lines_of(text)};
    struct cg_rates *rates = NULL;
    struct cg_rates_text rates_text = {.file = "rates.csv",
                                       .text = text.data,
                                       .len = text.len,
                                       .made_at = now};
    int rc = cg_rates_read(config, &rates_text, NULL, mistake, &told, &rates);
    if (rc == CG_ERR_MISUSE) {
        rc = 0; /* there is no [RATES] */
    } else if ((rc == 0) != (told.count == 0)) {
        fuzz_fail("reading rates is %d with %zu mistakes", rc, told.count);
    }
    if (rates != NULL && cg_gate_take_rates(gate, rates, now) != 0) {
        fuzz_fail("the rates are not taken");
    }
    cg_gate_close(gate);
    cg_rates_close(rates);
}

/* What was read without a mistake opens a gate, or names what contradicts
 * itself. */
static void open_gate(const struct cg_config *config, struct cg_slice rates)
{
    struct cg_journal journal;
    struct cg_gate *gate = NULL;
    char error[1024] = "";
    struct cg_gate_options options = {
        .config = config, .journal = &journal, .now = 1800000000 * CG_SECOND};
    if (cg_journal_open_memory(&journal) != 0) {
        fuzz_fail("no journal");
    }
    int rc = cg_gate_open(&options, error, sizeof(error), &gate);
    if (rc != 0 && error[0] == '\0') {
        fuzz_fail("the gate does not open, and says nothing: %d", rc);
    }
    if (rc == 0 && !cg_gate_audit(gate, error, sizeof(error))) {
        fuzz_fail("the books of a new gate do not add up: %s", error);
    }
    if (rc == 0) {
        take_rates(gate, config, rates, options.now);
    }
    journal.close(journal.user);
}

static char *text_of(struct cg_slice slice)
{
    char *text = strndup(slice.len > 0 ? slice.data : "", slice.len);
    if (text == NULL) {
        fuzz_fail("no memory");
    }
    return text;
}

static void read_config(struct fuzz_bytes *bytes)
{
    struct told told = {0, 1};
    struct cg_config *config = NULL;
    char *texts[4];
    for (int i = 0; i < 4; i++) {
        struct cg_slice text = fuzz_take_text(bytes, '\0');
        int lines = lines_of(text);
        told.lines = lines > told.lines ? lines : told.lines;
        texts[i] = text_of(text);
    }
    struct cg_config_memory memory = {
        .name = "gate.cfg",
        .text = texts[0],
        .instruments = texts[1],
        .conventions = texts[2][0] != '\0' ? texts[2] : NULL,
        .holidays = texts[3][0] != '\0' ? texts[3] : NULL,
    };
    /* Those that come with the gate have more lines. */
    told.lines += 1000;
    int rc = cg_config_open_memory(&memory, mistake, &told, &config);
    if ((rc == 0) != (told.count == 0)) {
        fuzz_fail("reading is %d with %zu mistakes", rc, told.count);
    }
    if (rc == 0) {
        look_at(config);
        if (sizes_are_small(&config->limits)) {
            open_gate(config, fuzz_take_text(bytes, '\0'));
        }
    }
    cg_config_close(config);
    for (int i = 0; i < 4; i++) {
        free(texts[i]);
    }
}

/* --- tables
 * -------------------------------------------------------------------- */

static void report_all(struct cg_mistakes *mistakes, bool good, int lines)
{
    struct told told = {0, lines};
    if (good != (mistakes->count == 0)) {
        fuzz_fail("reading is %s with %zu mistakes", good ? "good" : "bad",
                  mistakes->count);
    }
    cg_mistakes_report(mistakes, "first", mistake, &told);
    cg_mistakes_deinit(mistakes);
}

static void read_holidays(struct cg_slice text)
{
    struct cg_calendars calendars = {0};
    struct cg_mistakes mistakes = {0};
    bool good = cg_calendars_read(&calendars, "holidays.csv", text, &mistakes);
    const struct cg_calendar *calendar = cg_calendars_find(&calendars, "USNY");
    for (int i = 0; calendar != NULL && i < SMALL; i++) {
        cg_date date = cg_date_of(2026, 1 + i % 12, 1 + i * 7 % 28);
        cg_date later = cg_calendar_add_days(calendar, date, i - SMALL / 2);
        if (later != CG_DATE_NONE && !cg_calendar_knows(calendar, later)) {
            fuzz_fail("a day that the calendar does not know");
        }
    }
    for (size_t i = 0; i < calendars.count; i++) {
        if (memchr(calendars.items[i].name, '\0', CG_NAME_MAX + 1) == NULL) {
            fuzz_fail("the name of a calendar has no end");
        }
    }
    report_all(&mistakes, good, lines_of(text));
    cg_calendars_deinit(&calendars);
}

static void read_conventions(struct cg_slice text)
{
    struct cg_conventions conventions = {0};
    struct cg_mistakes mistakes = {0};
    static const char holidays[] = "calendar,date\nUSNY,2026-01-01\n"
                                   "EUTA,2026-01-01\nGBLO,2026-01-01\n"
                                   "JPTO,2026-01-01\nCHZU,2026-01-01\n";
    bool good = cg_calendars_read(&conventions.calendars, "holidays.csv",
                                  cg_slice_str(holidays), &mistakes);
    if (!good) {
        fuzz_fail("the holidays are wrong");
    }
    good = cg_conventions_read(&conventions, "conventions.csv", text,
                               &mistakes);
    if (!good && conventions.count != 0) {
        fuzz_fail("conventions with mistakes");
    }
    report_all(&mistakes, good, lines_of(text));
    cg_conventions_deinit(&conventions);
}

static void read_par_rates(struct cg_slice text)
{
    struct cg_par_rates rates = {0};
    struct cg_mistakes mistakes = {0};
    bool good = cg_par_rates_read(&rates, "rates.csv", text, NULL, &mistakes);
    for (size_t i = 0; i < rates.count; i++) {
        if (!(rates.items[i].rate >= -0.1 && rates.items[i].rate <= 1.0)) {
            fuzz_fail("a rate of %g", rates.items[i].rate);
        }
    }
    report_all(&mistakes, good, lines_of(text));
    cg_par_rates_deinit(&rates);
}

static void read_profile(struct cg_slice text)
{
    struct told told = {0, lines_of(text)};
    struct cg_profile profile = {0};
    const char *path = fuzz_file("a.profile", text.data, text.len);
    int rc = cg_profile_read(path, mistake, &told, &profile);
    if ((rc == 0) != (told.count == 0)) {
        fuzz_fail("reading a profile is %d with %zu mistakes", rc, told.count);
    }
    if (rc == 0) {
        size_t len;
        if (profile.limits.ignore_count > CG_PROFILE_IGNORES_MAX) {
            fuzz_fail("a profile ignores %zu tags",
                      (size_t)profile.limits.ignore_count);
        }
        (void)cg_profile_lacks(&profile, CG_SLICE("resend,push,actions"), &len);
        (void)cg_profile_waiver(&profile, CG_SLICE("T-104"));
        cg_profile_deinit(&profile);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    enum kind kind = (enum kind)(fuzz_take(&bytes, 1) % KINDS);
    struct cg_slice text = {(const char *)bytes.at, bytes.left};
    text.data = fuzz_at_end(text.data, text.len);
    switch (kind) {
    case KIND_CONVENTIONS:
        read_conventions(text);
        break;
    case KIND_HOLIDAYS:
        read_holidays(text);
        break;
    case KIND_PAR_RATES:
        read_par_rates(text);
        break;
    case KIND_PROFILE:
        read_profile(text);
        break;
    case KIND_CONFIG:
    case KINDS:
        read_config(&bytes);
        break;
    }
    return 0;
}
