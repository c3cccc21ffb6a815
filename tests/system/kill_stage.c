/*
 * One gate that is killed and started again, and its peers.
 *
 * Must end every process that it starts, by its id; the system ends them when
 * this process dies.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kill_stage.h"
#include "../unit/folder.h"
#include "../unit/free_port.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SETTLE_MS 30000
#define LOGON_MS 20000
#define STEP_MS 1

__attribute__((format(printf, 2, 3))) static void
fail(struct kill_stage *stage, const char *format, ...)
{
    va_list arguments;
    if (stage->failure[0] != '\0') {
        return;
    }
    va_start(arguments, format);
    vsnprintf(stage->failure, sizeof(stage->failure), format, arguments);
    va_end(arguments);
}

bool kill_stage_failed(struct kill_stage *stage)
{
    if (stage->peers.ledger.failure[0] != '\0') {
        fail(stage, "%s", stage->peers.ledger.failure);
    }
    return stage->failure[0] != '\0';
}

/* --- files -------------------------------------------------------------- */

struct path {
    char text[PATH_MAX + 32];
};

static struct path path_of(const struct kill_stage *stage, const char *name)
{
    struct path path;
    snprintf(path.text, sizeof(path.text), "%s/%s", stage->folder, name);
    return path;
}

static FILE *file_open(const struct kill_stage *stage, const char *name)
{
    struct path path = path_of(stage, name);
    return fopen(path.text, "we");
}

/* What the process says from now on goes there. */
static void say_to(const struct kill_stage *stage, const char *name)
{
    struct path path = path_of(stage, name);
    int log = open(path.text, O_WRONLY | O_CREAT | O_APPEND, 0644);
    dup2(log, 1);
    dup2(log, 2);
}

static void write_limits(FILE *file)
{
    for (int i = 0; i < KILL_LIMITS; i++) {
        fprintf(file,
                "[ACCOUNT]\nAccount=%s\nClearingFirm=FCM1\nHub=hub\n"
                "[LIMIT]\nRiskLimitID=%s\nAccount=%s\nHub=hub\nOwner=FCM1\n"
                "Currency=USD\nModel=%s\nFallbackMaxAgeMs=3600000\n",
                kill_limits[i].account, kill_limits[i].id,
                kill_limits[i].account, kill_limits[i].text);
    }
}

static void write_settings(FILE *file, int gate_port, int peers_port)
{
    fprintf(file,
            "[GATE]\nName=GATE\nJournal=gate.journal\n"
            "Instruments=instruments.csv\nTradingDayEnd=never\n"
            "SoftDeadlineMs=60\nHardDeadlineMs=400\nPullTimeMs=30\n"
            "MaxOrders=5000\nMaxRequests=40000\nMaxReports=40000\n"
            "[DEFAULT]\nSenderCompID=GATE\nSocketAcceptPort=%d\n"
            "SocketConnectHost=127.0.0.1\nSocketConnectPort=%d\n"
            "[SESSION]\nRole=client\nBeginString=FIX.4.4\n"
            "TargetCompID=CLIENTA\nConnectionType=acceptor\n"
            "Accounts=PING,PUSH\n"
            "[SESSION]\nRole=client\nBeginString=FIX.4.4\n"
            "TargetCompID=CLIENTB\nConnectionType=acceptor\nAccounts=BOTH\n"
            "[SESSION]\nRole=venue\nBeginString=FIX.4.4\nTargetCompID=VENUE\n"
            "ConnectionType=initiator\n"
            "[SESSION]\nRole=hub\nName=hub\nBeginString=FIXT.1.1\n"
            "TargetCompID=HUB\nConnectionType=initiator\nRepeatMs=150\n",
            gate_port, peers_port);
    write_limits(file);
}

static bool write_files(struct kill_stage *stage, int gate_port)
{
    FILE *settings = file_open(stage, "gate.cfg");
    FILE *table = file_open(stage, "instruments.csv");
    if (settings == NULL || table == NULL) {
        return false;
    }
    write_settings(settings, gate_port, stage->peers.port);
    fprintf(table, "instrument,currency,dv01_per_million\n");
    for (int i = 0; i < KILL_SYMBOLS; i++) {
        fprintf(table, "%s,USD,%s\n", kill_symbols[i].name,
                kill_symbols[i].dv01);
    }
    return fclose(settings) == 0 && fclose(table) == 0;
}

