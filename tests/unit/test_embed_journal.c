/*
 * Gates on a journal of the host's own, as a host has them: public headers
 * only.  What is committed comes back, a gate takes no memory once it is open,
 * and two on two threads know nothing of each other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <creditgate/gate.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "host_journal.h"
#include "wrapped.h"

#define START (1800000000 * CG_SECOND)
#define TURN_MAX ((size_t)1 << 20)

enum { CLIENT, VENUE };

static const char config_text[] =
    "[GATE]\nJournal=none\nInstruments=none\nTradingDayEnd=never\n"
    "MaxOrders=2000\nMaxRequests=8000\nMaxReports=8000\n"
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
    "SenderCompID=GATE\nTargetCompID=CLIENT\nConnectionType=acceptor\n"
    "SocketAcceptPort=0\nVenue=venue\nAccounts=ACME\n"
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
    "SenderCompID=GATE\nTargetCompID=VENUE\nConnectionType=acceptor\n"
    "SocketAcceptPort=0\n"
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\n"
    "[LIMIT]\nRiskLimitID=ACME-USD\nAccount=ACME\nCurrency=USD\nModel=push\n"
    "Amount=100000.00\nWarnings=none\n";

/* --- every allocation of the gate comes through here --------------------- */

static size_t allocations;

WRAPPED(malloc);
WRAPPED(calloc);
WRAPPED(realloc);

static void count(void)
{
    __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);
}

void *__wrap_malloc(size_t size)
{
    count();
    return __real_malloc(size);
}

void *__wrap_calloc(size_t number, size_t size)
{
    count();
    return __real_calloc(number, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    count();
    return __real_realloc(old, size);
}

/* --- one host ------------------------------------------------------------ */

struct host {
    char path[64];
    struct cg_config *config;
    struct cg_journal journal;
    struct cg_gate *gate;
    cg_time now;
    int seq[2];
    uint64_t heard; /* a hash over all that the gate has said */
    int messages;
    char last[2048]; /* "D|11=...", the newest */
    bool holds;      /* the turn goes on: no commit */
};

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *wrong,
                    const char *remedy)
{
    (void)user;
    fprintf(stderr, "%s:%d: %s; %s\n", file, line, wrong, remedy);
}

static void hear(struct host *host, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        host->heard = (host->heard ^ (unsigned char)bytes[i]) * 1099511628211u;
    }
}

static int drain(struct host *host, int status)
{
    struct cg_out out;
    while (status == 0 && cg_gate_pull(host->gate, &out)) {
        host->messages++;
        hear(host, out.type, strlen(out.type));
        hear(host, out.header, out.header_len);
        hear(host, out.body, out.body_len);
        snprintf(host->last, sizeof(host->last), "%s|%.*s", out.type,
                 (int)out.body_len, out.body);
        for (char *at = host->last; *at != '\0'; at++) {
            *at = *at == '\001' ? '|' : *at;
        }
    }
    return status != 0 || host->holds ? status : cg_gate_commit(host->gate);
}

static int host_gate(struct host *host)
{
    char error[256] = "";
    const struct cg_gate_options options = {
        .config = host->config, .journal = &host->journal, .now = host->now};
    int status = cg_gate_open(&options, error, sizeof(error), &host->gate);
    return status != 0 ? status : drain(host, 0);
}

static void host_open(struct host *host)
{
    const struct cg_config_memory memory = {
        .name = "test",
        .text = config_text,
        .instruments =
            "instrument,currency,dv01_per_million\nUSSW10,USD,904\n"};
    *host = (struct host){.now = START, .path = "test_embed.XXXXXX"};
    int fd = mkstemp(host->path);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(
        cg_config_open_memory(&memory, mistake, NULL, &host->config), 0);
    assert_int_equal(host_journal_open(host->path, TURN_MAX, &host->journal),
                     0);
    assert_int_equal(host_gate(host), 0);
}

