/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include "fix_validate.h"
#include "fix_writer.h"
#include "mistake_told.h"
#include "prove.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <gate_internal.h>

/* 904.00 USD of DV01 per million: 10 million are 9,040.00; the limit of
 * 100,000.00 holds 110 million. */
static const char instruments[] = "instrument,currency,dv01_per_million\n"
                                  "USD10Y,USD,904.00\n"
                                  "USD2Y,USD,190.10\n"
                                  "EUR10Y,EUR,880.00\n"
                                  "JPY10Y,JPY,95000.00\n";

/* The same, and one by curve: [RATES] must be used by something. */
static const char with_curve[] =
    "instrument,currency,dv01_per_million,convention,swap\n"
    "USD10Y,USD,904.00,,\nUSD2Y,USD,190.10,,\nEUR10Y,EUR,880.00,,\n"
    "JPY10Y,JPY,95000.00,,\nUSD7Y,,,USD_SOFR,7Y\n";

static const char gate_keys[] =
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"
    "MaxOrders=200\nMaxRequests=4000\nMaxLimits=64\nMaxWaiting=8\n";

static const char configuration[] =
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\n"
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=CLIENT\nVenue=venue\nAccounts=ACME,NOLIMIT,PINGACC\n"
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
    "TargetCompID=VENUE\n"
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\nTargetCompID=HUB\n"
    "[SESSION]\nName=other\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=OTHER\nVenue=venue\nAccounts=OTHERACC\n"
    "[SESSION]\nName=client42\nRole=client\nBeginString=FIX.4.2\n"
    "TargetCompID=CLIENT42\nVenue=venue42\nAccounts=ACME\n"
    "[SESSION]\nName=venue42\nRole=venue\nBeginString=FIX.4.2\n"
    "TargetCompID=VENUE42\n"
    "[SESSION]\nName=client50\nRole=client\nBeginString=FIXT.1.1\n"
    "TargetCompID=CLIENT50\nVenue=venue50\nAccounts=SDR\n"
    "[SESSION]\nName=venue50\nRole=venue\nBeginString=FIXT.1.1\n"
    "TargetCompID=VENUE50\nPackagesWhole=Y\n"
    "[SESSION]\nName=plain50\nRole=client\nBeginString=FIXT.1.1\n"
    "TargetCompID=PLAIN50\nVenue=venue50\nAccounts=SDR\nPlainSP2=Y\n"
    "ShowAmounts=N\n"
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\nHub=hub\n"
    "Contact=FCM1 desk +1 555 0100\n"
    "[ACCOUNT]\nAccount=NOLIMIT\nClearingFirm=FCM2\nHub=hub\n"
    "[ACCOUNT]\nAccount=OTHERACC\nClearingFirm=FCM1\n"
    "[ACCOUNT]\nAccount=PINGACC\nClearingFirm=FCM4\nHub=hub\n"
    "[ACCOUNT]\nAccount=SDR\nClearingFirm=FCM3\nHub=hub\n"
    "[LIMIT]\nRiskLimitID=ACME-USD\nAccount=ACME\nHub=hub\nOwner=FCM1\n"
    "Currency=USD\nMeasure=gross\nModel=ping-with-push\nAmount=100000.00\n"
    "[LIMIT]\nRiskLimitID=OTHER-USD\nAccount=OTHERACC\nCurrency=USD\n"
    "Measure=net\nModel=push\nAmount=50000.00\n"
    "[LIMIT]\nRiskLimitID=ACME-CLIP\nKind=clip\nAccount=ACME\nCurrency=USD\n"
    "Amount=95000.00\n"
    "[LIMIT]\nRiskLimitID=PING-USD\nAccount=PINGACC\nHub=hub\nOwner=FCM4\n"
    "Currency=USD\nMeasure=gross\nModel=ping\n"
    "[LIMIT]\nRiskLimitID=SDR-USD\nAccount=SDR\nHub=hub\nOwner=FCM3\n"
    "Currency=USD\nMeasure=net\nModel=push\nAmount=100000.00\n"
    "[LIMIT]\nRiskLimitID=SDR-MAX\nKind=notional\nAccount=SDR\nCurrency=USD\n"
    "Amount=95000000\n"
    "[FX]\nFrom=EUR\nTo=USD\nRate=1.10\n";

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void
read_text(struct cg_config *config, const char *text, const char *table)
{
    char folder[] = "/tmp/cg-gate-XXXXXX";
    char path[64];
    char csv[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/gate.cfg", folder);
    snprintf(csv, sizeof(csv), "%s/instruments.csv", folder);
    write_file(path, text);
    write_file(csv, table);
    int status = cg_config_read(path, mistake_print, NULL, config);
    unlink(path);
    unlink(csv);
    rmdir(folder);
    assert_int_equal(status, 0);
}

/* Those that |keys| does not say: small, as gates are opened often. */
static void put_sizes(char *text, size_t room, const char *keys)
{
    static const char *const sizes[] = {
        "MaxScopes=", "MaxLegs=", "MaxReports=", "MaxInstruments="};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (strstr(keys, sizes[i]) == NULL) {
            size_t len = strlen(text);
            snprintf(text + len, room - len, "%s1000\n", sizes[i]);
        }
    }
}

