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

/* The tag that a body starts with; false when it is not whole fields. */
static bool first_tag(struct framing_text body, int *tag)
{
    if (body.len == 0)
        return true;
    const char *equals = static_cast<const char *>(
        std::memchr(body.at, '=', body.len));
    if (equals == nullptr || body.at[0] == '0' ||
        body.at[body.len - 1] != FRAMING_SOH)
        return false;
    return framing_number({body.at, static_cast<size_t>(equals - body.at)},
                          tag);
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
    if (!first_tag({body, len}, &tag))
        return false;
    const char *value = static_cast<const char *>(std::memchr(body, '=', len));
    value++;
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

/*
 * Looks through the caller's header fields and copies those for the wire.
 * False when one of them is none, or is not the caller's to set.
 */
static bool take_header(struct framing_text header,
                        bool fixt,
                        std::string *out,
                        bool *possresend)
{
    struct framing_walk walk;
    struct framing_field field;
    out->clear();
    *possresend = false;
    if (header.len == 0)
        return true;
    framing_walk_init(&walk, header.at, header.len);
    while (framing_next(&walk, &field)) {
        if (!framing_is_header(field.tag) || framing_is_hop(field.tag) ||
            is_own(field.tag))
            return false;
        if (fixt || !is_fixt_only(field.tag))
            out->append(field.start,
                        static_cast<size_t>(walk.at - field.start));
        if (field.tag == 97)
            *possresend = framing_equal(field.value, "Y");
    }
    return walk.at == walk.end;
}

static void set_header(FIX::Message &message, struct framing_text header)
{
    struct framing_walk walk;
    struct framing_field field;
    framing_walk_init(&walk, header.at, header.len);
    while (framing_next(&walk, &field))
        message.getHeader().setField(FIX::FieldBase(
            field.tag, std::string(field.value.at, field.value.len)));
}

int fix8c_session::send(const std::string &type,
                        struct framing_text header,
                        struct framing_text body)
{
    struct framing_text type_text = {type.data(), type.size()};
    bool possresend = false;
    int tag = 0;
    if (shared_.store_failed)
        return FIX8C_ERR_STORE;
    if (posting_)
        return FIX8C_ERR_STATE;
    bool admin = framing_is_admin(type_text);
    if (type.empty() || type.find(FRAMING_SOH) != std::string::npos ||
        (admin && type != "2" && type != "3" && type != "4") ||
        !first_tag(body, &tag) ||
        !take_header(header, fixt_, &header_, &possresend))
        return FIX8C_ERR_FIELDS;
    header = {header_.data(), header_.size()};
    if (quickfix_->isLoggedOn() && !admin)
        return send_directly(type, header, body, possresend);
    FIX::Message message;
    message.getHeader().setField(FIX::MsgType(type));
    set_header(message, header);
    set_body(message, body.at, body.len);
    return guarded_end(post(message, body) ? 0 : FIX8C_ERR_STATE);
}

/*
 * What QuickFIX would do with an application message while logged on, at a
 * third of the cost: number, store, count, hand out, in this order.  QuickFIX
 * does not learn that something was sent, and may say a heartbeat too many.
 */
int fix8c_session::send_directly(const std::string &type,
                                 struct framing_text header,
                                 struct framing_text body,
                                 bool possresend)
{
    struct fix8c_message out;
    std::memset(&out, 0, sizeof(out));
    out.bytes = out.body = body.at;
    out.len = out.body_len = body.len;
    out.type = type.data();
    out.type_len = type.size();
    out.seq = next_sender();
    out.possresend = possresend;
    if (!ask_to_app(out))
        return FIX8C_ERR_STATE;
    /* |sent| may send again: that one takes a buffer of its own. */
    std::string bytes;
    bytes.swap(outgoing_);
    size_t body_at = writer_->write(&bytes, type, out.seq, header, body);
    posting_ = true;
    try {
        store_->keep(out.seq, bytes.data(), bytes.size(), body_at, body.len);
        store_->incrNextSenderMsgSeqNum();
    } catch (FIX::IOException &e) {
        event(e.what());
    }
    posting_ = false;
    /* Nothing new follows a Logout; the next ResendRequest brings it. */
    if (!quickfix_->sentLogout())
        hand_out(bytes.data(), bytes.size());
    bytes.swap(outgoing_);
    return guarded_end(0);
}

/* The last step: bytes for the wire. */
bool fix8c_session::hand_out(const char *bytes, size_t len)
{
    struct framing_parts parts;
    struct fix8c_message out;
    if (!attached_ || store_->failed() || shared_.store_failed)
        return false;
    if (wire_.send(wire_.user, bytes, len) != 0)
        return false;
    if (shared_.callbacks.sent != nullptr &&
        framing_split(bytes, len, false, &parts)) {
        describe(&out, parts, bytes, len);
        shared_.callbacks.sent(shared_.user, this, &out);
    }
    return true;
}

/* FIX::Responder: the number is used up, so sending is allowed again. */
bool fix8c_session::send(const std::string &bytes)
{
    posting_ = false;
    return hand_out(bytes.data(), bytes.size());
}
