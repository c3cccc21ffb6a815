/*
 * A gate beside any FIX engine: whole messages come in on descriptor 0, what
 * the gate says goes out on descriptor 1.  Pipes or a socket pair.
 *
 *     pipe_gate gate.cfg
 *
 * One line for each frame; the bytes that a line counts follow it.  SESSION is
 * the Name= of the configuration.  The engine says
 *
 *     resume N                    first: N is the number of the last `send`
 *                                 that it has, 0: none
 *     up SESSION, down SESSION    it is logged on, or gone
 *     message SESSION LEN         an application message arrived
 *     rejected SESSION LEN        this message of ours was rejected (35=3)
 *     renumbered SESSION ours     our numbers began anew; or `theirs`
 *     stop                        answer what waits, take no new risk
 *     resend SESSION LEN          may this be sent again?  Takes no number
 *
 * and hears
 *
 *     ready TAKEN                 first: so many frames were taken, ever; those
 *                                 after them are to be said (again)
 *     send N SESSION TYPE TIME HEADER_LEN BODY_LEN
 *                                 a message to send: extra header fields, body
 *     taken TAKEN                 count these as received: all is durable
 *     yes, no                     to a `resend`; no: fill the gap
 *     end TEXT                    nothing more will come
 *
 * What is taken, and what is sent for it, is one transaction with the facts.
 * Both sides count, so that after a crash of either nothing is lost and nothing
 * comes twice.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <creditgate/gate.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#define STORE "pipe" /* what the journal calls our frames */
#define HEAD_MAX 256

struct text {
    char *bytes;
    size_t len;
    size_t room;
};

struct app {
    uv_pipe_t in;
    uv_pipe_t out;
    uv_timer_t timer;
    uv_write_t request;
    struct cg_config *config;
    struct cg_config_host host;
    struct cg_journal journal;
    struct cg_gate *gate;
    int taken;         /* frames of the engine, the next one's number */
    int sent;          /* likewise ours */
    struct text heard; /* what is no whole frame yet */
    struct text said;  /* this turn, or what is being written */
    struct text again; /* frames of before, out of the journal */
    bool resumed;
    bool writing;
    bool ending;
    bool failing;  /* the journal has failed, its spare has not */
    cg_time grace; /* then: when to end */
    int error;
};

static cg_time now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return ts.tv_sec * CG_SECOND + ts.tv_nsec;
}

static void fail(struct app *app, int error)
{
    app->error = app->error != 0 ? app->error : error;
}

static void
add(struct app *app, struct text *text, const char *bytes, size_t len)
{
    if (text->len + len > text->room) {
        size_t room = (text->len + len) * 2;
        char *more = realloc(text->bytes, room);
        if (more == NULL) {
            fail(app, CG_ERR_MEMORY);
            return;
        }
        text->bytes = more;
        text->room = room;
    }
    memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
}

static void say(struct app *app, const char *word, int number)
{
    char line[HEAD_MAX];
    int len = snprintf(line, sizeof(line), "%s %d\n", word, number);
    add(app, &app->said, line, (size_t)len);
}

/* --- what the gate says ------------------------------------------------- */

/* Kept with the facts under its number, and said at the end of the turn. */
static void send_one(struct app *app, const struct cg_out *out)
{
    struct cg_config_session_view to = {0};
    char line[HEAD_MAX];
    size_t at = app->said.len;
    (void)cg_config_session(app->config, out->session, &to);
    int len = snprintf(
        line, sizeof(line), "send %d %s %s %" PRId64 " %zu %zu\n", app->sent,
        to.name, out->type, now(), out->header_len, out->body_len);
    add(app, &app->said, line, (size_t)len);
    add(app, &app->said, out->header, out->header_len);
    add(app, &app->said, out->body, out->body_len);
    if (app->error == 0) {
        fail(app, cg_journal_message_set(
                      app->journal.user, STORE, app->sent, app->said.bytes + at,
                      app->said.len - at, (size_t)len + out->header_len,
                      out->body_len));
        fail(app, cg_journal_session_set_sender(app->journal.user, STORE,
                                                ++app->sent));
    }
}

/* After each call on the gate. */
static void drain(struct app *app, int status)
{
    struct cg_out out;
    fail(app, status);
    while (app->error == 0 && cg_gate_pull(app->gate, &out)) {
        send_one(app, &out);
    }
}

/* --- turns -------------------------------------------------------------- */

static void work(struct app *app);

static void close_all(struct app *app)
{
    if (!uv_is_closing((uv_handle_t *)&app->timer)) {
        uv_close((uv_handle_t *)&app->in, NULL);
        uv_close((uv_handle_t *)&app->out, NULL);
        uv_close((uv_handle_t *)&app->timer, NULL);
    }
}