const char *harness_text(const char *keys)
{
    static char all[sizeof(gate_keys) + sizeof(configuration) + 4096];
    char more[128] = "";
    put_sizes(more, sizeof(more), keys);
    snprintf(all, sizeof(all), "%s%s%s%s", gate_keys, more, keys,
             configuration);
    return all;
}

const char *harness_table(void)
{
    return instruments;
}

/* The one that the gate borrows. */
static struct cg_config *live(struct harness *harness)
{
    return harness->live != NULL ? harness->live : &harness->config;
}

static void config_end(struct harness *harness)
{
    cg_config_deinit(live(harness));
    free(harness->live);
    harness->live = NULL;
    memset(&harness->config, 0, sizeof(harness->config));
}

/* What the gate says of itself must be valid FIX of the session's version. */
static bool is_own(const struct harness *harness,
                   const struct cg_out *out,
                   const char *body)
{
    bool of_venue = harness->config.sessions[harness->from].role ==
                    CG_ROLE_VENUE;
    static const char *const own[] = {"j",  "3",  "B",  "DF", "DE",
                                      "DI", "CL", "CM", "CT"};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (strcmp(out->type, own[i]) == 0) {
            return strcmp(out->type, "j") != 0 || !of_venue;
        }
    }
    if (strcmp(out->type, "8") == 0) {
        return strstr(body, "|17=GATE-E") != NULL;
    }
    if (strcmp(out->type, "9") == 0) {
        return strstr(body, "|58=CG") != NULL;
    }
    if (strcmp(out->type, "H") == 0) {
        return strstr(body, "|790=GATE-H") != NULL;
    }
    return strcmp(out->type, "F") == 0 && strstr(body, "|11=GATE-P") != NULL;
}

static void
validate(struct harness *harness, const struct cg_out *out, const char *text)
{
    static struct cg_fix_message message;
    static char bytes[200000];
    static char head[100000];
    const struct cg_config_session *to =
        &harness->config.sessions[out->session];
    struct cg_fix_fault fault;
    struct cg_fix_writer header = cg_fix_writer_over(head, sizeof(head));
    cg_fix_put_str(&header, 49, "GATE");
    cg_fix_put_str(&header, 56, to->target_comp_id);
    cg_fix_put_int(&header, 34, 1);
    cg_fix_put_time(&header, 52, harness->now);
    cg_fix_put_raw(&header, (struct cg_slice){out->header, out->header_len});
    size_t len = cg_fix_seal(bytes, sizeof(bytes), to->version,
                             cg_slice_str(out->type), cg_fix_written(&header),
                             (struct cg_slice){out->body, out->body_len});
    int unread = cg_fix_read(&message, to->version, bytes, len);
    if (unread == CG_FIX_E_TOO_MANY) {
        return; /* others take more fields than this reader */
    }
    if (unread != 0) {
        fail_msg("not readable (%d): %s", unread, text);
    }
    if (is_own(harness, out, text) && message.layout == NULL) {
        fail_msg("not a message of this version: %s", text);
    }
    if (is_own(harness, out, text) && cg_fix_validate(&message, &fault) != 0) {
        fail_msg("not valid, %u %s %s: %s", fault.tag, fault.name, fault.text,
                 text);
    }
}

