/*
 * Lines of text.  Must never hand on what is not plain UTF-8 text: values end
 * up in FIX fields and in another program's settings.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <lines.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Reads all of |file|, but not much more than is allowed; NULL on failure. */
static char *read_all(FILE *file, size_t *len)
{
    size_t room = 65536;
    char *bytes = malloc(room);
    size_t got;

    *len = 0;
    while (bytes != NULL &&
           (got = fread(bytes + *len, 1, room - *len, file)) > 0) {
        *len += got;
        if (*len == room && room <= CG_LINES_SIZE_MAX) {
            char *more = realloc(bytes, room * 2);

            if (more == NULL) {
                free(bytes);
                return NULL;
            }
            bytes = more;
            room *= 2;
        }
    }
    return bytes;
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

bool cg_lines_open(struct cg_lines *lines,
                   const char *path,
                   struct cg_mistakes *mistakes)
{
    FILE *file = fopen(path, "rb");
    int error = errno;

    *lines = (struct cg_lines){.path = path};
    if (file != NULL) {
        errno = 0;
        lines->text = read_all(file, &lines->len);
        error = ferror(file) != 0 ? errno : 0;
        (void)fclose(file);
        if (lines->text == NULL) {
            mistakes->no_memory = true;
            return false;
        }
    }
    if (error != 0) {
        cg_mistakes_add(mistakes, path, 0,
                        "check the path, and that this user may read it",
                        "the file cannot be read: %s", strerror(error));
        return false;
    }
    return begin(lines, mistakes);
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
