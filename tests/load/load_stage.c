/*
 * The processes of a load test.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "load_stage.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../unit/folder.h"
#include "../unit/free_port.h"
#include "load_client.h"

static int64_t folder_size;

__attribute__((format(printf, 2, 3))) static void
fail(struct load_stage *stage, const char *format, ...)
{
    va_list arguments;
    if (stage->failure[0] != '\0') {
        return;
    }
    va_start(arguments, format);
    vsnprintf(stage->failure, sizeof(stage->failure), format, arguments);
    va_end(arguments);
}

/* --- files --------------------------------------------------------------- */

const char *stage_account(size_t client, char *buf)
{
    snprintf(buf, 8, "A%02zu", client + 1);
    return buf;
}

static FILE *file_open(const struct load_stage *stage, const char *name)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof(path), "%s/%s", stage->folder, name);
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    return file;
}

static void write_clients(FILE *file, int port)
{
    static const char *const models[] = {"ping", "push", "ping-with-push"};
    char account[8];
    for (size_t i = 0; i < STAGE_CLIENTS; i++) {
        stage_account(i, account);
        fprintf(file,
                "[SESSION]\nRole=client\nBeginString=FIX.4.4\n"
                "TargetCompID=C%02zu\nConnectionType=acceptor\n"
                "SocketAcceptPort=%d\nAccounts=%s\n"
                "[ACCOUNT]\nAccount=%s\nClearingFirm=FCM1\nHub=hub\n"
                "[LIMIT]\nRiskLimitID=L-%s\nAccount=%s\nHub=hub\nOwner=FCM1\n"
                "Currency=USD\nModel=%s\nFallbackMaxAgeMs=86400000\n",
                i + 1, port, account, account, account, account, models[i % 3]);
    }
    fprintf(file,
            "[LIMIT]\nRiskLimitID=CLIP\nKind=clip\nClearingFirm=FCM1\n"
            "Currency=USD\nAmount=%d\n",
            LOAD_CLIP_MILLIONS * LOAD_DV01);
}

/* Room for what waits is full in every round, so that it is all touched in the
 * first one; what is above is refused. */
static void write_settings(struct load_stage *stage, const char *day_end)
{
    FILE *file = file_open(stage, "gate.cfg.new");
    char from[PATH_MAX + 64];
    char to[PATH_MAX + 64];
    fprintf(file,
            "[GATE]\nJournal=gate.journal\nInstruments=instruments.csv\n"
            "TradingDayEnd=%s\nTimeZone=UTC\nHardDeadlineMs=10000\n"
            "SnapshotFacts=%u\nMaxOrders=30000\nMaxRequests=150000\n"
            "MaxReports=50000\nMaxWaiting=3000\nMaxMessageBytes=16384\n"
            "MaxLegs=0\nMaxInstruments=0\n"
            "[DEFAULT]\nSenderCompID=GATE\nSocketConnectHost=127.0.0.1\n"
            "HeartBtInt=5\n"
            "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
            "TargetCompID=VENUE\nConnectionType=initiator\n"
            "SocketConnectPort=%d\n"
            "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\n"
            "TargetCompID=HUB\nConnectionType=initiator\n"
            "SocketConnectPort=%d\n",
            day_end, stage->facts, stage->venue_port, stage->hub_port);
    write_clients(file, stage->port);
    fclose(file);
    snprintf(from, sizeof(from), "%s/gate.cfg.new", stage->folder);
    snprintf(to, sizeof(to), "%s/gate.cfg", stage->folder);
    rename(from, to);
}

static void write_tables(const struct load_stage *stage)
{
    char account[8];
    FILE *file = file_open(stage, "limits");
    for (size_t i = 0; i < STAGE_CLIENTS; i++) {
        stage_account(i, account);
        fprintf(file, "L-%s,FCM1,%s,USD,100000000000\n", account, account);
    }
    fclose(file);
    file = file_open(stage, "instruments.csv");
    fprintf(file,
            "instrument,currency,dv01_per_million\n"
            "USSW10,USD,%d\n",
            LOAD_DV01);
    fclose(file);
}