static void host_end(struct host *host)
{
    cg_gate_close(host->gate);
    host->gate = NULL;
    if (host->journal.close != NULL) {
        host->journal.close(host->journal.user);
    }
    host->journal.close = NULL;
}

static void host_close(struct host *host)
{
    host_end(host);
    cg_config_close(host->config);
    unlink(host->path);
}

/* One message of |session|; |fields| with '|' for SOH. */
static int host_say(struct host *host,
                    cg_session session,
                    const char *type,
                    const char *fields)
{
    static const char *const names[] = {"CLIENT", "VENUE"};
    char body[1024];
    char message[1200];
    unsigned sum = 0;
    host->now += CG_MS;
    int len = snprintf(body, sizeof(body),
                       "35=%s|34=%d|49=%s|56=GATE|52=20270115-08:00:00.000|%s",
                       type, ++host->seq[session], names[session], fields);
    len = snprintf(message, sizeof(message), "8=FIX.4.4|9=%d|%s", len, body);
    for (int i = 0; i < len; i++) {
        message[i] = message[i] == '|' ? '\001' : message[i];
        sum += (unsigned char)message[i];
    }
    len += snprintf(message + len, sizeof(message) - (size_t)len, "10=%03u\001",
                    sum % 256);
    return drain(host, cg_gate_recv(host->gate, session, message, (size_t)len,
                                    host->now));
}

static void host_links(struct host *host)
{
    for (cg_session i = CLIENT; i <= VENUE; i++) {
        assert_int_equal(
            drain(host, cg_gate_link(host->gate, i, true, host->now)), 0);
    }
}

static int host_order(struct host *host, int number, int64_t qty)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "11=A%d|1=ACME|55=USSW10|54=1|38=%lld|40=2|44=4.1|"
             "60=20270115-08:00:00.000|",
             number, (long long)qty);
    return host_say(host, CLIENT, "D", fields);
}

static int host_fill(struct host *host, int number, int64_t qty)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "37=V%d|17=X%d|11=A%d|150=F|39=2|1=ACME|55=USSW10|54=1|38=%lld|"
             "14=%lld|32=%lld|31=4.1|151=0|6=4.1|",
             number, number, number, (long long)qty, (long long)qty,
             (long long)qty);
    return host_say(host, VENUE, "8", fields);
}

static cg_dv01 host_used(const struct host *host)
{
    struct cg_limit_view view;
    assert_true(cg_gate_limit(host->gate, 0, &view));
    return view.used;
}

/* --- the journal ---------------------------------------------------------- */

/* What was committed is there after the next start, and goes on. */
static void test_embed_journal_started_again(void **state)
{
    struct host host;
    (void)state;
    host_open(&host);
    host_links(&host);
    assert_int_equal(host_order(&host, 1, 50000000), 0);
    assert_non_null(strstr(host.last, "D|11=A1|"));
    assert_int_equal(host_fill(&host, 1, 50000000), 0);
    assert_int_equal(host_order(&host, 2, 100000000), 0);
    assert_non_null(strstr(host.last, "58=CG101 LIMIT_EXCEEDED req:90400.00 "
                                      "avl:54800.00"));
    cg_seq facts = cg_gate_facts(host.gate);
    host_end(&host);
    assert_int_equal(host_journal_open(host.path, TURN_MAX, &host.journal), 0);
    assert_int_equal(host_gate(&host), 0);
    assert_true(cg_gate_facts(host.gate) > facts); /* that it was started */
    assert_int_equal(host_used(&host), 45200 * CG_DV01_SCALE);
    char error[256] = "";
    assert_true(cg_gate_audit(host.gate, error, sizeof(error)));
    host_links(&host);
    assert_int_equal(host_order(&host, 1, 50000000), 0);
    assert_non_null(strstr(host.last, "58=CG401"));
    host_close(&host);
}

static off_t size_of(const char *path)
{
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_size;
}

/* Cut anywhere in its last block it has what was committed before; never half a
 * turn. */