/* --- the loop ----------------------------------------------------------- */

static void look_after_gate(struct kill_stage *stage)
{
    int status = 0;
    if (stage->gate == 0 || waitpid(stage->gate, &status, WNOHANG) == 0) {
        return;
    }
    stage->gate = 0;
    stage->status = status;
}

static void on_timer(uv_timer_t *timer)
{
    struct kill_stage *stage = timer->data;
    look_after_gate(stage);
    kill_peers_tick(&stage->peers, stage->gate != 0);
    if (stage->loaded && stage->gate != 0) {
        kill_load_step(&stage->load);
    }
}

static void turn(struct kill_stage *stage)
{
    uv_run(&stage->loop, UV_RUN_ONCE);
}

static int64_t ms_now(void)
{
    return (int64_t)(uv_hrtime() / 1000000);
}

void kill_stage_go_on(struct kill_stage *stage, int64_t ms)
{
    int64_t end = ms_now() + ms;
    while (stage->gate != 0 && !kill_stage_failed(stage) && ms_now() < end) {
        turn(stage);
    }
}

void kill_stage_await_all_up(struct kill_stage *stage)
{
    int64_t end = ms_now() + LOGON_MS;
    while (stage->gate != 0 && !kill_stage_failed(stage) &&
           !kill_peers_all_up(&stage->peers)) {
        turn(stage);
        if (ms_now() > end) {
            fail(stage, "not all sessions are logged on after %d s",
                 LOGON_MS / 1000);
        }
    }
}

/* --- the gate ----------------------------------------------------------- */

static void become(const struct kill_stage *stage,
                   const char *program,
                   const char *crash_at)
{
    struct path settings = path_of(stage, "gate.cfg");
    say_to(stage, "gate.log");
    signal(SIGPIPE, SIG_DFL); /* as it is for who is started by a shell */
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0L, 0L, 0L);
    dprintf(1, "--- %u %s\n", stage->kills, crash_at != NULL ? crash_at : "");
    if (crash_at != NULL) {
        setenv("CRASH_AT", crash_at, 1);
    }
    execl(program, program, "run", "--config", settings.text, (char *)NULL);
    _exit(127);
}

void kill_stage_start(struct kill_stage *stage,
                      const char *program,
                      const char *crash_at)
{
    if (kill_stage_failed(stage)) {
        return;
    }
    fprintf(stage->peers.wire, "--- start %s\n",
            crash_at != NULL ? crash_at : "");
    fflush(stage->peers.wire);
    stage->gate = fork();
    if (stage->gate == 0) {
        become(stage, program, crash_at);
    }
}

/* Ended by kill -9, by us or by itself; anything else is a failure. */
static void check_end(struct kill_stage *stage)
{
    if (WIFSIGNALED(stage->status) && WTERMSIG(stage->status) == SIGKILL) {
        return;
    }
    if (WIFSIGNALED(stage->status)) {
        fail(stage, "the gate died of signal %d, see gate.log",
             WTERMSIG(stage->status));
    } else {
        fail(stage, "the gate ended with status %d, see gate.log",
             WEXITSTATUS(stage->status));
    }
}

static void kill_now_and_wait(struct kill_stage *stage)
{
    look_after_gate(stage);
    if (stage->gate != 0) {
        kill(stage->gate, SIGKILL);
        while (waitpid(stage->gate, &stage->status, 0) < 0 && errno == EINTR) {
        }
        stage->gate = 0;
    }
}

void kill_stage_kill(struct kill_stage *stage)
{
    kill_now_and_wait(stage);
    check_end(stage);
    stage->kills++;
    fprintf(stage->peers.wire, "--- killed %u\n", stage->kills);
    int64_t end = ms_now() + 5000;
    while (!kill_peers_all_down(&stage->peers) && ms_now() < end) {
        turn(stage);
    }
}

/* --- rest --------------------------------------------------------------- */

/* R23 in the hub's own books: nothing is reserved. */
static bool hub_open_end(const struct kill_stage *stage, char *text, size_t len)
{
    const struct sim_ledger *books = &stage->peers.hub.ledger;
    for (size_t i = 0; i < books->token_count; i++) {
        const struct sim_token *token = &books->tokens[i];
        if (sim_account_reserved(&token->sums) != 0) {
            snprintf(text, len, "R23: the hub still reserves something for %s",
                     token->id);
            return true;
        }
    }
    return false;
}

