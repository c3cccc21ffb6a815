/*
 * Writes fields into a caller's buffer.  Never past its end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fix_writer.h"

#include "fix_dictionary.h"

#define SOH '\001'
#define DAY_SECONDS 86400

/* The longest number: 19 digits and a sign. */
#define NUMBER_MAX 20

/* Digits of |number| into the end of |text|; returns where they begin. */
static char *digits_before(char *end, uint64_t number)
{
    do {
        *--end = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    return end;
}

static void fixed_digits(char *text, size_t count, int64_t number)
{
    for (; count > 0; count--) {
        text[count - 1] = (char)('0' + number % 10);
        number /= 10;
    }
}

/* Appends without looking for SOH; all of it or nothing. */
static void append(struct cg_fix_writer *writer,
                   uint32_t tag,
                   const char *value,
                   size_t len)
{
    char text[NUMBER_MAX];
    char *end = text + sizeof text;
    char *start = digits_before(end, tag);
    size_t tag_len = (size_t)(end - start);
    size_t left = writer->cap - writer->len;
    char *at;

    if (len == 0 || writer->full)
        return;
    if (left < tag_len + 2 || left - tag_len - 2 < len) {
        writer->full = true;
        return;
    }
    at = writer->data + writer->len;
    memcpy(at, start, tag_len);
    at[tag_len] = '=';
    memcpy(at + tag_len + 1, value, len);
    at[tag_len + 1 + len] = SOH;
    writer->len += tag_len + 2 + len;
}

void cg_fix_put(struct cg_fix_writer *writer,
                uint32_t tag,
                struct cg_slice value)
{
    if (value.len > 0 && memchr(value.data, SOH, value.len) != NULL)
        writer->full = true;
    append(writer, tag, value.data, value.len);
}

void cg_fix_put_str(struct cg_fix_writer *writer,
                    uint32_t tag,
                    const char *text)
{
    cg_fix_put(writer, tag, cg_slice_str(text));
}

void cg_fix_put_char(struct cg_fix_writer *writer, uint32_t tag, char value)
{
    cg_fix_put(writer, tag, (struct cg_slice){&value, 1});
}

void cg_fix_put_int(struct cg_fix_writer *writer, uint32_t tag, int64_t value)
{
    char text[NUMBER_MAX];
    char *end = text + sizeof text;
    /* Negated unsigned: INT64_MIN has no positive twin. */
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char *start = digits_before(end, size);

    if (value < 0)
        *--start = '-';
    append(writer, tag, start, (size_t)(end - start));
}

void cg_fix_put_bool(struct cg_fix_writer *writer, uint32_t tag, bool value)
{
    cg_fix_put_char(writer, tag, value ? 'Y' : 'N');
}

/* YYYYMMDD of a day since 1970; the inverse of counting them (fix_value.c). */
static void write_date(char *text, int64_t days)
{
    int64_t shifted = days + 719468;
    int64_t era = shifted / 146097; /* no cg_time is before the year 1677 */
    int64_t of_era = shifted - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
                   365;
    int64_t in_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * in_year + 2) / 153;
    int64_t day = in_year - (153 * month + 2) / 5 + 1;

    month = month < 10 ? month + 3 : month - 9;
    fixed_digits(text, 4, year + era * 400 + (month <= 2 ? 1 : 0));
    fixed_digits(text + 4, 2, month);
    fixed_digits(text + 6, 2, day);
}

void cg_fix_put_time(struct cg_fix_writer *writer, uint32_t tag, cg_time value)
{
    char text[] = "YYYYMMDD-HH:MM:SS.sss";
    int64_t seconds = value / CG_SECOND;
    int64_t rest = value % CG_SECOND;
    int64_t days, second;

    if (rest < 0) {
        rest += CG_SECOND;
        seconds--;
    }
    days = seconds / DAY_SECONDS;
    second = seconds % DAY_SECONDS;
    if (second < 0) {
        second += DAY_SECONDS;
        days--;
    }
    write_date(text, days);
    fixed_digits(text + 9, 2, second / 3600);
    fixed_digits(text + 12, 2, second / 60 % 60);
    fixed_digits(text + 15, 2, second % 60);
    fixed_digits(text + 18, 3, rest / CG_MS);
    append(writer, tag, text, sizeof text - 1);
}

void cg_fix_put_data(struct cg_fix_writer *writer,
                     uint32_t length_tag,
                     uint32_t data_tag,
                     struct cg_slice value)
{
    size_t before = writer->len;

    if (value.len == 0)
        return;
    cg_fix_put_int(writer, length_tag, (int64_t)value.len);
    append(writer, data_tag, value.data, value.len);
    /* A length without its data would garble what follows. */
    if (writer->full)
        writer->len = before;
}

void cg_fix_put_raw(struct cg_fix_writer *writer, struct cg_slice fields)
{
    if (fields.len == 0 || writer->full)
        return;
    if (writer->cap - writer->len < fields.len) {
        writer->full = true;
        return;
    }
    memcpy(writer->data + writer->len, fields.data, fields.len);
    writer->len += fields.len;
}

static unsigned byte_sum(const char *bytes, size_t len)
{
    unsigned sum = 0;

    for (size_t i = 0; i < len; i++)
        sum += (unsigned char)bytes[i];
    return sum % 256;
}

size_t cg_fix_seal(char *data,
                   size_t cap,
                   enum cg_version version,
                   struct cg_slice type,
                   struct cg_slice header,
                   struct cg_slice body)
{
    struct cg_fix_writer writer = cg_fix_writer_over(data, cap);
    /* The terminator of "35=" counts for the SOH. */
    size_t length = sizeof "35=" + type.len + header.len + body.len;
    char sum[3];

    cg_fix_put_str(&writer, 8, cg_fix_begin_string(version));
    cg_fix_put_int(&writer, 9, (int64_t)length);
    cg_fix_put(&writer, 35, type);
    cg_fix_put_raw(&writer, header);
    cg_fix_put_raw(&writer, body);
    fixed_digits(sum, sizeof sum, byte_sum(data, writer.len));
    cg_fix_put(&writer, 10, (struct cg_slice){sum, sizeof sum});
    return writer.full ? 0 : writer.len;
}