static void test_embed_journal_cut_anywhere(void **state)
{
    struct host host;
    (void)state;
    host_open(&host);
    host_links(&host);
    assert_int_equal(host_order(&host, 1, 10000000), 0);
    off_t whole = size_of(host.path);
    assert_int_equal(host_order(&host, 2, 10000000), 0);
    off_t more = size_of(host.path);
    assert_true(more > whole);
    char *bytes = malloc((size_t)more);
    int fd = open(host.path, O_RDONLY);
    assert_int_equal(read(fd, bytes, (size_t)more), more);
    close(fd);
    host_end(&host);
    for (off_t cut = whole; cut <= more; cut += cut < more - 12 ? 97 : 1) {
        fd = open(host.path, O_WRONLY | O_TRUNC);
        assert_int_equal(write(fd, bytes, (size_t)cut), cut);
        close(fd);
        assert_int_equal(host_journal_open(host.path, TURN_MAX, &host.journal),
                         0);
        assert_int_equal(host_gate(&host), 0);
        assert_int_equal(host_used(&host),
                         (cut < more ? 9040 : 18080) * CG_DV01_SCALE);
        host_end(&host);
    }
    free(bytes);
    host_close(&host);
}

/* A byte that was changed before the last block is found, and nothing is cut
 * off; another program's file is refused. */
static void test_embed_journal_changed(void **state)
{
    struct host host;
    char byte = 0;
    (void)state;
    host_open(&host);
    host_links(&host);
    assert_int_equal(host_order(&host, 1, 10000000), 0);
    off_t whole = size_of(host.path);
    for (int i = 2; i < 5; i++) {
        assert_int_equal(host_order(&host, i, 10000000), 0);
    }
    off_t more = size_of(host.path);
    host_end(&host);
    int fd = open(host.path, O_RDWR);
    assert_int_equal(pread(fd, &byte, 1, whole - 10), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, whole - 10), 1);
    assert_int_equal(host_journal_open(host.path, TURN_MAX, &host.journal),
                     CG_ERR_CORRUPT);
    assert_int_equal(size_of(host.path), more);
    assert_int_equal(pwrite(fd, "x", 1, 0), 1);
    assert_int_equal(host_journal_open(host.path, TURN_MAX, &host.journal),
                     CG_ERR_MISUSE);
    close(fd);
    host_close(&host);
}

/* A write that fails ends the gate: the error comes back from every call, and
 * what was not durable is not there after the next start. */