/* The turn is in the journal's spare: no new risk from here on (CG501). */
static int begin_to_fail(struct app *app)
{
    app->failing = true;
    app->grace = now() + app->host.failure_grace_ns;
    fprintf(stderr, "FATAL: %s\n", app->journal.error(app->journal.user));
    drain(app, cg_gate_stop(app->gate, now()));
    return app->error != 0 ? app->error : cg_gate_commit(app->gate);
}

static int commit(struct app *app)
{
    int status = app->error != 0 ? app->error : cg_gate_commit(app->gate);
    if (status == CG_GATE_E_SPARE && !app->failing) {
        status = begin_to_fail(app);
    }
    return status == CG_GATE_E_SPARE ? 0 : status;
}

static void end(struct app *app, const char *why)
{
    app->ending = true;
    add(app, &app->said, "end ", 4);
    add(app, &app->said, why, strlen(why));
    add(app, &app->said, "\n", 1);
}

static void on_timer(uv_timer_t *timer)
{
    work(timer->data);
}

static void arm(struct app *app)
{
    cg_time due = app->resumed ? cg_gate_deadline(app->gate) : CG_TIME_NEVER;
    due = app->failing && app->grace < due ? app->grace : due;
    cg_time wait = due - now();
    if (due != CG_TIME_NEVER) {
        uv_timer_start(&app->timer, on_timer,
                       wait > 0 ? (uint64_t)((wait + CG_MS - 1) / CG_MS) : 0,
                       0);
    }
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buffer);
static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer);

static void on_written(uv_write_t *request, int status)
{
    struct app *app = request->data;
    app->writing = false;
    app->said.len = 0;
    if (status != 0 || app->ending) {
        close_all(app);
        return;
    }
    uv_read_start((uv_stream_t *)&app->in, on_alloc, on_read);
    work(app);
}

/* While this is on its way nothing is read and no time passes, so that an
 * engine which does not read costs no memory. */
static void flush(struct app *app)
{
    uv_buf_t buffer = uv_buf_init(app->said.bytes, (unsigned)app->said.len);
    app->request.data = app;
    app->writing = true;
    uv_read_stop((uv_stream_t *)&app->in);
    if (uv_write(&app->request, (uv_stream_t *)&app->out, &buffer, 1,
                 on_written) != 0) {
        close_all(app);
    }
}

/* Makes the turn durable, and only then lets out what it says. */
static void end_turn(struct app *app, int taken_before)
{
    int status = commit(app);
    if (status != 0) {
        app->error = status;
        app->said.len = 0; /* the turn never was */
        fprintf(stderr, "FATAL: %s\n", app->journal.error(app->journal.user));
        end(app, "the journal failed");
    } else if (app->taken != taken_before) {
        say(app, "taken", app->taken - 1);
    }
    if (app->said.len > 0) {
        flush(app);
    } else {
        arm(app);
    }
}

/* --- resending ---------------------------------------------------------- */

/* A message as the gate wants to be asked about it (R22). */
static size_t whole(char *to,
                    const char *type,
                    const char *begin_string,
                    cg_time at,
                    const char *fields,
                    size_t len)
{
    char clock[32];
    char head[128];
    unsigned sum = 0;
    struct tm tm;
    time_t seconds = at / CG_SECOND;
    gmtime_r(&seconds, &tm);
    strftime(clock, sizeof(clock), "%Y%m%d-%H:%M:%S", &tm);
    int head_len = snprintf(head, sizeof(head), "35=%s\00152=%s.%03d\001", type,
                            clock, (int)(at % CG_SECOND / CG_MS));
    int done = sprintf(to, "8=%s\0019=%zu\001%s", begin_string,
                       (size_t)head_len + len, head);
    memcpy(to + done, fields, len);
    for (size_t i = 0; i < (size_t)done + len; i++) {
        sum += (unsigned char)to[i];
    }
    return (size_t)done + len +
           (size_t)sprintf(to + done + len, "10=%03u\001", sum % 256);
}

static bool needs_cover(const char *type)
{
    return strcmp(type, "D") == 0 || strcmp(type, "G") == 0 ||
           strcmp(type, "AB") == 0 || strcmp(type, "AC") == 0;
}

static cg_session session_of(const struct app *app,
                             const char *name,
                             struct cg_config_session_view *view)
{
    for (cg_session i = 0; cg_config_session(app->config, i, view); i++) {
        if (strcmp(view->name, name) == 0) {
            return i;
        }
    }
    return CG_SESSION_NONE;
}

