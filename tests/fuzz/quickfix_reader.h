/*
 * QuickFIX's own reading of a message, for comparing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FUZZ_QUICKFIX_READER_H
#define FUZZ_QUICKFIX_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Gets a field; |path| is where it stands: "453[2]/802[1]/", or "" outside of
 * groups.  Those of one place come sorted in no order that means anything. */
typedef void quickfix_field(
    void *user, const char *path, int tag, const char *value, size_t len);

/*
 * Reads a message of |version| (0: 4.2, 1: 4.4, 2: 5.0 SP2) with length and sum
 * checked.  |dictionary|: by the dictionaries of fixspec/, with groups, and
 * validated by them; else flat.  False when QuickFIX does not take it.
 */
bool quickfix_read(int version,
                   const char *bytes,
                   size_t len,
                   bool dictionary,
                   quickfix_field *field,
                   void *user);

/* Values; false when QuickFIX takes them for none. */
bool quickfix_int(const char *value, size_t len, int64_t *out);
bool quickfix_double(const char *value, size_t len, double *out);
bool quickfix_bool(const char *value, size_t len, bool *out);
bool quickfix_time(const char *value, size_t len, int64_t *out);
bool quickfix_date(const char *value, size_t len, int64_t *out);

#ifdef __cplusplus
}
#endif
#endif
