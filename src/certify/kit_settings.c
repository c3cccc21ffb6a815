/*
 * The FIX engine's settings: those of the gate's configuration where the kit
 * has a gate, turned around where it plays the gate's peers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kit_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <text.h>

bool kit_is_real(const struct cg_kit *kit, cg_session session)
{
    return kit->options.seat == CG_KIT_HUB
               ? session == kit->options.hub
               : (kit->options.played >> session & 1) != 0;
}

static bool
is_key(struct cg_slice line, const char *key, struct cg_slice *value)
{
    size_t len = strlen(key);

    if (line.len <= len || line.data[len] != '=' ||
        strncasecmp(line.data, key, len) != 0) {
        return false;
    }
    *value = (struct cg_slice){line.data + len + 1, line.len - len - 1};
    return true;
}

/* Keys that the kit says itself. */
static bool is_ours(struct cg_slice line)
{
    static const char *const keys[] = {
        "ResetOnLogon",        "ResetOnLogout",     "ResetOnDisconnect",
        "SendResetSeqNumFlag", "ReconnectInterval", "RefreshOnLogon"};
    struct cg_slice value;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (is_key(line, keys[i], &value)) {
            return true;
        }
    }
    return false;
}

/* Of the gate's side only. */
static bool is_of_gate(struct cg_slice line)
{
    struct cg_slice value;

    return is_key(line, "AllowedAddresses", &value) ||
           (line.len > 8 && strncasecmp(line.data, "LogonTag", 8) == 0);
}

static void put_line(FILE *out, const char *key, struct cg_slice value)
{
    (void)fprintf(out, "%s=%.*s\n", key, (int)value.len, value.data);
}

/* Where the gate connects to is where the kit listens: on loopback, if it is
 * that, else on all addresses. */
static void put_listen(FILE *out, struct cg_slice host)
{
    bool loopback = (host.len >= 4 && memcmp(host.data, "127.", 4) == 0) ||
                    cg_slice_is(host, "localhost");
    bool six = cg_slice_is(host, "::1");

    put_line(out, "SocketAcceptAddress",
             six        ? CG_SLICE("::1")
             : loopback ? CG_SLICE("127.0.0.1")
                        : CG_SLICE("0.0.0.0"));
}

/* Where the gate listens is where the kit connects to. */
static void put_connect(FILE *out, struct cg_slice address)
{
    put_line(out, "SocketConnectHost",
             cg_slice_is(address, "0.0.0.0") ? CG_SLICE("127.0.0.1")
             : cg_slice_is(address, "::")    ? CG_SLICE("::1")
                                             : address);
}

static void put_turned(FILE *out, struct cg_slice line)
{
    struct cg_slice value;

    if (is_key(line, "SenderCompID", &value)) {
        put_line(out, "TargetCompID", value);
    } else if (is_key(line, "TargetCompID", &value)) {
        put_line(out, "SenderCompID", value);
    } else if (is_key(line, "ConnectionType", &value)) {
        put_line(out, "ConnectionType",
                 value.data[0] == 'a' ? CG_SLICE("initiator")
                                      : CG_SLICE("acceptor"));
    } else if (is_key(line, "SocketAcceptPort", &value)) {
        put_line(out, "SocketConnectPort", value);
    } else if (is_key(line, "SocketConnectPort", &value)) {
        put_line(out, "SocketAcceptPort", value);
    } else if (is_key(line, "SocketAcceptAddress", &value)) {
        put_connect(out, value);
    } else if (is_key(line, "SocketConnectHost", &value)) {
        put_listen(out, value);
    } else if (!is_of_gate(line)) {
        (void)fprintf(out, "%.*s\n", (int)line.len, line.data);
    }
}

/* The lines of one session, up to the next [SESSION]; what follows them. */
static const char *
put_session(const struct cg_kit *kit, const char *text, bool real, FILE *out)
{
    bool turned = kit->options.seat == CG_KIT_GATE;
    bool host = false;

    if (real) {
        (void)fprintf(out, "[SESSION]\nReconnectInterval=1\nResetOnLogon=%s\n",
                      kit->options.limits.keep_numbers ? "N" : "Y");
    }
    while (*text != '\0' && *text != '[') {
        size_t len = strcspn(text, "\n");
        struct cg_slice line = {text, len};
        struct cg_slice value;

        host |= is_key(line, "SocketAcceptAddress", &value);
        if (real && len > 0 && !is_ours(line)) {
            if (turned) {
                put_turned(out, line);
            } else {
                (void)fprintf(out, "%.*s\n", (int)len, text);
            }
        }
        text += len + (text[len] == '\n');
    }
    if (real && turned && !host) {
        (void)fprintf(out, "SocketConnectHost=127.0.0.1\n");
    }
    return text;
}

char *kit_settings(const struct cg_kit *kit)
{
    const char *text = kit->host.fix_settings;
    char *settings = NULL;
    size_t len;
    FILE *out = open_memstream(&settings, &len);
    bool good = out != NULL;

    for (cg_session i = 0; good && *text != '\0'; i++) {
        text += strcspn(text, "\n");
        text += *text == '\n';
        text = put_session(kit, text, kit_is_real(kit, i), out);
    }
    if (out != NULL) {
        good &= ferror(out) == 0;
        good &= fclose(out) == 0;
    }
    if (!good) {
        free(settings);
        return NULL;
    }
    return settings;
}