static int add_size(const char *path,
                    const struct stat *about,
                    int type,
                    struct FTW *where)
{
    (void)path;
    (void)where;
    folder_size += type == FTW_F ? about->st_size : 0;
    return 0;
}

int64_t stage_disk(const struct load_stage *stage)
{
    folder_size = 0;
    nftw(stage->folder, add_size, 8, FTW_PHYS);
    return folder_size;
}

/* --- what processes say -------------------------------------------------- */

/* "... books limit L-A01 granted=.. reserved=.. consumed=.. ..." */
static void hub_says(struct load_stage *stage, const char *line)
{
    unsigned client = 0;
    char reserved[32] = "";
    char consumed[32] = "";
    const char *books = strstr(line, " books ");
    if (books != NULL && strcmp(books, " books end") == 0) {
        stage->hub_told = true;
    }
    if (books != NULL &&
        sscanf(books,
               " books limit L-A%u granted=%*s overrun=%*s reserved=%31s "
               "consumed=%31s",
               &client, reserved, consumed) == 3 &&
        client >= 1 && client <= STAGE_CLIENTS) {
        struct stage_books *of = &stage->books[client - 1];
        memcpy(of->hub_reserved, reserved, sizeof(reserved));
        memcpy(of->hub_consumed, consumed, sizeof(consumed));
    }
}

static void gate_says(struct load_stage *stage, const char *line)
{
    const char *listens = strstr(line, "listens on ");
    const char *alarm = strstr(line, "ALARM:");
    unsigned client = 0;
    char last = '\0';
    fprintf(stage->gate_log, "%s\n", line);
    if (listens != NULL) {
        stage->listens = true;
    }
    if (sscanf(line, "%*s FIX.4.4:GATE->C%u logged ou%c", &client, &last) ==
            2 &&
        client >= 1 && client <= STAGE_CLIENTS) {
        stage->logouts[client - 1]++;
    }
    if (alarm != NULL) {
        stage->alarms++;
        snprintf(stage->alarm, sizeof(stage->alarm), "%s", alarm);
    }
    stage->not_read += strstr(line, "the peer does not read") != NULL ||
                       strstr(line, "too much is unread") != NULL;
    stage->days += strstr(line, "trading day") != NULL;
    stage->archives += strstr(line, "archive") != NULL;
    if (strstr(line, "FATAL") != NULL) {
        fail(stage, "the gate: %s", line);
    }
}

static void
said(struct load_stage *stage, enum stage_role role, const char *line)
{
    const char *listens = strstr(line, " listen ");
    if (role == STAGE_GATE) {
        gate_says(stage, line);
        return;
    }
    if (listens != NULL) {
        int port = atoi(listens + 8);
        *(role == STAGE_HUB ? &stage->hub_port : &stage->venue_port) = port;
    }
    if (strstr(line, " violation ") != NULL) {
        fail(stage, "the venue: %s", line);
    }
    if (role == STAGE_HUB) {
        hub_says(stage, line);
    }
}

static void take(struct stage_process *process, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\n') {
            process->line[process->line_len] = '\0';
            process->line_len = 0;
            said(process->stage, process->role, process->line);
        } else if (process->line_len + 1 < sizeof(process->line)) {
            process->line[process->line_len++] = bytes[i];
        }
    }
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct stage_process *process = stream->data;
    if (n < 0) {
        uv_close((uv_handle_t *)stream, NULL);
    } else {
        take(process, buffer->base, (size_t)n);
    }
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buffer)
{
    struct stage_process *process = handle->data;
    (void)hint;
    *buffer = uv_buf_init(process->scratch, sizeof(process->scratch));
}

/* --- processes ----------------------------------------------------------- */

void stage_become(char **words)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0L, 0L, 0L);
    execv(words[0], words);
    perror(words[0]);
}

static void on_ended(uv_process_t *handle, int64_t status, int number)
{
    struct stage_process *process = handle->data;
    process->runs = false;
    process->status = number != 0 ? -number : status;
    uv_close((uv_handle_t *)handle, NULL);
}

