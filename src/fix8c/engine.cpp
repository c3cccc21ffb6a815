/*
 * The C face of the library: engines and their sessions.
 *
 * Must never let a C++ exception out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <unordered_map>
#include <vector>

#include "session.hpp"

using namespace fix8c;

struct fix8c_engine {
    Shared shared;
    std::vector<std::unique_ptr<fix8c_session>> sessions;
    std::unordered_map<std::string, fix8c_session *> by_name;
};

static void check_version(const Settings &settings)
{
    static const char *const known[] = {"FIX.4.0", "FIX.4.1", "FIX.4.2",
                                        "FIX.4.3", "FIX.4.4", "FIXT.1.1"};
    const std::string &version = settings.need("BeginString");
    for (const char *name : known) {
        if (version == name)
            return;
    }
    throw SettingsError("BeginString=" + version +
                        " must be FIX.4.0 to FIX.4.4 or FIXT.1.1");
}

static void check_type(const Settings &settings)
{
    const std::string &type = settings.need("ConnectionType");
    if (type != "acceptor" && type != "initiator")
        throw SettingsError("ConnectionType=" + type +
                            " must be acceptor or initiator");
}

/* "[SESSION] 2 (FIX.4.4:A->B)": which one a mistake is in. */
static std::string where(const Settings &settings, size_t index)
{
    return "[SESSION] " + std::to_string(index + 1) + " (" +
           settings.get("BeginString", "?") + ":" +
           settings.get("SenderCompID", "?") + "->" +
           settings.get("TargetCompID", "?") + "): ";
}

static int add_session(fix8c_engine *engine,
                       const Settings &settings,
                       const struct fix8c_options *options)
{
    check_version(settings);
    check_type(settings);
    std::unique_ptr<fix8c_session> session(
        new fix8c_session(engine->shared, settings));
    if (!engine->by_name.emplace(session->name(), session.get()).second)
        throw SettingsError("the session is there already");
    engine->sessions.push_back(std::move(session));
    return engine->sessions.back()->open(options->dictionaries,
                                         options->dictionaries_len);
}

static int add_sessions(fix8c_engine *engine,
                        const std::vector<Settings> &all,
                        const struct fix8c_options *options)
{
    for (size_t i = 0; i < all.size(); i++) {
        try {
            int result = add_session(engine, all[i], options);
            if (result != 0)
                return result;
        } catch (SettingsError &e) {
            throw SettingsError(where(all[i], i) + e.what());
        } catch (FIX::Exception &e) {
            throw SettingsError(where(all[i], i) + e.what());
        }
    }
    return 0;
}

static int build(const std::string &text,
                 const struct fix8c_options *options,
                 std::unique_ptr<fix8c_engine> *out)
{
    std::unique_ptr<fix8c_engine> engine(new fix8c_engine);
    Shared &shared = engine->shared;
    std::memset(&shared.callbacks, 0, sizeof(shared.callbacks));
    std::memset(&shared.store, 0, sizeof(shared.store));
    if (options->callbacks != nullptr)
        shared.callbacks = *options->callbacks;
    if (options->store != nullptr)
        shared.store = *options->store;
    shared.own_store = options->store == nullptr;
    shared.user = options->user;
    int result = add_sessions(engine.get(), parse_settings(text), options);
    if (result != 0)
        return result;
    if (shared.callbacks.created != nullptr) {
        for (auto &session : engine->sessions)
            shared.callbacks.created(shared.user, session.get());
    }
    for (auto &session : engine->sessions)
        session->tell_reset();
    *out = std::move(engine);
    return 0;
}

static void tell(char *error, size_t error_len, const char *text)
{
    if (error_len > 0)
        std::snprintf(error, error_len, "%s", text);
}

static int open_engine(const char *settings,
                       bool is_path,
                       const struct fix8c_options *options,
                       char *error,
                       size_t error_len,
                       struct fix8c_engine **out)
{
    static const struct fix8c_options none = {nullptr, nullptr, nullptr, 0,
                                              nullptr};
    std::unique_ptr<fix8c_engine> engine;
    int result = FIX8C_ERR_SETTINGS;
    *out = nullptr;
    tell(error, error_len, "");
    try {
        result = build(is_path ? read_file(settings) : settings,
                       options != nullptr ? options : &none, &engine);
        if (result != 0)
            tell(error, error_len, fix8c_error_text(result));
    } catch (std::bad_alloc &) {
        result = FIX8C_ERR_MEMORY;
        tell(error, error_len, fix8c_error_text(result));
    } catch (std::exception &e) {
        tell(error, error_len, e.what());
    }
    *out = engine.release();
    return result;
}

int fix8c_engine_open(const char *settings,
                      const struct fix8c_options *options,
                      char *error,
                      size_t error_len,
                      struct fix8c_engine **engine)
{
    return open_engine(settings, false, options, error, error_len, engine);
}

int fix8c_engine_open_file(const char *path,
                           const struct fix8c_options *options,
                           char *error,
                           size_t error_len,
                           struct fix8c_engine **engine)
{
    return open_engine(path, true, options, error, error_len, engine);
}

void fix8c_engine_close(struct fix8c_engine *engine)
{
    delete engine;
}

size_t fix8c_engine_sessions(const struct fix8c_engine *engine)
{
    return engine->sessions.size();
}

