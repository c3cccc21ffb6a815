/*
 * Pictures and archives of a running gate.
 *
 * Must never touch a picture that the journal names before the next one is on
 * record, nor write the journal from the copy of the process.  Rules: R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "keeper.h"

#include <digest.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PATH_MAX_LEN = 4096 + 64,
    STEP_MS = 10, /* between two steps of an archive */
    BUFFER = 64 * 1024,
};

struct cg_keeper {
    struct cg_keeper_options options;
    struct cg_digester *digester;
    bool busy;      /* with a picture, until the pipe is closed */
    pid_t writer;   /* the copy that writes it, or 0 */
    cg_seq no;      /* the fact up to which that goes */
    uv_pipe_t pipe; /* its result */
    char result[CG_DIGEST_HEX + 1];
    size_t result_len;
    uv_timer_t timer;
    cg_seq next;     /* the fact that is time for a picture */
    cg_seq recorded; /* a picture whose fact waits for its commit, or 0 */
    bool wants_archive;
    bool archiving;
    bool stopping;
    int handles; /* that are open */
    void (*ended)(void *user);
    void *ended_user;
};

__attribute__((format(printf, 3, 4))) static void
say(const struct cg_keeper *keeper,
    enum cg_log_level level,
    const char *format,
    ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    keeper->options.say(keeper->options.user, level, text);
}

static void picture_path(const char *path, cg_seq no, char out[PATH_MAX_LEN])
{
    snprintf(out, PATH_MAX_LEN, "%.4096s-snapshot-%" PRIu64, path, no);
}

/* --- the copy ------------------------------------------------------------ */

/* What the copy writes with; it takes no memory, and ends by _exit(). */
struct writer {
    int file;
    struct cg_digester *digester;
    size_t len;
    char buffer[BUFFER];
};

static bool write_all(int file, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = write(file, bytes, len);
        if (done < 0 && errno != EINTR) {
            return false;
        }
        bytes += done > 0 ? done : 0;
        len -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

static int writer_flush(struct writer *writer)
{
    bool good = write_all(writer->file, writer->buffer, writer->len);
    cg_digester_add(writer->digester, writer->buffer, writer->len);
    writer->len = 0;
    return good ? 0 : CG_ERR_IO;
}

static int writer_write(void *user, const void *bytes, size_t len)
{
    struct writer *writer = user;
    const char *at = bytes;
    int status = 0;
    while (len > 0 && status == 0) {
        size_t room = sizeof(writer->buffer) - writer->len;
        size_t part = len < room ? len : room;
        memcpy(writer->buffer + writer->len, at, part);
        writer->len += part;
        at += part;
        len -= part;
        if (writer->len == sizeof(writer->buffer)) {
            status = writer_flush(writer);
        }
    }
    return status;
}

static bool sync_folder(const char *path)
{
    char folder[PATH_MAX_LEN];
    const char *slash = strrchr(path, '/');
    int len = slash != NULL ? (int)(slash - path) + 1 : 0;
    snprintf(folder, sizeof(folder), "%.*s.", len, path);
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = file >= 0 && fsync(file) == 0;
    if (file >= 0) {
        close(file);
    }
    return good;
}

enum { COPY_FILE = 3, COPY_RESULT = 4 };

/* It keeps two files, and neither a socket nor a journal; it ends with its
 * parent, and by the signals that the parent handles, but for the one that is
 * about another file. */
static void copy_alone(pid_t parent, int file, int result)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1);
    }
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        (void)signal(signals[i], SIG_DFL);
    }
    (void)signal(SIGUSR2, SIG_IGN);
    file = fcntl(file, F_DUPFD, COPY_RESULT + 1);
    result = fcntl(result, F_DUPFD, COPY_RESULT + 1);
    if (file < 0 || result < 0 || dup2(file, COPY_FILE) < 0 ||
        dup2(result, COPY_RESULT) < 0 ||
        close_range(COPY_RESULT + 1, ~0U, 0) != 0) {
        _exit(1);
    }
}

/* Everything that the copy does. */
static _Noreturn void
copy_run(const struct cg_keeper *keeper, pid_t parent, int file, int result)
{
    static struct writer writer; /* of the copy alone */
    struct cg_digest_bytes digest;
    char hex[CG_DIGEST_HEX + 1];
    copy_alone(parent, file, result);
    writer.file = COPY_FILE;
    writer.digester = keeper->digester;
    cg_digester_begin(writer.digester);
    if (cg_gate_save(keeper->options.gate, writer_write, &writer) != 0 ||
        writer_flush(&writer) != 0 || fsync(writer.file) != 0 ||
        !sync_folder(keeper->options.path)) {
        _exit(1);
    }
    cg_digester_end(writer.digester, &digest);
    cg_digest_hex(&digest, hex);
    _exit(write_all(COPY_RESULT, hex, CG_DIGEST_HEX) ? 0 : 1);
}

/* --- pictures ------------------------------------------------------------ */

static void archive_begin(struct cg_keeper *keeper);