static void start(struct load_stage *stage, enum stage_role role, char **words)
{
    struct stage_process *process = &stage->processes[role];
    uv_stdio_container_t stdio[3] = {
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE,
         .data.stream = (uv_stream_t *)&process->in},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
         .data.stream = (uv_stream_t *)&process->out},
        {.flags = UV_INHERIT_FD, .data.fd = 2}};
    uv_process_options_t options = {.file = "/proc/self/exe",
                                    .args = words,
                                    .cwd = stage->folder,
                                    .exit_cb = on_ended,
                                    .stdio = stdio,
                                    .stdio_count = 3};
    *process = (struct stage_process){.stage = stage, .role = role};
    uv_pipe_init(stage->loop, &process->in, 0);
    uv_pipe_init(stage->loop, &process->out, 0);
    process->process.data = process;
    process->out.data = process;
    int result = uv_spawn(stage->loop, &process->process, &options);
    if (result != 0) {
        fprintf(stderr, "%s: %s\n", stage->program, uv_strerror(result));
        exit(2);
    }
    process->runs = true;
    process->has_in = true;
    uv_read_start((uv_stream_t *)&process->out, on_alloc, on_read);
}

void stage_tell(struct load_stage *stage,
                enum stage_role role,
                const char *line)
{
    char text[128];
    int len = snprintf(text, sizeof(text), "%s\n", line);
    uv_buf_t buffer = uv_buf_init(text, (unsigned)len);
    if (uv_try_write((uv_stream_t *)&stage->processes[role].in, &buffer, 1) !=
        len) {
        fail(stage, "\"%s\" could not be told", line);
    }
}

void stage_signal(struct load_stage *stage, enum stage_role role, int number)
{
    if (stage->processes[role].runs) {
        uv_process_kill(&stage->processes[role].process, number);
    }
}

void stage_end_day(struct load_stage *stage)
{
    char text[16];
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(text, sizeof(text), "%H:%M:%S", &parts);
    write_settings(stage, text);
    stage_signal(stage, STAGE_GATE, SIGHUP);
}

int stage_stranger(const struct load_stage *stage)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)stage->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    /* Not one that waits: the gate would wait for who reads its log. */
    int line = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (line < 0 ||
        (connect(line, (struct sockaddr *)&address, sizeof(address)) != 0 &&
         errno != EINPROGRESS)) {
        perror("a stranger");
    }
    return line;
}

/* Words that stage_become() takes. */
#define BECOMES "load", STAGE_CHILD, stage->program

static void start_all(struct load_stage *stage)
{
    char *hub[] = {BECOMES,   "hubsim",   "--listen", "0",
                   "--quiet", "--limits", "limits",   NULL};
    char *venue[] = {BECOMES,   "venuesim",    "--listen", "0",
                     "--quiet", "--token-tag", "7350",     NULL};
    char *gate[] = {BECOMES,       "run",    "--config", "gate.cfg",
                    "--log-level", "notice", NULL};
    start(stage, STAGE_HUB, hub);
    /* All limits in one message are more fields than a gate takes. */
    stage_tell(stage, STAGE_HUB, "fragment 20");
    start(stage, STAGE_VENUE, venue);
    while (stage->hub_port == 0 || stage->venue_port == 0) {
        uv_run(stage->loop, UV_RUN_ONCE);
    }
    stage->port = free_port();
    write_settings(stage, "never");
    start(stage, STAGE_GATE, gate);
    while (!stage->listens && stage->processes[STAGE_GATE].runs) {
        uv_run(stage->loop, UV_RUN_ONCE);
    }
}

/* In |where|; with a whole path, as the processes run there. */
static bool make_folder(struct load_stage *stage, const char *where)
{
    char path[PATH_MAX];
    if (realpath(where, path) == NULL) {
        return false;
    }
    int len = snprintf(stage->folder, sizeof(stage->folder), "%s/load.XXXXXX",
                       path);
    return len > 0 && (size_t)len < sizeof(stage->folder) &&
           mkdtemp(stage->folder) != NULL;
}

