/*
 * Exact decimals.  Must never touch floating point, and never let a result wrap
 * (R1): what does not fit is refused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <decimal.h>

#define MILLION 1000000
#define RATE_SCALE 100000000

__extension__ typedef __int128 wide;

/* The digits read so far, the sign aside. */
struct magnitude {
    uint64_t value;
    bool overflow;
};

static void magnitude_push(struct magnitude *magnitude, unsigned digit)
{
    uint64_t value = magnitude->value;

    magnitude->overflow |= __builtin_mul_overflow(value, 10U, &value);
    magnitude->overflow |= __builtin_add_overflow(value, digit, &value);
    magnitude->value = value;
}

static bool
magnitude_sign(struct magnitude magnitude, bool negative, int64_t *out)
{
    uint64_t max = (uint64_t)INT64_MAX + (negative ? 1 : 0);

    if (magnitude.overflow || magnitude.value > max) {
        return false;
    }
    if (!negative) {
        *out = (int64_t)magnitude.value;
    } else if (magnitude.value == max) {
        *out = INT64_MIN;
    } else {
        *out = -(int64_t)magnitude.value;
    }
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Any number, with each step looked at. */
static bool parse(struct cg_slice text, int scale_digits, int64_t *out)
{
    struct magnitude magnitude = {0, false};
    bool negative = text.len > 0 && text.data[0] == '-';
    size_t at = negative ? 1 : 0;
    size_t digits = 0;
    int places = 0;

    for (; at < text.len && is_digit(text.data[at]); at++, digits++) {
        magnitude_push(&magnitude, (unsigned)(text.data[at] - '0'));
    }
    if (at < text.len && text.data[at] == '.') {
        at++;
        for (; at < text.len && is_digit(text.data[at]); at++, digits++) {
            if (places < scale_digits) {
                magnitude_push(&magnitude, (unsigned)(text.data[at] - '0'));
                places++;
            } else if (text.data[at] != '0') {
                return false;
            }
        }
    }
    if (at != text.len || digits == 0) {
        return false;
    }
    for (; places < scale_digits; places++) {
        magnitude_push(&magnitude, 0);
    }
    return magnitude_sign(magnitude, negative, out);
}

/* What a whole number has at most that cannot wrap. */
#define SHORT_DIGITS 18

bool cg_decimal_parse(struct cg_slice text, int scale_digits, int64_t *out)
{
    uint64_t number = 0;

    if (scale_digits != 0 || text.len - 1 >= SHORT_DIGITS) {
        return parse(text, scale_digits, out);
    }
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned char)text.data[i] - (unsigned)'0';
        if (digit > 9) {
            return parse(text, scale_digits, out);
        }
        number = number * 10 + digit;
    }
    *out = (int64_t)number;
    return true;
}

bool cg_dv01_parse(struct cg_slice text, cg_dv01 *out)
{
    return cg_decimal_parse(text, CG_DV01_SCALE_DIGITS, out);
}

bool cg_qty_parse(struct cg_slice text, cg_qty *out)
{
    int64_t value;

    if (!cg_decimal_parse(text, 0, &value) || value < 0) {
        return false;
    }
    *out = value;
    return true;
}

/* Written from the last digit back: text of amounts is on the order's path. */
size_t cg_dv01_format(cg_dv01 amount, char *buf)
{
    char digits[CG_DV01_TEXT_MAX];
    /* Unsigned negation is defined for INT64_MIN too. */
    uint64_t left = amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount;
    size_t end = sizeof(digits);
    size_t at = end;
    size_t len;

    for (int place = 0; place <= CG_DV01_SCALE_DIGITS || left > 0; place++) {
        if (place == CG_DV01_SCALE_DIGITS) {
            digits[--at] = '.';
        }
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    }
    if (amount < 0) {
        digits[--at] = '-';
    }
    for (int spare = 2; spare > 0 && digits[end - 1] == '0'; spare--) {
        end--;
    }
    len = end - at;
    memcpy(buf, digits + at, len);
    buf[len] = '\0';
    return len;
}

static bool narrow(wide value, int64_t *out)
{
    if (value > INT64_MAX || value < INT64_MIN) {
        return false;
    }
    *out = (int64_t)value;
    return true;
}

bool cg_dv01_of(cg_qty qty, cg_dv01 dv01_per_million, cg_dv01 *out)
{
    if (qty < 0 || dv01_per_million < 0) {
        return false;
    }
    int64_t product;
    if (!__builtin_mul_overflow(qty, dv01_per_million, &product) &&
        !__builtin_add_overflow(product, MILLION - 1, &product)) {
        *out = product / MILLION; /* the same, and quicker in 64 bits */
        return true;
    }
    return narrow(((wide)qty * dv01_per_million + (MILLION - 1)) / MILLION,
                  out);
}

bool cg_dv01_convert(cg_dv01 amount, int64_t rate_1e8, cg_dv01 *out)
{
    if (rate_1e8 <= 0) {
        return false;
    }
    wide product = (wide)amount * rate_1e8;
    wide up = product < 0 ? -(RATE_SCALE - 1) : RATE_SCALE - 1;

    return narrow((product + up) / RATE_SCALE, out);
}