static void on_closed(uv_handle_t *handle)
{
    struct cg_keeper *keeper = handle->data;
    if (--keeper->handles == 0 && keeper->ended != NULL) {
        keeper->ended(keeper->ended_user);
    }
}

static void on_pipe_closed(uv_handle_t *handle)
{
    struct cg_keeper *keeper = handle->data;
    keeper->busy = false;
    on_closed(handle);
}

static void picture_failed(struct cg_keeper *keeper)
{
    char path[PATH_MAX_LEN];
    picture_path(keeper->options.path, keeper->no, path);
    unlink(path);
    keeper->wants_archive = false;
    if (!keeper->stopping) {
        say(keeper, CG_LOG_WARNING,
            "ALARM: %s could not be written: a start takes longer", path);
    }
}

static void picture_done(struct cg_keeper *keeper)
{
    int status = 0;
    pid_t writer = keeper->writer;
    keeper->writer = 0;
    /* It has closed its end: it is over, or about to be.  One that was killed
     * may hang on a disk that does not answer: nobody waits for that. */
    pid_t found;
    do {
        found = waitpid(writer, &status, keeper->stopping ? WNOHANG : 0);
    } while (found < 0 && errno == EINTR);
    uv_close((uv_handle_t *)&keeper->pipe, on_pipe_closed);
    if (found != writer || !WIFEXITED(status) || WEXITSTATUS(status) != 0 ||
        keeper->result_len != CG_DIGEST_HEX || keeper->stopping) {
        picture_failed(keeper);
        return;
    }
    keeper->result[CG_DIGEST_HEX] = '\0';
    keeper->recorded = keeper->no;
    keeper->options.recorded(keeper->options.user,
                             cg_gate_saved(keeper->options.gate, keeper->no,
                                           keeper->result,
                                           keeper->options.now()));
}

static void on_room(uv_handle_t *handle, size_t wanted, uv_buf_t *room)
{
    struct cg_keeper *keeper = handle->data;
    (void)wanted;
    room->base = keeper->result + keeper->result_len;
    room->len = CG_DIGEST_HEX - keeper->result_len;
}

static void on_result(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct cg_keeper *keeper = stream->data;
    (void)bytes;
    if (len > 0) {
        keeper->result_len += (size_t)len;
    }
    if (len < 0 || keeper->result_len == CG_DIGEST_HEX) {
        picture_done(keeper);
    }
}

/* Starts the copy; false when it cannot be. */
static bool copy_start(struct cg_keeper *keeper, int file, const int ends[2])
{
    pid_t parent = getpid();
    fflush(NULL);
    pid_t writer = fork();
    if (writer == 0) {
        copy_run(keeper, parent, file, ends[1]);
    }
    close(ends[1]);
    if (writer < 0) {
        close(ends[0]);
        return false;
    }
    uv_pipe_init(keeper->options.loop, &keeper->pipe, 0);
    keeper->writer = writer;
    keeper->busy = true;
    keeper->handles++;
    keeper->pipe.data = keeper;
    keeper->result_len = 0;
    if (uv_pipe_open(&keeper->pipe, ends[0]) != 0 ||
        uv_read_start((uv_stream_t *)&keeper->pipe, on_room, on_result) != 0) {
        kill(writer, SIGKILL);
        picture_done(keeper);
    }
    return true;
}

static void picture_begin(struct cg_keeper *keeper)
{
    char path[PATH_MAX_LEN];
    int ends[2] = {-1, -1};
    keeper->no = cg_gate_facts(keeper->options.gate);
    keeper->next = keeper->no + keeper->options.facts;
    picture_path(keeper->options.path, keeper->no, path);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool begun = file >= 0 && pipe2(ends, O_CLOEXEC) == 0 &&
                 copy_start(keeper, file, ends);
    if (file >= 0) {
        close(file);
    }
    if (!begun) {
        picture_failed(keeper);
    }
}

/* Removes all pictures but the one up to fact |no|. */
static void others_remove(const struct cg_keeper *keeper, cg_seq no)
{
    char path[PATH_MAX_LEN];
    char folder[PATH_MAX_LEN];
    char keep[PATH_MAX_LEN];
    const char *slash = strrchr(keeper->options.path, '/');
    size_t len = slash != NULL ? (size_t)(slash - keeper->options.path) + 1 : 0;
    snprintf(folder, sizeof(folder), "%.*s.", (int)len, keeper->options.path);
    snprintf(path, sizeof(path), "%s-snapshot-", keeper->options.path + len);
    size_t prefix = strlen(path);
    picture_path(keeper->options.path + len, no, keep);
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        return;
    }
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (strncmp(entry->d_name, path, prefix) == 0 &&
            strcmp(entry->d_name, keep) != 0) {
            (void)unlinkat(dirfd(entries), entry->d_name, 0);
        }
    }
    closedir(entries);
}

void cg_keeper_set_facts(struct cg_keeper *keeper, cg_seq facts)
{
    keeper->next += facts - keeper->options.facts;
    keeper->options.facts = facts;
}

