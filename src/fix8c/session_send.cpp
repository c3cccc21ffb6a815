/*
 * Messages on their way out: built with an opaque body, numbered and stored by
 * QuickFIX, handed to the wire.
 *
 * Must never hand a byte to the wire after the store has failed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session.hpp"

#include <cstring>

using namespace fix8c;

void fix8c::describe(struct fix8c_message *message,
                     const struct framing_parts &parts,
                     const char *bytes,
                     size_t len)
{
    message->bytes = bytes;
    message->len = len;
    message->type = parts.type.at;
    message->type_len = parts.type.len;
    message->body = bytes + parts.body_at;
    message->body_len = parts.body_len;
    message->seq = parts.seq;
    message->possdup = parts.possdup;
    message->possresend = parts.possresend;
    message->admin = parts.admin;
}

/*
 * A body as one field: the tag is the first field's, the value all the rest.
 * QuickFIX then writes it as it is.
 */
bool fix8c::set_body(FIX::Message &message, const char *body, size_t len)
{
    int tag = 0;
    if (len == 0)
        return true;
    const char *equals = static_cast<const char *>(std::memchr(body, '=', len));
    if (equals == nullptr || body[0] == '0' || body[len - 1] != FRAMING_SOH)
        return false;
    struct framing_text number = {body, static_cast<size_t>(equals - body)};
    if (!framing_number(number, &tag))
        return false;
    const char *value = equals + 1;
    message.setField(FIX::FieldBase(
        tag, std::string(value, static_cast<size_t>(body + len - 1 - value))));
    return true;
}

/*
 * Sends a message that is built; |body| is what it holds.  False when it was
 * held back.  |posting_| keeps |to_app| and the store from sending on this
 * session while its number is being used; it ends when the bytes are out.
 */
bool fix8c_session::post(FIX::Message &message, struct framing_text body)
{
    posting_ = true;
    posted_body_ = body;
    bool sent = quickfix_->send(message);
    posted_body_.at = nullptr;
    store_->body_len(0);
    posting_ = false;
    return sent;
}

/* Fields of the header that are the session's own. */
static bool is_own(int tag)
{
    switch (tag) {
    case 8:
    case 9:
    case 34:
    case 35:
    case 43:
    case 49:
    case 52:
    case 56:
    case 122:
        return true;
    default:
        return false;
    }
}

static bool is_fixt_only(int tag)
{
    return tag == 1128 || tag == 1129 || tag == 1156;
}

static bool
set_header(FIX::Message &message, struct framing_text header, bool fixt)
{
    struct framing_walk walk;
    struct framing_field field;
    if (header.len == 0)
        return true;
    framing_walk_init(&walk, header.at, header.len);
    while (framing_next(&walk, &field)) {
        if (!framing_is_header(field.tag) || framing_is_hop(field.tag) ||
            is_own(field.tag))
            return false;
        if (fixt || !is_fixt_only(field.tag))
            message.getHeader().setField(FIX::FieldBase(
                field.tag, std::string(field.value.at, field.value.len)));
    }
    return walk.at == walk.end;
}

int fix8c_session::send(const std::string &type,
                        struct framing_text header,
                        struct framing_text body)
{
    struct framing_text type_text = {type.data(), type.size()};
    FIX::Message message;
    if (shared_.store_failed)
        return FIX8C_ERR_STORE;
    if (posting_)
        return FIX8C_ERR_STATE;
    if (type.empty() || type.find(FRAMING_SOH) != std::string::npos ||
        (framing_is_admin(type_text) && type != "3"))
        return FIX8C_ERR_FIELDS;
    message.getHeader().setField(FIX::MsgType(type));
    if (!set_header(message, header, fixt_) ||
        !set_body(message, body.at, body.len))
        return FIX8C_ERR_FIELDS;
    return guarded_end(post(message, body) ? 0 : FIX8C_ERR_STATE);
}

/* The last step: bytes of QuickFIX for the wire. */
bool fix8c_session::send(const std::string &bytes)
{
    struct framing_parts parts;
    struct fix8c_message out;
    if (!attached_ || store_->failed() || shared_.store_failed)
        return false;
    posting_ = false;
    if (wire_.send(wire_.user, bytes.data(), bytes.size()) != 0)
        return false;
    if (shared_.callbacks.sent != nullptr &&
        framing_split(bytes.data(), bytes.size(), false, &parts)) {
        describe(&out, parts, bytes.data(), bytes.size());
        shared_.callbacks.sent(shared_.user, this, &out);
    }
    return true;
}