void harness_collect(struct harness *harness)
{
    struct cg_out out;
    char error[256];
    harness->out_count = 0;
    harness->taken = 0;
    while (cg_gate_pull(harness->gate, &out)) {
        assert_true(harness->out_count < HARNESS_OUT_MAX);
        char *text = harness->out[harness->out_count++];
        int len = snprintf(text, HARNESS_TEXT_MAX, "%d 35=%s|%.*s%.*s",
                           out.session, out.type, (int)out.header_len,
                           out.header, (int)out.body_len, out.body);
        assert_true(len < HARNESS_TEXT_MAX);
        for (int i = 0; i < len; i++) {
            text[i] = text[i] == '\001' ? '|' : text[i];
        }
        validate(harness, &out, text);
    }
    assert_int_equal(cg_gate_commit(harness->gate), 0);
    if (!cg_gate_audit(harness->gate, error, sizeof(error))) {
        fail_msg("audit: %s", error);
    }
}

void harness_engine(struct harness *harness,
                    void (*call)(struct cg_engine *engine, void *user),
                    void *user)
{
    struct cg_gate *gate = harness->gate;
    cg_engine_begin(gate->engine, harness->now, CG_SESSION_NONE, 0);
    gate->answering = CG_SESSION_NONE;
    gate->next_effect = 0;
    gate->has_message = false;
    gate->has_event = false;
    gate->has_direct = false;
    gate->engine->park_room = gate->park.free_count;
    call(gate->engine, user);
    cg_engine_end(gate->engine);
    assert_int_equal(gate->engine->error, 0);
    harness_collect(harness);
}

static void keep_mistake(void *user,
                         const char *file,
                         int line,
                         const char *wrong,
                         const char *remedy)
{
    char *said = user;
    size_t len = strlen(said);
    assert_true(strlen(remedy) > 0);
    snprintf(said + len, HARNESS_TEXT_MAX - len, "%s:%d: %s\n", file, line,
             wrong);
}

void harness_take_rates_of(struct harness *harness,
                           const char *text,
                           cg_time made_at,
                           const char *wrong)
{
    static char said[HARNESS_TEXT_MAX];
    struct cg_rates_text bytes = {"rates.csv", text, strlen(text), made_at};
    struct cg_rates *rates = NULL;
    said[0] = '\0';
    int status = cg_rates_read(live(harness), &bytes, harness->rates,
                               keep_mistake, said, &rates);
    if (wrong != NULL) {
        assert_int_equal(status, CG_ERR_CONFIG);
        if (strstr(said, wrong) == NULL) {
            fail_msg("not refused with '%s' but: %s", wrong, said);
        }
        return;
    }
    if (status != 0) {
        fail_msg("the rates are refused (%d): %s", status, said);
    }
    assert_int_equal(cg_gate_take_rates(harness->gate, rates, harness->now), 0);
    cg_rates_close(harness->rates);
    harness->rates = rates;
    harness_collect(harness);
}

void harness_take_rates(struct harness *harness,
                        const char *text,
                        const char *wrong)
{
    harness_take_rates_of(harness, text, harness->now, wrong);
}

/* A gate that ends forgets its rates, and its host does. */
static void gate_end(struct harness *harness)
{
    cg_gate_close(harness->gate);
    cg_rates_close(harness->rates);
    harness->rates = NULL;
}

void harness_stop(struct harness *harness)
{
    assert_int_equal(cg_gate_stop(harness->gate, harness->now), 0);
    harness_collect(harness);
}

void harness_link(struct harness *harness, int session, bool up)
{
    assert_int_equal(
        cg_gate_link(harness->gate, (cg_session)session, up, harness->now), 0);
    harness_collect(harness);
}

