/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void fuzz_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

/* --- edges ---------------------------------------------------------------- */

enum { PAGE = 4096 };

/* Pages between two that cannot be read. */
struct pages {
    char *first;
    size_t len;
};

static void pages_take(struct pages *pages, size_t len)
{
    if (pages->first != NULL && pages->len >= len) {
        return;
    }
    if (pages->first != NULL) {
        munmap(pages->first - PAGE, pages->len + 2 * PAGE);
    }
    pages->len = (len / PAGE + 16) * PAGE;
    char *all = mmap(NULL, pages->len + 2 * PAGE, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED ||
        mprotect(all + PAGE, pages->len, PROT_READ | PROT_WRITE) != 0) {
        fuzz_fail("no memory for %zu bytes", len);
    }
    pages->first = all + PAGE;
}

const char *fuzz_at_end(const void *bytes, size_t len)
{
    static struct pages pages;
    pages_take(&pages, len);
    char *at = pages.first + pages.len - len;
    if (len > 0) {
        memcpy(at, bytes, len);
    }
    return at;
}

const char *fuzz_at_start(const void *bytes, size_t len)
{
    static struct pages pages;
    pages_take(&pages, len);
    if (len > 0) {
        memcpy(pages.first, bytes, len);
    }
    return pages.first;
}

/* --- files ---------------------------------------------------------------- */

static char folder[256];
static pid_t folder_of; /* a copy of the process does not remove it */

static void remove_folder(void)
{
    char command[sizeof(folder) + 16];
    if (folder_of == getpid()) {
        snprintf(command, sizeof(command), "rm -rf %s", folder);
        (void)!system(command);
    }
}

const char *fuzz_file(const char *name, const void *bytes, size_t len)
{
    static char paths[4][sizeof(folder) + 64];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    if (folder_of == 0) {
        /* In memory, if there is such a place: files are written all the time.
         * Whoever expects this to be killed says a place, and clears it. */
        const char *said = getenv("CG_FUZZ_FOLDER");
        snprintf(folder, sizeof(folder), "%s/cg-fuzz-XXXXXX",
                 said != NULL                    ? said
                 : access("/dev/shm", W_OK) == 0 ? "/dev/shm"
                                                 : "/tmp");
        if (mkdtemp(folder) == NULL) {
            fuzz_fail("no folder %s", folder);
        }
        folder_of = getpid();
        atexit(remove_folder);
    }
    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    if (bytes == NULL) {
        return path;
    }
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || write(file, bytes, len) != (ssize_t)len ||
        close(file) != 0) {
        fuzz_fail("%s cannot be written", path);
    }
    return path;
}

/* --- messages ------------------------------------------------------------- */

size_t
fuzz_seal(int version, const void *rest, size_t len, char *sealed, size_t room)
{
    static const char *const begins[] = {"FIX.4.2", "FIX.4.4", "FIXT.1.1"};
    unsigned sum = 0;
    if (len + 64 > room) {
        return 0;
    }
    size_t at = (size_t)snprintf(sealed, room, "8=%s\0019=%zu\001",
                                 begins[version % 3], len);
    memcpy(sealed + at, rest, len);
    at += len;
    for (size_t i = 0; i < at; i++) {
        sum += (uint8_t)sealed[i];
    }
    return at +
           (size_t)snprintf(sealed + at, room - at, "10=%03u\001", sum % 256);
}

/* --- inputs --------------------------------------------------------------- */

uint64_t fuzz_take(struct fuzz_bytes *bytes, size_t count)
{
    uint64_t number = 0;
    for (size_t i = 0; i < count && bytes->left > 0; i++) {
        number |= (uint64_t)*bytes->at << 8 * i;
        bytes->at++;
        bytes->left--;
    }
    return number;
}

struct cg_slice fuzz_take_text(struct fuzz_bytes *bytes, uint8_t end)
{
    struct cg_slice text = {(const char *)bytes->at, 0};
    while (text.len < bytes->left && bytes->at[text.len] != end) {
        text.len++;
    }
    size_t gone = text.len < bytes->left ? text.len + 1 : text.len;
    bytes->at += gone;
    bytes->left -= gone;
    return text;
}
