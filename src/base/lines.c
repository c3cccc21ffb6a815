/*
 * Lines of text.  Must never hand on what is not plain UTF-8 text: values end
 * up in FIX fields and in another program's settings.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <lines.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <text.h>
#include <unistd.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Reads all of |fd|, but not much more than is allowed.  Returns 0 or an errno;
 * without memory |*bytes| is NULL. */
static int read_all(int fd, char **bytes, size_t *len)
{
    size_t room = 65536;

    *bytes = malloc(room);
    *len = 0;
    while (*bytes != NULL) {
        ssize_t got = read(fd, *bytes + *len, room - *len);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got < 0 ? errno : 0;
        }
        *len += (size_t)got;
        if (*len == room && room <= CG_LINES_SIZE_MAX) {
            char *more = realloc(*bytes, room * 2);

            if (more == NULL) {
                free(*bytes);
            }
            *bytes = more;
            room *= 2;
        } else if (*len == room) {
            return 0;
        }
    }
    return 0;
}

/* A pipe, a socket or a device may never end, and one that nobody writes to
 * makes whoever opens it wait: the gate reads its files again while it runs. */
static bool is_plain(int fd, struct stat *about)
{
    return fstat(fd, about) == 0 && S_ISREG(about->st_mode);
}

static const char *kind_of(mode_t mode)
{
    return S_ISFIFO(mode) ? "a pipe" : S_ISSOCK(mode) ? "a socket" : "a device";
}

static int line_at(const struct cg_lines *lines, size_t at)
{
    int line = 1;

    for (size_t i = 0; i < at; i++) {
        line += lines->text[i] == '\n' ? 1 : 0;
    }
    return line;
}

static bool check_bytes(const struct cg_lines *lines,
                        struct cg_mistakes *mistakes)
{
    size_t span = cg_text_utf8_span((struct cg_slice){lines->text, lines->len});
    const char *nul = memchr(lines->text, '\0', lines->len);

    if (nul != NULL) {
        cg_mistakes_add(mistakes, lines->path,
                        line_at(lines, (size_t)(nul - lines->text)),
                        "save it as plain text in UTF-8",
                        "there is a NUL byte: this is not a text file");
    } else if (span != lines->len) {
        cg_mistakes_add(mistakes, lines->path, line_at(lines, span),
                        "save the file as UTF-8",
                        "byte 0x%02x is not UTF-8 text",
                        (unsigned)(unsigned char)lines->text[span]);
    }
    return nul == NULL && span == lines->len;
}

static bool
check_size(const char *path, size_t len, struct cg_mistakes *mistakes)
{
    if (len <= CG_LINES_SIZE_MAX) {
        return true;
    }
    cg_mistakes_add(mistakes, path, 0, "give a smaller file",
                    "the file is larger than %zu MiB",
                    CG_LINES_SIZE_MAX / 1024 / 1024);
    return false;
}

static bool begin(struct cg_lines *lines, struct cg_mistakes *mistakes)
{
    if (!check_size(lines->path, lines->len, mistakes) ||
        !check_bytes(lines, mistakes)) {
        return false;
    }
    lines->next = lines->text;
    if (lines->len >= 3 && memcmp(lines->text, BYTE_ORDER_MARK, 3) == 0) {
        lines->next += 3;
    }
    return true;
}

static bool
cannot_read(const char *path, int error, struct cg_mistakes *mistakes)
{
    cg_mistakes_add(mistakes, path, 0,
                    "check the path, and that this user may read it",
                    "the file cannot be read: %s", strerror(error));
    return false;
}

bool cg_lines_open(struct cg_lines *lines,
                   const char *path,
                   struct cg_mistakes *mistakes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat about = {0};
    int error;

    *lines = (struct cg_lines){.path = path};
    if (fd < 0) {
        return cannot_read(path, errno, mistakes);
    }
    if (!is_plain(fd, &about)) {
        close(fd);
        if (S_ISDIR(about.st_mode)) {
            return cannot_read(path, EISDIR, mistakes);
        }
        cg_mistakes_add(mistakes, path, 0, "name a plain file",
                        "it is %s, not a file", kind_of(about.st_mode));
        return false;
    }
    error = read_all(fd, &lines->text, &lines->len);
    close(fd);
    if (lines->text == NULL) {
        mistakes->no_memory = true;
        return false;
    }
    return error == 0 ? begin(lines, mistakes)
                      : cannot_read(path, error, mistakes);
}

bool cg_lines_copy(struct cg_lines *lines,
                   const char *path,
                   struct cg_slice bytes,
                   struct cg_mistakes *mistakes)
{
    *lines = (struct cg_lines){.path = path};
    if (!check_size(path, bytes.len, mistakes)) {
        return false;
    }
    lines->text = malloc(bytes.len + 1);
    if (lines->text == NULL) {
        mistakes->no_memory = true;
        return false;
    }
    lines->len = bytes.len;
    if (bytes.len > 0) {
        memcpy(lines->text, bytes.data, bytes.len);
    }
    return begin(lines, mistakes);
}

/* Ends the line at its newline, or at the text's end; moves on. */
static char *cut_line(struct cg_lines *lines)
{
    char *line = lines->next;
    size_t left = lines->len - (size_t)(line - lines->text);
    char *end = memchr(line, '\n', left);

    if (end != NULL) {
        *end = '\0';
        lines->next = end + 1;
    } else {
        /* There is always room: the buffer is never read full. */
        line[left] = '\0';
        lines->next = line + left;
    }
    lines->line++;
    return line;
}

char *cg_lines_next(struct cg_lines *lines, struct cg_mistakes *mistakes)
{
    char *line;

    if (lines->next == lines->text + lines->len) {
        return NULL;
    }
    line = cg_text_trim(cut_line(lines));
    if (strlen(line) > CG_LINE_MAX) {
        cg_mistakes_add(mistakes, lines->path, lines->line,
                        "split it, or check for a missing line end",
                        "the line is longer than %d bytes", CG_LINE_MAX);
        *line = '\0';
    }
    for (const char *at = line; *at != '\0'; at++) {
        if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7f) {
            cg_mistakes_add(mistakes, lines->path, lines->line,
                            "remove it, or write the line again",
                            "the line holds a control character, 0x%02x",
                            (unsigned)*at);
            *line = '\0';
        }
    }
    return line;
}

void cg_lines_deinit(struct cg_lines *lines)
{
    free(lines->text);
    *lines = (struct cg_lines){0};
}