static void
keep_line(void *user, enum cg_log_level level, cg_time now, const char *text)
{
    struct harness *harness = user;
    (void)now;
    assert_true(level >= CG_LOG_WARNING && level <= CG_LOG_INFO);
    assert_int_equal(level == CG_LOG_WARNING, strncmp(text, "ALARM:", 6) == 0);
    harness->notices += level == CG_LOG_NOTICE;
    snprintf(harness->lines[harness->line_count++ % HARNESS_LINES_MAX],
             HARNESS_LINE_MAX, "%s", text);
}

int harness_logged(const struct harness *harness, const char *part)
{
    int count = 0;
    for (int i = 0; i < HARNESS_LINES_MAX; i++) {
        count += strstr(harness->lines[i], part) != NULL;
    }
    return count;
}

void harness_renumbered(struct harness *harness, int session, bool ours)
{
    assert_int_equal(cg_gate_renumbered(harness->gate, (cg_session)session,
                                        ours, harness->now),
                     0);
    harness_collect(harness);
}

static void gate_open(struct harness *harness)
{
    char error[256] = "";
    struct cg_gate_options options = {.config = live(harness),
                                      .journal = &harness->journal,
                                      .now = harness->now,
                                      .log = keep_line,
                                      .user = harness};
    int status = cg_gate_open(&options, error, sizeof(error), &harness->gate);
    if (status != 0) {
        fail_msg("open: %d %s", status, error);
    }
    harness_collect(harness);
}

void harness_open(struct harness *harness)
{
    harness_open_with(harness, "");
}

static void harness_start(struct harness *harness)
{
    fact_log_open(&harness->facts, &harness->journal);
    harness->now = 1800000000 * CG_SECOND;
    gate_open(harness);
    harness_links_up(harness);
}

/* What came out is 25 MB: the first byte of each text is enough. */
void harness_clear(struct harness *harness)
{
    size_t behind = offsetof(struct harness, out_count);

    memset(harness, 0, offsetof(struct harness, out));
    memset((char *)harness + behind, 0, sizeof(*harness) - behind);
    for (size_t i = 0; i < HARNESS_OUT_MAX; i++) {
        harness->out[i][0] = '\0';
    }
}

void harness_open_with(struct harness *harness, const char *keys)
{
    harness_open_table(harness, harness_text(keys),
                       strstr(keys, "[RATES]") != NULL ? with_curve
                                                       : instruments);
}

void harness_open_config(struct harness *harness, const char *text)
{
    harness_open_table(harness, text, instruments);
}

void harness_open_table(struct harness *harness,
                        const char *text,
                        const char *table)
{
    harness_clear(harness);
    read_text(&harness->config, text, table);
    harness_start(harness);
}

void harness_reopen_config(struct harness *harness, const char *text)
{
    gate_end(harness);
    config_end(harness);
    fact_log_crash(&harness->facts);
    read_text(&harness->config, text, instruments);
    gate_open(harness);
}

void harness_reopen(struct harness *harness)
{
    gate_end(harness);
    fact_log_crash(&harness->facts);
    gate_open(harness);
}

void harness_close(struct harness *harness)
{
    prove_whole(&harness->journal, "the facts of this test");
    gate_end(harness);
    fact_log_deinit(&harness->facts);
    config_end(harness);
}

int harness_setup(void **state)
{
    harness_open(*state);
    return 0;
}

int harness_teardown(void **state)
{
    harness_close(*state);
    return 0;
}

static void
keep_change(void *user, enum cg_change change, int line, const char *text)
{
    static const char *const words[] = {"taken", "kept", "mistake"};
    char *said = user;
    size_t len = strlen(said);
    snprintf(said + len, HARNESS_CHANGES_MAX - len, "%s %d: %s\n",
             words[change], line, text);
}