struct fix8c_session *fix8c_engine_session(const struct fix8c_engine *engine,
                                           size_t index)
{
    return index < engine->sessions.size() ? engine->sessions[index].get()
                                           : nullptr;
}

struct fix8c_session *
fix8c_engine_find(struct fix8c_engine *engine, const char *logon, size_t len)
{
    struct framing_parts parts;
    if (!framing_split(logon, len, false, &parts) ||
        !framing_equal(parts.type, "A"))
        return nullptr;
    try {
        std::string name(parts.begin_string.at, parts.begin_string.len);
        name += ":";
        name.append(parts.target.at, parts.target.len);
        name += "->";
        name.append(parts.sender.at, parts.sender.len);
        auto found = engine->by_name.find(name);
        if (found == engine->by_name.end() || found->second->initiator() ||
            found->second->attached())
            return nullptr;
        return found->second;
    } catch (std::bad_alloc &) {
        return nullptr;
    }
}

const char *fix8c_session_name(const struct fix8c_session *session)
{
    return session->name().c_str();
}

const char *fix8c_session_setting(const struct fix8c_session *session,
                                  const char *key)
{
    try {
        const std::string *value = session->settings().find(key);
        return value == nullptr ? nullptr : value->c_str();
    } catch (std::bad_alloc &) {
        return nullptr;
    }
}

bool fix8c_session_initiator(const struct fix8c_session *session)
{
    return session->initiator();
}

bool fix8c_session_logged_on(const struct fix8c_session *session)
{
    return session->logged_on();
}

bool fix8c_session_attached(const struct fix8c_session *session)
{
    return session->attached();
}

bool fix8c_session_enabled(const struct fix8c_session *session)
{
    return session->enabled();
}

int fix8c_session_next_sender(const struct fix8c_session *session)
{
    return session->next_sender();
}

int fix8c_session_next_target(const struct fix8c_session *session)
{
    return session->next_target();
}

bool fix8c_session_in_gap(const struct fix8c_session *session)
{
    return session->in_gap();
}

void fix8c_session_set_user(struct fix8c_session *session, void *user)
{
    session->user = user;
}

void *fix8c_session_user(const struct fix8c_session *session)
{
    return session->user;
}

int fix8c_session_attach(struct fix8c_session *session,
                         const struct fix8c_wire *wire)
{
    return session->attach(*wire);
}

int fix8c_session_detach(struct fix8c_session *session)
{
    return session->detach();
}

int fix8c_session_receive(struct fix8c_session *session,
                          const char *bytes,
                          size_t len)
{
    return session->receive(bytes, len);
}

int fix8c_session_tick(struct fix8c_session *session)
{
    return session->tick();
}

int64_t fix8c_session_deadline(const struct fix8c_session *session)
{
    return session->deadline();
}

int fix8c_session_send(struct fix8c_session *session,
                       const char *type,
                       const char *header,
                       size_t header_len,
                       const char *body,
                       size_t body_len)
{
    try {
        return session->send(type, {header, header_len}, {body, body_len});
    } catch (std::bad_alloc &) {
        return FIX8C_ERR_MEMORY;
    } catch (std::exception &e) {
        session->event(e.what());
        return FIX8C_ERR_STATE;
    }
}

int fix8c_session_logout(struct fix8c_session *session, const char *text)
{
    try {
        return session->logout(text != nullptr ? text : "");
    } catch (std::bad_alloc &) {
        return FIX8C_ERR_MEMORY;
    }
}

void fix8c_session_logon(struct fix8c_session *session)
{
    session->logon();
}

int fix8c_session_reset(struct fix8c_session *session)
{
    return session->reset();
}

/* Header fields that stay behind at a hop. */
static bool stays(int tag)
{
    static const int own[] = {8,  9,  34, 35,  43,  49, 52,
                              56, 90, 91, 122, 369, 10};
    return framing_is_hop(tag) ||
           std::find(std::begin(own), std::end(own), tag) != std::end(own);
}

size_t fix8c_message_routing(const struct fix8c_message *message,
                             char *out,
                             size_t size)
{
    struct framing_walk walk;
    struct framing_field field;
    size_t len = 0;
    framing_walk_init(&walk, message->bytes,
                      static_cast<size_t>(message->body - message->bytes));
    while (framing_next(&walk, &field)) {
        size_t n = static_cast<size_t>(walk.at - field.start);
        if (stays(field.tag))
            continue;
        if (len + n <= size)
            std::memcpy(out + len, field.start, n);
        len += n;
    }
    return len;
}

const char *fix8c_error_text(int error)
{
    switch (error) {
    case 0:
        return "done";
    case FIX8C_ERR_MEMORY:
        return "out of memory";
    case FIX8C_ERR_SETTINGS:
        return "the settings are wrong";
    case FIX8C_ERR_STORE:
        return "the message store failed";
    case FIX8C_ERR_STATE:
        return "the session is not in a state for this";
    case FIX8C_ERR_GARBLED:
        return "not a FIX message";
    case FIX8C_ERR_UNKNOWN:
        return "no such session";
    case FIX8C_ERR_TOO_LONG:
        return "the message is longer than the limit";
    case FIX8C_ERR_FIELDS:
        return "not whole, legal fields";
    default:
        return "unknown error";
    }
}
