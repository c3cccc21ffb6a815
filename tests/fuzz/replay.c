/*
 * Runs a fuzz target on inputs that are there:
 *
 *     fuzz_NAME [--spoil COUNT [--seed SEED]] FILE|FOLDER ...
 *     fuzz_NAME --unpack FOLDER FILE
 *
 * A FILE that ends in .pack holds many, each behind its length (corpus.c).
 * --spoil also runs COUNT inputs that are changed here and there, the same ones
 * for the same SEED.  One that fails is written to the file that CG_FUZZ_KEEP
 * names, if there is one in the environment.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct input {
    char *name;
    uint8_t *bytes;
    size_t len;
};

static struct input *inputs;
static size_t input_count;
static const char *running = "nothing";
static struct fuzz_bytes running_bytes;
static const char *keep;

static void on_end(int number)
{
    char text[512];
    int file = keep != NULL ? open(keep, O_WRONLY | O_CREAT | O_TRUNC, 0600)
                            : -1;
    if (file >= 0) {
        (void)!write(file, running_bytes.at, running_bytes.left);
    }
    int len = snprintf(text, sizeof(text), "%s: signal %d\n", running, number);
    (void)!write(STDERR_FILENO, text, (size_t)len);
    signal(number, SIG_DFL);
    raise(number);
}

static void add_input(const char *name, const uint8_t *bytes, size_t len)
{
    if (input_count % 1024 == 0) {
        inputs = realloc(inputs, (input_count + 1024) * sizeof(*inputs));
    }
    uint8_t *copy = malloc(len + 1);
    if (inputs == NULL || copy == NULL) {
        fuzz_fail("no memory");
    }
    memcpy(copy, bytes, len);
    copy[len] = '\0';
    inputs[input_count++] = (struct input){strdup(name), copy, len};
}

static uint8_t *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    *len = 0;
    if (file == NULL) {
        fuzz_fail("%s cannot be read", path);
    }
    for (size_t got = 1; got > 0; *len += got) {
        bytes = realloc(bytes, *len + 65536);
        if (bytes == NULL) {
            fuzz_fail("no memory");
        }
        got = fread(bytes + *len, 1, 65536, file);
    }
    fclose(file);
    return bytes;
}

static void add_pack(const char *path, const uint8_t *bytes, size_t len)
{
    struct fuzz_bytes rest = {bytes, len};
    char name[512];
    for (size_t i = 0; rest.left > 0; i++) {
        size_t size = (size_t)fuzz_take(&rest, 4);
        if (size > rest.left) {
            fuzz_fail("%s is cut off", path);
        }
        snprintf(name, sizeof(name), "%s#%zu", path, i);
        add_input(name, rest.at, size);
        rest.at += size;
        rest.left -= size;
    }
}

static void add_path(const char *path)
{
    struct stat stat_of;
    if (stat(path, &stat_of) == 0 && S_ISDIR(stat_of.st_mode)) {
        struct dirent **names;
        int count = scandir(path, &names, NULL, alphasort);
        for (int i = 0; i < count; i++) {
            char inner[1024];
            snprintf(inner, sizeof(inner), "%s/%s", path, names[i]->d_name);
            if (names[i]->d_name[0] != '.') {
                add_path(inner);
            }
            free(names[i]);
        }
        if (count >= 0) {
            free(names);
        }
        return;
    }
    size_t len;
    size_t name_len = strlen(path);
    uint8_t *bytes = read_file(path, &len);
    if (name_len > 5 && strcmp(path + name_len - 5, ".pack") == 0) {
        add_pack(path, bytes, len);
    } else {
        add_input(path, bytes, len);
    }
    free(bytes);
}

static void run(const char *name, const uint8_t *bytes, size_t len)
{
    /* At the end of its memory, so that a sanitizer sees what goes beyond. */
    uint8_t *exact = malloc(len > 0 ? len : 1);
    if (exact == NULL) {
        fuzz_fail("no memory");
    }
    memcpy(exact, bytes, len);
    running = name;
    running_bytes = (struct fuzz_bytes){exact, len};
    (void)LLVMFuzzerTestOneInput(exact, len);
    free(exact);
}

/* --- spoilt inputs -------------------------------------------------------- */

static uint64_t state = 88172645463325252u;

static uint64_t pick(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 16) % below;
}

/* What one change adds at most to as much as there is. */
enum { REPEATS_MAX = 200, REPEATED_MAX = 8 };

/* A number where there is one, or over what is there. */
static size_t put_number(uint8_t *bytes, size_t at, size_t len)
{
    static const char *const numbers[] = {
        "0",          "-1",         "1",          "9",
        "99",         "256",        "1000",       "65536",
        "2147483648", "4294967296", "1000000000", "9223372036854775807"};
    const char *number = numbers[pick(sizeof(numbers) / sizeof(numbers[0]))];
    size_t size = strlen(number);
    size_t end = at;
    while (at > 0 && bytes[at - 1] >= '0' && bytes[at - 1] <= '9') {
        at--;
    }
    while (end < len && bytes[end] >= '0' && bytes[end] <= '9') {
        end++;
    }
    memmove(bytes + at + size, bytes + end, len - end);
    memcpy(bytes + at, number, size);
    return len - (end - at) + size;
}