int harness_reconfigure(struct harness *harness,
                        const char *text,
                        const char *table)
{
    struct cg_config *config = calloc(1, sizeof(*config));
    struct cg_rates *rates = NULL;
    char said[HARNESS_TEXT_MAX] = "";
    assert_non_null(config);
    read_text(config, text, table != NULL ? table : instruments);
    if (harness->rates != NULL && config->rates.given &&
        cg_rates_again(config, harness->rates, keep_mistake, said, &rates) !=
            0) {
        fail_msg("the rates are refused: %s", said);
    }
    harness->changes[0] = '\0';
    int status = cg_gate_reconfigure(harness->gate, config, rates, harness->now,
                                     keep_change, harness->changes);
    if (status == 0) {
        cg_rates_close(harness->rates);
        config_end(harness);
        harness->live = config;
        harness->config = *config;
        harness->rates = rates;
    } else {
        cg_rates_close(rates);
        cg_config_deinit(config);
        free(config);
    }
    harness_collect(harness);
    return status;
}

/* Splits header from body: 35 and the tags that only headers have. */
static bool is_header(const char *field)
{
    static const char *const tags[] = {
        "34=",  "43=",  "52=",  "97=",  "122=", "50=",  "57=",  "115=",
        "128=", "116=", "129=", "142=", "143=", "144=", "145=", "347="};
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        if (strncmp(field, tags[i], strlen(tags[i])) == 0) {
            return true;
        }
    }
    return false;
}

void harness_feed(struct harness *harness, int session, const char *fields)
{
    static char bytes[200000];
    static char text[150000];
    static char body_bytes[150000];
    static char header_bytes[40000];
    char type[64] = "";
    struct cg_fix_writer header = cg_fix_writer_over(header_bytes,
                                                     sizeof(header_bytes));
    struct cg_fix_writer body = cg_fix_writer_over(body_bytes,
                                                   sizeof(body_bytes));
    const struct cg_config_session *from = &harness->config.sessions[session];
    harness->from = session;
    cg_fix_put_str(&header, 49, from->target_comp_id);
    cg_fix_put_str(&header, 56, from->sender_comp_id);
    assert_true(strlen(fields) < sizeof(text));
    strcpy(text, fields);
    for (char *field = strtok(text, "|"); field; field = strtok(NULL, "|")) {
        struct cg_fix_writer *to = is_header(field) ? &header : &body;
        if (strncmp(field, "35=", 3) == 0) {
            snprintf(type, sizeof(type), "%s", field + 3);
            continue;
        }
        cg_fix_put_raw(to, (struct cg_slice){field, strlen(field)});
        cg_fix_put_raw(to, CG_SLICE("\001"));
    }
    size_t len = cg_fix_seal(bytes, sizeof(bytes), from->version,
                             cg_slice_str(type), cg_fix_written(&header),
                             cg_fix_written(&body));
    assert_true(len > 0);
    assert_int_equal(cg_gate_recv(harness->gate, (cg_session)session, bytes,
                                  len, harness->now),
                     0);
    harness_collect(harness);
}

void harness_in(struct harness *harness, int session, const char *fields)
{
    static char all[150000];
    char start[128];
    struct cg_fix_writer time = cg_fix_writer_over(start, sizeof(start) - 1);
    cg_fix_put_time(&time, 52, harness->now);
    struct cg_slice text = cg_fix_written(&time);
    int len = snprintf(all, sizeof(all), "34=%d|%.*s|%s", ++harness->seq,
                       (int)text.len - 1, text.data, fields);
    assert_in_range(len, 0, sizeof(all) - 1);
    harness_feed(harness, session, all);
}

void harness_rejected(struct harness *harness, int session, const char *fields)
{
    char bytes[2048];
    char text[1024];
    char header_bytes[256];
    char type[64];
    const struct cg_config_session *to = &harness->config.sessions[session];
    struct cg_fix_writer header = cg_fix_writer_over(header_bytes,
                                                     sizeof(header_bytes));
    const char *body = strchr(fields, '|') + 1;
    snprintf(type, sizeof(type), "%.*s", (int)strcspn(fields + 3, "|"),
             fields + 3);
    int length = snprintf(text, sizeof(text), "%s|", body);
    for (int i = 0; i < length; i++) {
        text[i] = text[i] == '|' ? '\001' : text[i];
    }
    cg_fix_put_str(&header, 49, "GATE");
    cg_fix_put_str(&header, 56, to->target_comp_id);
    cg_fix_put_int(&header, 34, 1);
    cg_fix_put_time(&header, 52, harness->now);
    size_t len = cg_fix_seal(bytes, sizeof(bytes), to->version,
                             cg_slice_str(type), cg_fix_written(&header),
                             (struct cg_slice){text, (size_t)length});
    assert_true(len > 0);
    assert_int_equal(cg_gate_rejected(harness->gate, (cg_session)session, bytes,
                                      len, harness->now),
                     0);
    harness_collect(harness);
}