static void on_found(void *context,
                     int seq,
                     const char *bytes,
                     size_t len,
                     size_t body_at,
                     size_t body_len)
{
    struct app *app = context;
    (void)seq;
    (void)body_at;
    (void)body_len;
    add(app, &app->again, bytes, len);
}

/* Says again what the engine did not hear; orders only while they are covered,
 * the gate settles the others with the venue (R22, R45). */
static void resume(struct app *app, int heard)
{
    char *copy = malloc((size_t)app->host.message_max * 4 + HEAD_MAX);
    fail(app, copy == NULL ? CG_ERR_MEMORY : 0);
    fail(app, cg_journal_message_get(app->journal.user, STORE, heard + 1,
                                     app->sent - 1, on_found, app));
    add(app, &app->again, "", 1);
    for (size_t at = 0; app->error == 0 && at + 1 < app->again.len;) {
        struct cg_config_session_view view;
        char name[CG_NAME_MAX + 1];
        char type[8];
        int number;
        cg_time time;
        size_t header_len;
        size_t body_len;
        int line = 0;
        const char *frame = app->again.bytes + at;
        (void)sscanf(frame, "send %d %63s %7s %" SCNd64 " %zu %zu%n", &number,
                     name, type, &time, &header_len, &body_len, &line);
        size_t head = (size_t)line + 1; /* and its end of line */
        size_t len = header_len + body_len;
        cg_session session = session_of(app, name, &view);
        if (!needs_cover(type) ||
            cg_gate_may_resend(app->gate, session, copy,
                               whole(copy, type, view.begin_string, time,
                                     frame + head, len))) {
            add(app, &app->said, frame, head + len);
        } else {
            say(app, "none", number);
        }
        at += head + len;
    }
    free(copy);
    app->resumed = true;
}

/* --- what the engine says ----------------------------------------------- */

/* A frame that says something new; false when it is none of those. */
static bool take(struct app *app,
                 const char *word,
                 const char *name,
                 const char *argument,
                 const char *bytes,
                 size_t len)
{
    struct cg_config_session_view view;
    cg_session session = session_of(app, name, &view);
    struct cg_gate *gate = app->gate;
    if (strcmp(word, "stop") == 0) {
        drain(app, cg_gate_stop(gate, now()));
    } else if (session == CG_SESSION_NONE) {
        return false;
    } else if (strcmp(word, "message") == 0) {
        drain(app, cg_gate_recv(gate, session, bytes, len, now()));
    } else if (strcmp(word, "up") == 0 || strcmp(word, "down") == 0) {
        drain(app, cg_gate_link(gate, session, word[0] == 'u', now()));
    } else if (strcmp(word, "rejected") == 0) {
        drain(app, cg_gate_rejected(gate, session, bytes, len, now()));
    } else if (strcmp(word, "renumbered") == 0) {
        bool ours = strcmp(argument, "ours") == 0;
        drain(app, cg_gate_renumbered(gate, session, ours, now()));
    } else {
        return false;
    }
    fail(app,
         cg_journal_session_set_target(app->journal.user, STORE, ++app->taken));
    return true;
}

/* Takes one frame off the front; 0: it is not whole, -1: it makes no sense. */
static long frame(struct app *app, const char *bytes, size_t len)
{
    char line[HEAD_MAX] = "";
    char word[16] = "";
    char name[CG_NAME_MAX + 1] = "";
    char argument[16] = "";
    const char *stop = memchr(bytes, '\n', len < HEAD_MAX ? len : HEAD_MAX - 1);
    if (stop == NULL) {
        return len < HEAD_MAX ? 0 : -1;
    }
    size_t head = (size_t)(stop - bytes) + 1;
    memcpy(line, bytes, head - 1);
    (void)sscanf(line, "%15s %63s %15s", word, name, argument);
    bool counts = strcmp(word, "message") == 0 ||
                  strcmp(word, "rejected") == 0 || strcmp(word, "resend") == 0;
    size_t count = counts ? strtoul(argument, NULL, 10) : 0;
    if ((counts && count == 0) || count > (size_t)app->host.message_max * 16 ||
        app->resumed == (strcmp(word, "resume") == 0)) {
        return -1;
    }
    if (len < head + count) {
        return 0;
    }
    if (!app->resumed) {
        char *end;
        long heard = strtol(name, &end, 10);
        if (end == name || *end != '\0') {
            return -1;
        }
        if (heard < 0 || heard >= app->sent) { /* of another journal */
            return -1;
        }
        resume(app, (int)heard);
    } else if (strcmp(word, "resend") == 0) {
        struct cg_config_session_view view;
        bool may = cg_gate_may_resend(app->gate, session_of(app, name, &view),
                                      bytes + head, count);
        add(app, &app->said, may ? "yes\n" : "no\n", may ? 4 : 3);
    } else if (!take(app, word, name, argument, bytes + head, count)) {
        return -1;
    }
    return (long)(head + count);
}