static void test_embed_journal_write_fails(void **state)
{
    struct host host;
    struct rlimit before;
    (void)state;
    host_open(&host);
    host_links(&host);
    assert_int_equal(host_order(&host, 1, 10000000), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = {(rlim_t)size_of(host.path) + 100, before.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int status = host_order(&host, 2, 10000000);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, CG_ERR_IO);
    assert_int_equal(host_order(&host, 3, 10000000), CG_ERR_IO);
    assert_int_equal(cg_gate_tick(host.gate, host.now), CG_ERR_IO);
    assert_int_equal(cg_gate_commit(host.gate), CG_ERR_IO);
    assert_true(host.journal.error(host.journal.user)[0] != '\0');
    host_end(&host);
    assert_int_equal(host_journal_open(host.path, TURN_MAX, &host.journal), 0);
    assert_int_equal(host_gate(&host), 0);
    assert_int_equal(host_used(&host), 9040 * CG_DV01_SCALE);
    host_close(&host);
}

/* A turn that is too large is CG_ERR_FULL, which ends the gate as well; a file
 * that was made for larger turns is not opened. */
static void test_embed_journal_turn_too_large(void **state)
{
    struct host host;
    int status = 0;
    (void)state;
    host_open(&host);
    host_links(&host);
    host.holds = true;
    for (int i = 1; i < 10000 && status == 0; i++) {
        status = host_order(&host, i, 1000);
    }
    assert_int_equal(status, CG_ERR_FULL);
    host.holds = false;
    assert_int_equal(host_order(&host, 20000, 1000), CG_ERR_FULL);
    host_end(&host);
    assert_int_equal(host_journal_open(host.path, TURN_MAX / 2, &host.journal),
                     CG_ERR_MISUSE);
    assert_int_equal(host_journal_open(host.path, TURN_MAX, &host.journal), 0);
    assert_int_equal(host_gate(&host), 0);
    assert_int_equal(host_used(&host), 0);
    host_close(&host);
}

/* --- memory and threads --------------------------------------------------- */

/* Orders, fills, refusals, cancels, ticks: |turns| of them. */
static void host_work(struct host *host, int turns)
{
    char fields[128];
    for (int i = 1; i <= turns; i++) {
        host->holds = i % 20 != 0; /* so many in one commit */
        assert_int_equal(host_order(host, i, 1000000), 0);
        if (i % 3 == 0) {
            assert_int_equal(host_fill(host, i, 1000000), 0);
        } else {
            snprintf(fields, sizeof(fields),
                     "11=C%d|41=A%d|55=USSW10|54=1|"
                     "60=20270115-08:00:00.000|",
                     i, i);
            assert_int_equal(host_say(host, CLIENT, "F", fields), 0);
            snprintf(fields, sizeof(fields),
                     "37=V%d|17=X%d|11=C%d|41=A%d|150=4|39=4|55=USSW10|54=1|"
                     "14=0|151=0|6=0|",
                     i, i, i, i);
            assert_int_equal(host_say(host, VENUE, "8", fields), 0);
        }
        assert_int_equal(
            drain(host, cg_gate_tick(host->gate, host->now += CG_MS)), 0);
    }
}

/* Nothing is allocated once a gate is open, not even by this journal. */
static void test_embed_no_allocation_after_opening(void **state)
{
    struct host host;
    (void)state;
    host_open(&host);
    size_t opened = allocations;
    assert_true(opened > 0);
    host_links(&host);
    host_work(&host, 500);
    assert_true(host.messages > 1000);
    assert_int_equal(allocations, opened);
    host_close(&host);
}

static void *work_thread(void *user)
{
    host_work(user, 300);
    return NULL;
}

/* Two gates on two threads say what each says alone; they share a
 * configuration. */
static void test_embed_two_gates_two_threads(void **state)
{
    struct host hosts[3];
    struct cg_config *own;
    pthread_t threads[2];
    (void)state;
    for (int i = 0; i < 3; i++) {
        host_open(&hosts[i]);
        host_links(&hosts[i]);
    }
    host_work(&hosts[2], 300);
    own = hosts[1].config;
    host_end(&hosts[1]);
    hosts[1].config = hosts[0].config;
    unlink(hosts[1].path);
    hosts[1].heard = 0;
    hosts[1].messages = 0;
    hosts[1].now = START;
    assert_int_equal(
        host_journal_open(hosts[1].path, TURN_MAX, &hosts[1].journal), 0);
    assert_int_equal(host_gate(&hosts[1]), 0);
    host_links(&hosts[1]);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            pthread_create(&threads[i], NULL, work_thread, &hosts[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_true(hosts[i].heard == hosts[2].heard);
        assert_int_equal(hosts[i].messages, hosts[2].messages);
        assert_int_equal(host_used(&hosts[i]), host_used(&hosts[2]));
    }
    host_end(&hosts[1]);
    hosts[1].config = own;
    for (int i = 0; i < 3; i++) {
        host_close(&hosts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_embed_journal_started_again),
        cmocka_unit_test(test_embed_journal_cut_anywhere),
        cmocka_unit_test(test_embed_journal_changed),
        cmocka_unit_test(test_embed_journal_write_fails),
        cmocka_unit_test(test_embed_journal_turn_too_large),
        cmocka_unit_test(test_embed_no_allocation_after_opening),
        cmocka_unit_test(test_embed_two_gates_two_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