static bool open_end(const struct kill_stage *stage, char *text, size_t len)
{
    if (!kill_peers_all_up(&stage->peers)) {
        snprintf(text, len, "not all sessions are logged on");
        return true;
    }
    return kill_ledger_open_end(&stage->peers.ledger, text, len) ||
           hub_open_end(stage, text, len);
}

/* Until nothing is open, and then a little longer: nothing may come late. */
static void come_to_rest(struct kill_stage *stage)
{
    char text[512] = "";
    int64_t end = ms_now() + SETTLE_MS;
    int quiet = 0;
    while (quiet < 2 && ms_now() < end && stage->gate != 0 &&
           !kill_stage_failed(stage)) {
        quiet = open_end(stage, text, sizeof(text)) ? 0 : quiet + 1;
        kill_load_cancel(&stage->load);
        kill_stage_go_on(stage, 40);
    }
    if (stage->gate == 0) {
        check_end(stage);
    } else if (quiet < 2) {
        fail(stage, "after %d s of rest: %s", SETTLE_MS / 1000, text);
    }
}

void kill_stage_settle(struct kill_stage *stage)
{
    stage->loaded = false;
    if (stage->gate == 0) {
        kill_stage_start(stage, stage->program, NULL);
    }
    kill_stage_await_all_up(stage);
    if (!kill_stage_failed(stage)) {
        kill_load_calm(&stage->load);
        come_to_rest(stage);
    }
    stage->loaded = true;
}

static int run_show(const struct kill_stage *stage)
{
    int status = 0;
    pid_t show = fork();
    if (show == 0) {
        struct path journal = path_of(stage, "gate.journal");
        say_to(stage, "show.log");
        execl(stage->program, stage->program, "show", "--journal", journal.text,
              (char *)NULL);
        _exit(127);
    }
    return waitpid(show, &status, 0) == show && WIFEXITED(status)
               ? WEXITSTATUS(status)
               : -1;
}

void kill_stage_end(struct kill_stage *stage)
{
    stage->loaded = false;
    if (kill_stage_failed(stage) || stage->gate == 0) {
        return;
    }
    kill(stage->gate, SIGTERM);
    kill_stage_go_on(stage, 10000);
    if (stage->gate != 0 || !WIFEXITED(stage->status) ||
        WEXITSTATUS(stage->status) != 0) {
        fail(stage, "the gate did not end as told");
    } else if (run_show(stage) != 0) {
        fail(stage, "creditgate show proves no totals, see show.log");
    }
}

/* --- opening and closing ------------------------------------------------ */

bool kill_stage_open(struct kill_stage *stage,
                     const char *program,
                     uint64_t seed)
{
    char here[PATH_MAX - 64];
    int port = free_port();
    *stage = (struct kill_stage){.program = program, .seed = seed};
    if (getcwd(here, sizeof(here)) == NULL) {
        return false;
    }
    snprintf(stage->folder, sizeof(stage->folder), "%s/kill_gate.XXXXXX", here);
    if (mkdtemp(stage->folder) == NULL) {
        return false;
    }
    struct path wire = path_of(stage, "wire.log");
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&stage->loop);
    uv_timer_init(&stage->loop, &stage->timer);
    stage->timer.data = stage;
    if (!kill_peers_open(&stage->peers, &stage->loop, port, wire.text) ||
        !write_files(stage, port)) {
        return false;
    }
    kill_load_init(&stage->load, &stage->peers, seed);
    stage->loaded = true;
    uv_timer_start(&stage->timer, on_timer, STEP_MS, STEP_MS);
    return true;
}

void kill_stage_close(struct kill_stage *stage)
{
    kill_now_and_wait(stage);
    uv_close((uv_handle_t *)&stage->timer, NULL);
    kill_peers_close(&stage->peers);
    kill_load_deinit(&stage->load);
    uv_run(&stage->loop, UV_RUN_DEFAULT);
    uv_loop_close(&stage->loop);
    if (stage->failure[0] == '\0') {
        folder_remove(stage->folder);
    }
}