bool stage_open(struct load_stage *stage,
                uv_loop_t *loop,
                const char *program,
                const char *where,
                unsigned snapshot_facts)
{
    *stage = (struct load_stage){.loop = loop, .facts = snapshot_facts};
    if (realpath(program, stage->program) == NULL) {
        perror(program);
        return false;
    }
    if (!make_folder(stage, where) && !make_folder(stage, ".")) {
        perror(where);
        return false;
    }
    signal(SIGPIPE, SIG_IGN);
    stage->gate_log = file_open(stage, "gate.log");
    write_tables(stage);
    start_all(stage);
    return stage->processes[STAGE_GATE].runs;
}

void stage_close(struct load_stage *stage, bool keep)
{
    for (int i = 0; i < STAGE_ROLES; i++) {
        struct stage_process *process = &stage->processes[i];
        stage_signal(stage, (enum stage_role)i, SIGCONT);
        stage_signal(stage, (enum stage_role)i,
                     i == STAGE_GATE ? SIGKILL : SIGTERM);
        if (process->has_in) {
            uv_close((uv_handle_t *)&process->in, NULL);
        }
    }
    for (int i = 0; i < STAGE_ROLES; i++) {
        while (stage->processes[i].runs) {
            uv_run(stage->loop, UV_RUN_ONCE);
        }
    }
    fclose(stage->gate_log);
    if (!keep) {
        folder_remove(stage->folder);
    }
}

/* --- figures ------------------------------------------------------------- */

static FILE *proc_open(const struct load_stage *stage, const char *name)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%s",
             stage->processes[STAGE_GATE].process.pid, name);
    return fopen(path, "re");
}

long stage_memory(const struct load_stage *stage, const char *what)
{
    char line[256];
    long found = 0;
    FILE *file = proc_open(stage, "status");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, what, strlen(what)) == 0) {
            found = atol(line + strlen(what) + 1);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

void stage_cpu(const struct load_stage *stage, double *ran, double *queued)
{
    unsigned long long times[2] = {0, 0};
    FILE *file = proc_open(stage, "schedstat");
    if (file == NULL || fscanf(file, "%llu %llu", &times[0], &times[1]) != 2) {
        times[0] = times[1] = 0;
    }
    if (file != NULL) {
        fclose(file);
    }
    *ran = (double)times[0] / 1e9;
    *queued = (double)times[1] / 1e9;
}

/* "L-A01  FCM1  A01  FCM1  enabled  USD  amount  used  available" */
static void gate_limit(struct load_stage *stage, const char *line)
{
    unsigned client = 0;
    char amount[32];
    char used[32];
    if (sscanf(line, "L-A%u %*s %*s %*s %*s %*s %31s %31s", &client, amount,
               used) == 3 &&
        client >= 1 && client <= STAGE_CLIENTS) {
        memcpy(stage->books[client - 1].gate_amount, amount, sizeof(amount));
        memcpy(stage->books[client - 1].gate_used, used, sizeof(used));
    }
}

static void nothing(struct load_stage *stage, const char *line)
{
    (void)stage;
    (void)line;
}

static void run(struct load_stage *stage,
                const char *word,
                void (*heard)(struct load_stage *stage, const char *line))
{
    char command[3 * PATH_MAX];
    char line[1024];
    snprintf(command, sizeof(command), "'%s' %s --journal '%s/gate.journal'",
             stage->program, word, stage->folder);
    FILE *out = popen(command, "re");
    while (out != NULL && fgets(line, sizeof(line), out) != NULL) {
        heard(stage, line);
    }
    int status = out != NULL ? pclose(out) : -1;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fail(stage, "creditgate %s does not prove the journal (status %d)",
             word, WEXITSTATUS(status));
    }
}

void stage_read_books(struct load_stage *stage)
{
    run(stage, "show", gate_limit);
    run(stage, "audit", nothing);
}