/* The same few bytes many times. */
static size_t put_again(uint8_t *bytes, size_t at, size_t len)
{
    size_t run = 1 + (size_t)pick(REPEATED_MAX);
    size_t times = 1 + (size_t)pick(REPEATS_MAX);
    run = run < len - at ? run : len - at;
    memmove(bytes + at + run * times, bytes + at, len - at);
    for (size_t i = 0; i < run * times; i++) {
        bytes[at + i] = bytes[at + run * times + i % run];
    }
    return len + run * times;
}

static size_t change(uint8_t *bytes, size_t len)
{
    static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xff};
    size_t at = (size_t)pick(len);
    size_t run = (size_t)pick(pick(4) == 0 ? len - at + 1 : 9);
    run = run < len - at ? run : len - at;
    switch (pick(8)) {
    case 0:
        bytes[at] = (uint8_t)pick(256);
        return len;
    case 1:
        bytes[at] ^= (uint8_t)(1 << pick(8));
        return len;
    case 2:
        memmove(bytes + at, bytes + at + run, len - at - run);
        return len - run;
    case 3:
        memmove(bytes + at + run, bytes + at, len - at);
        return len + run;
    case 4:
        return put_number(bytes, at, len);
    case 5:
        return put_again(bytes, at, len);
    case 6:
        memset(bytes + at, edges[pick(sizeof(edges))], run < 9 ? run : 8);
        return len;
    default:
        memmove(bytes + at, bytes + pick(len - run + 1), run);
        return len;
    }
}

/* Any input; or, as often, one of any kind, which the first byte is. */
static const struct input *pick_input(void)
{
    bool there[256] = {false};
    size_t first = (size_t)pick(input_count);
    int kind = 0;
    if (pick(2) == 0) {
        return &inputs[first];
    }
    for (size_t i = 0; i < input_count; i++) {
        there[inputs[i].bytes[0]] = true;
    }
    for (uint64_t n = 1 + pick(256); n > 0;) {
        kind = (kind + 1) % 256;
        n -= there[kind] ? 1 : 0;
    }
    while (inputs[first].bytes[0] != kind) {
        first = (first + 1) % input_count;
    }
    return &inputs[first];
}

static void run_spoilt(size_t number)
{
    const struct input *input = pick_input();
    char name[600];
    /* Each change adds as much as there is, at most, or its own. */
    uint8_t *bytes = malloc((input->len + REPEATS_MAX * REPEATED_MAX) * 16);
    size_t len = input->len;
    if (bytes == NULL) {
        fuzz_fail("no memory");
    }
    memcpy(bytes, input->bytes, len);
    for (uint64_t n = 1 + pick(4); n > 0 && len > 0; n--) {
        len = change(bytes, len);
    }
    snprintf(name, sizeof(name), "%s, spoilt, number %zu", input->name, number);
    run(name, bytes, len);
    free(bytes);
}

/* --- main ----------------------------------------------------------------- */

static int unpack(const char *folder, const char *path)
{
    char name[1024];
    add_path(path);
    for (size_t i = 0; i < input_count; i++) {
        snprintf(name, sizeof(name), "%s/%05zu", folder, i);
        FILE *file = fopen(name, "wb");
        if (file == NULL ||
            fwrite(inputs[i].bytes, 1, inputs[i].len, file) != inputs[i].len) {
            fuzz_fail("%s cannot be written", name);
        }
        fclose(file);
    }
    return 0;
}

int main(int argc, char **argv)
{
    size_t spoilt = 0;
    int first = 1;
    if (argc == 4 && strcmp(argv[1], "--unpack") == 0) {
        return unpack(argv[2], argv[3]);
    }
    if (argc > 2 && strcmp(argv[1], "--spoil") == 0) {
        spoilt = strtoul(argv[2], NULL, 10);
        first = 3;
    }
    if (argc > first + 1 && strcmp(argv[first], "--seed") == 0) {
        state += strtoul(argv[first + 1], NULL, 10) * 2654435761u;
        first += 2;
    }
    for (int i = first; i < argc; i++) {
        add_path(argv[i]);
    }
    if (input_count == 0) {
        fuzz_fail("there are no inputs");
    }
    keep = getenv("CG_FUZZ_KEEP");
    signal(SIGABRT, on_end);
    signal(SIGSEGV, on_end);
    signal(SIGBUS, on_end);
    for (size_t i = 0; i < input_count; i++) {
        run(inputs[i].name, inputs[i].bytes, inputs[i].len);
    }
    for (size_t i = 0; i < spoilt; i++) {
        run_spoilt(i);
    }
    printf("%zu inputs, and %zu spoilt ones\n", input_count, spoilt);
    for (size_t i = 0; i < input_count; i++) {
        free(inputs[i].name);
        free(inputs[i].bytes);
    }
    free(inputs);
    return 0;
}