void harness_wait(struct harness *harness, int ms)
{
    cg_time end = harness->now + ms * CG_MS;
    int kept = 0;
    static char out[HARNESS_OUT_MAX][HARNESS_TEXT_MAX];
    while (cg_gate_deadline(harness->gate) <= end) {
        cg_time due = cg_gate_deadline(harness->gate);
        harness->now = due > harness->now ? due : harness->now;
        assert_int_equal(cg_gate_tick(harness->gate, harness->now), 0);
        harness_collect(harness);
        for (int i = 0; i < harness->out_count; i++) {
            assert_true(kept < HARNESS_OUT_MAX);
            strcpy(out[kept++], harness->out[i]);
        }
    }
    for (int i = 0; i < kept; i++) {
        strcpy(harness->out[i], out[i]);
    }
    harness->out_count = kept;
    harness->taken = 0;
    harness->now = end;
}

/* True when |message| has |field|: "tag=value", or "tag~part". */
static bool has(const char *message, const char *field)
{
    char key[HARNESS_TEXT_MAX];
    const char *part = strchr(field, '~');
    if (part == NULL || strchr(field, '=') != NULL) {
        snprintf(key, sizeof(key), "|%s|", field);
        return strstr(message, key) != NULL ||
               (strncmp(field, "35=", 3) == 0 &&
                strncmp(message, key + 1, strlen(key) - 1) == 0);
    }
    snprintf(key, sizeof(key), "|%.*s=", (int)(part - field), field);
    for (const char *at = strstr(message, key); at != NULL;
         at = strstr(at + 1, key)) {
        const char *value = at + strlen(key);
        const char *found = strstr(value, part + 1);
        if (found != NULL && found < strchr(value, '|')) {
            return true;
        }
    }
    return false;
}

const char *
harness_expect(struct harness *harness, int session, const char *fields)
{
    static char text[HARNESS_TEXT_MAX];
    char expected[HARNESS_TEXT_MAX];
    if (harness->taken == harness->out_count) {
        fail_msg("nothing came out; expected %d %s", session, fields);
    }
    const char *message = harness->out[harness->taken++];
    snprintf(text, sizeof(text), "%s", message);
    if (atoi(message) != session) {
        fail_msg("expected %d %s, got %s", session, fields, message);
    }
    message = strchr(message, ' ') + 1;
    snprintf(expected, sizeof(expected), "%s", fields);
    for (char *f = strtok(expected, "|"); f; f = strtok(NULL, "|")) {
        if (!has(message, f)) {
            fail_msg("no %s in %s", f, message);
        }
    }
    return message;
}

void harness_quiet(struct harness *harness)
{
    if (harness->taken < harness->out_count) {
        fail_msg("unexpected: %s", harness->out[harness->taken]);
    }
}

bool harness_find(const char *message, int tag, char *value, size_t len)
{
    char key[16];
    snprintf(key, sizeof(key), "|%d=", tag);
    const char *at = strstr(message, key);
    if (at == NULL) {
        value[0] = '\0';
        return false;
    }
    at += strlen(key);
    snprintf(value, len, "%.*s", (int)strcspn(at, "|"), at);
    return true;
}

const char *harness_field(const char *message, int tag)
{
    static char value[HARNESS_TEXT_MAX];
    if (!harness_find(message, tag, value, sizeof(value))) {
        fail_msg("no tag %d in %s", tag, message);
    }
    return value;
}
