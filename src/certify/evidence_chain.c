/*
 * The chain of a file of evidence.
 *
 * Must never take a line for good that was not written as it is: each line
 * names the digest of the one before it, its end of line included, so that
 * "sed -n 7p | sha256sum" gives what line 8 must say.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "evidence_chain.h"

#include "creditgate/types.h"
#include <stdio.h>
#include <stdlib.h>

/* A name or a record from somebody else is not to steer a terminal. */
static void blunt(char *text)
{
    for (unsigned char *at = (unsigned char *)text; *at != '\0'; at++) {
        bool high = *at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
        if (*at < 0x20 || *at == 0x7f || high) {
            *at = '?';
        }
        if (high) {
            *++at = '?';
        }
    }
}

void cg_listener_say(const struct cg_listener *listener,
                     const char *format,
                     ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int len = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (len < 0) {
        listener->say(listener->user, "no memory left to say what is wrong");
        return;
    }
    blunt(text);
    listener->say(listener->user, text);
    free(text);
}

/* The record that |line| holds; NULL, with words in |error|, when it is none.
 * The parser knows no want of memory: it calls it a mistake of the line, or
 * loses a letter, so that the line is refused, which is the safe side. */
static json_t *parse_record(struct cg_slice line, json_error_t *error)
{
    json_t *record = json_loadb(line.data, line.len,
                                JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, error);
    if (record != NULL && !json_is_object(record)) {
        snprintf(error->text, sizeof(error->text), "not an object");
        error->column = 1;
        json_decref(record);
        return NULL;
    }
    return record;
}

/* What every record has; |previous| is the digest of the line before it. */
static bool check_record(const struct cg_chain *chain,
                         const json_t *record,
                         const char *previous,
                         const struct cg_listener *listener)
{
    size_t line = chain->count + 1;
    const json_t *no = json_object_get(record, "no");
    const char *said = json_string_value(json_object_get(record, "previous"));
    if (said == NULL || strcmp(said, previous) != 0) {
        cg_listener_say(listener,
                        CG_EVIDENCE_FILE
                        ":%zu: previous: it says %.64s, but the line before "
                        "has the digest %s: one of the two was changed, or "
                        "lines between them are missing",
                        line, said != NULL ? said : "nothing", previous);
        return false;
    }
    if (!json_is_integer(no) || json_integer_value(no) != (json_int_t)line ||
        !json_is_string(json_object_get(record, "kind")) ||
        !json_is_string(json_object_get(record, "time"))) {
        cg_listener_say(listener,
                        CG_EVIDENCE_FILE
                        ":%zu: no, time, kind: not those of record %zu",
                        line, line);
        return false;
    }
    return true;
}

int cg_chain_take(struct cg_chain *chain,
                  struct cg_digester *digester,
                  struct cg_slice line,
                  const struct cg_listener *listener)
{
    json_error_t error;
    json_t *record = parse_record(line, &error);
    if (record == NULL) {
        chain->wrong++;
        cg_listener_say(listener,
                        CG_EVIDENCE_FILE ":%zu: column %d: not a record: %s",
                        chain->count + 1, error.column, error.text);
    } else {
        chain->wrong += !check_record(chain, record, chain->head, listener);
        if (json_array_append_new(chain->records, record) != 0) {
            return CG_ERR_MEMORY;
        }
    }
    if ((chain->count & (chain->count - 1)) == 0) {
        size_t room = chain->count > 0 ? 2 * chain->count : 1;
        struct cg_digest_bytes *heads = reallocarray(chain->heads, room,
                                                     sizeof(*heads));
        if (heads == NULL) {
            return CG_ERR_MEMORY;
        }
        chain->heads = heads;
    }
    cg_digester_begin(digester);
    cg_digester_add(digester, line.data, line.len + 1);
    cg_digester_end(digester, &chain->heads[chain->count]);
    cg_digest_hex(&chain->heads[chain->count++], chain->head);
    return 0;
}

int cg_chain_read(struct cg_chain *chain,
                  struct cg_slice bytes,
                  const struct cg_listener *listener)
{
    struct cg_digester *digester = cg_digester_open();
    int status = 0;
    *chain = (struct cg_chain){.records = json_array(), .head = CG_CHAIN_BEGIN};
    if (digester == NULL || chain->records == NULL) {
        status = CG_ERR_MEMORY;
    }
    while (status == 0 && chain->whole < bytes.len) {
        struct cg_slice line = {bytes.data + chain->whole,
                                bytes.len - chain->whole};
        const char *end = memchr(line.data, '\n', line.len);
        if (end == NULL) {
            break;
        }
        line.len = (size_t)(end - line.data);
        status = cg_chain_take(chain, digester, line, listener);
        chain->whole += line.len + 1;
    }
    cg_digester_close(digester);
    return status;
}

void cg_chain_deinit(struct cg_chain *chain)
{
    json_decref(chain->records);
    free(chain->heads);
    *chain = (struct cg_chain){0};
}