/* One turn: all frames that are whole, and what is due by now. */
static void work(struct app *app)
{
    int taken_before = app->taken;
    size_t at = 0;
    long len = 1;
    if (app->writing || app->ending) {
        return;
    }
    while (app->error == 0 && len > 0 && at < app->heard.len) {
        len = frame(app, app->heard.bytes + at, app->heard.len - at);
        at += len > 0 ? (size_t)len : 0;
    }
    app->heard.len -= at;
    if (at > 0) {
        memmove(app->heard.bytes, app->heard.bytes + at, app->heard.len);
    }
    if (app->error == 0 && app->resumed &&
        cg_gate_deadline(app->gate) <= now()) {
        drain(app, cg_gate_tick(app->gate, now()));
    }
    if (len < 0) {
        end(app, "a frame that makes no sense came");
    } else if (app->failing && app->grace <= now()) {
        end(app, "the journal could not be written");
    }
    end_turn(app, taken_before);
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buffer)
{
    struct app *app = handle->data;
    struct text *heard = &app->heard;
    if (heard->room - heard->len < hint) {
        char *more = realloc(heard->bytes, heard->len + hint);
        if (more != NULL) {
            heard->room = heard->len + hint;
            heard->bytes = more;
        }
    }
    *buffer = uv_buf_init(heard->bytes + heard->len,
                          (unsigned)(heard->room - heard->len));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct app *app = stream->data;
    (void)buffer;
    if (count < 0) { /* the engine is gone; what is durable waits for it */
        close_all(app);
    } else {
        app->heard.len += (size_t)count;
        work(app);
    }
}

/* --- opening ------------------------------------------------------------ */

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *wrong,
                    const char *remedy)
{
    (void)user;
    fprintf(stderr, "%s:%d: %s; %s\n", file, line, wrong, remedy);
}

static void
on_gate(void *user, enum cg_log_level level, cg_time at, const char *text)
{
    (void)user;
    (void)level;
    (void)at;
    fprintf(stderr, "gate %s\n", text);
}

static int open_all(struct app *app)
{
    char error[1024] = "";
    int64_t creation = now();
    cg_config_host(app->config, &app->host);
    int status = cg_journal_open_sqlite(app->host.journal, &app->journal, error,
                                        sizeof(error));
    const struct cg_gate_options options = {
        .config = app->config,
        .journal = &app->journal,
        .now = now(),
        .log = on_gate,
    };
    status = status != 0
                 ? status
                 : cg_gate_open(&options, error, sizeof(error), &app->gate);
    status = status != 0
                 ? status
                 : cg_journal_session_load(app->journal.user, STORE, &app->sent,
                                           &app->taken, &creation);
    if (status != 0) {
        fprintf(stderr, "pipe_gate: %s\n", error);
    }
    return status;
}

/* What the start has decided is durable before a word is said; the engine
 * hears of it by its `resume`. */
static int start(struct app *app)
{
    if (uv_pipe_open(&app->in, 0) != 0 || uv_pipe_open(&app->out, 1) != 0) {
        fputs("pipe_gate: descriptors 0 and 1 must be pipes\n", stderr);
        close_all(app);
        return 2;
    }
    drain(app, 0);
    int status = commit(app);
    fail(app, status);
    app->said.len = 0;
    say(app, "ready", app->taken - 1);
    if (app->error != 0) {
        end(app, "the journal failed");
    }
    flush(app);
    return 0;
}

int main(int argc, char **argv)
{
    uv_loop_t *loop = uv_default_loop();
    struct app app = {.taken = 0};
    if (argc != 2) {
        fputs("usage: pipe_gate gate.cfg\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN); /* whoever has left is a write error */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that must not grow */
    if (cg_config_open(argv[1], mistake, NULL, &app.config) != 0) {
        return 2;
    }
    int status = open_all(&app) == 0 ? 0 : 2;
    if (status == 0) {
        uv_pipe_init(loop, &app.in, 0);
        uv_pipe_init(loop, &app.out, 0);
        uv_timer_init(loop, &app.timer);
        app.in.data = app.timer.data = &app;
        status = start(&app);
        uv_run(loop, UV_RUN_DEFAULT);
        uv_loop_close(loop);
    }
    cg_gate_close(app.gate);
    if (app.journal.close != NULL) {
        app.journal.close(app.journal.user);
    }
    cg_config_close(app.config);
    free(app.heard.bytes);
    free(app.said.bytes);
    free(app.again.bytes);
    return status != 0 ? status : app.error != 0 || app.failing ? 1 : 0;
}