void cg_keeper_committed(struct cg_keeper *keeper)
{
    if (keeper->stopping) {
        return;
    }
    if (keeper->recorded != 0) {
        say(keeper, CG_LOG_NOTICE,
            "a snapshot is taken of the books after fact %" PRIu64,
            keeper->recorded);
        others_remove(keeper, keeper->recorded);
        keeper->recorded = 0;
        if (keeper->wants_archive) {
            archive_begin(keeper);
        }
    }
    if (!keeper->busy && !keeper->archiving &&
        cg_gate_facts(keeper->options.gate) >= keeper->next) {
        picture_begin(keeper);
    }
}

/* --- archives ------------------------------------------------------------ */

static void on_step(uv_timer_t *timer)
{
    struct cg_keeper *keeper = timer->data;
    char file[1024] = "";
    char error[1024] = "";
    bool more = false;
    int status = cg_journal_archive(keeper->options.journal->user, &more, file,
                                    sizeof(file), error, sizeof(error));
    if (status == 0 && more) {
        return;
    }
    uv_timer_stop(timer);
    keeper->archiving = false;
    if (status != 0) {
        say(keeper, CG_LOG_WARNING,
            "ALARM: the archive was given up, the journal is as it "
            "was: %s",
            error);
    } else if (file[0] != '\0') {
        say(keeper, CG_LOG_NOTICE,
            "older facts are in %s now: it stays beside the journal", file);
    } else {
        say(keeper, CG_LOG_NOTICE, "there is nothing to archive");
    }
}

static void archive_begin(struct cg_keeper *keeper)
{
    keeper->wants_archive = false;
    keeper->archiving = true;
    uv_timer_start(&keeper->timer, on_step, STEP_MS, STEP_MS);
}

void cg_keeper_archive(struct cg_keeper *keeper)
{
    if (keeper->stopping || keeper->archiving || keeper->wants_archive) {
        return;
    }
    keeper->wants_archive = true;
    if (!keeper->busy) {
        picture_begin(keeper);
    }
}

/* --- opening and closing ------------------------------------------------- */

struct cg_keeper *cg_keeper_open(const struct cg_keeper_options *options)
{
    struct cg_snapshot_mark mark = {.no = 0};
    struct cg_keeper *keeper = calloc(1, sizeof(*keeper));
    if (keeper == NULL) {
        return NULL;
    }
    keeper->options = *options;
    keeper->digester = cg_digester_open();
    if (keeper->digester == NULL) {
        free(keeper);
        return NULL;
    }
    keeper->next = cg_gate_facts(options->gate) -
                   cg_gate_unsaved(options->gate) + options->facts;
    uv_timer_init(options->loop, &keeper->timer);
    keeper->timer.data = keeper;
    keeper->handles = 1;
    if (options->journal->snapshot(options->journal->user, &mark) == 0) {
        others_remove(keeper, mark.no);
    }
    return keeper;
}

void cg_keeper_stop(struct cg_keeper *keeper,
                    void (*ended)(void *user),
                    void *user)
{
    if (keeper == NULL) {
        ended(user);
        return;
    }
    keeper->stopping = true;
    keeper->ended = ended;
    keeper->ended_user = user;
    if (keeper->writer != 0) {
        kill(keeper->writer, SIGKILL);
        picture_done(keeper);
    }
    uv_close((uv_handle_t *)&keeper->timer, on_closed);
}

static void free_keeper(void *user)
{
    struct cg_keeper *keeper = user;
    cg_digester_close(keeper->digester);
    free(keeper);
}

void cg_keeper_close(struct cg_keeper *keeper)
{
    if (keeper == NULL) {
        return;
    }
    if (keeper->handles > 0) {
        cg_keeper_stop(keeper, free_keeper, keeper);
    } else {
        free_keeper(keeper);
    }
}

bool cg_keeper_lacks_spare(const char *path)
{
    char spare[PATH_MAX_LEN];
    struct stat found;
    snprintf(spare, sizeof(spare), "%.4096s-spare", path);
    return stat(path, &found) == 0 && found.st_size > 0 &&
           stat(spare, &found) != 0;
}

const void *
cg_keeper_map(const char *path, const struct cg_journal *journal, size_t *len)
{
    struct cg_snapshot_mark mark = {.no = 0};
    struct stat found;
    char name[PATH_MAX_LEN];
    *len = 0;
    if (journal->snapshot(journal->user, &mark) != 0 || mark.no == 0) {
        return NULL;
    }
    picture_path(path, mark.no, name);
    int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &found) != 0 || found.st_size <= 0) {
        if (file >= 0) {
            close(file);
        }
        return NULL;
    }
    *len = (size_t)found.st_size;
    void *picture = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    return picture != MAP_FAILED ? picture : NULL;
}

void cg_keeper_unmap(const void *picture, size_t len)
{
    if (picture != NULL) {
        munmap((void *)(uintptr_t)picture, len);
    }
}
