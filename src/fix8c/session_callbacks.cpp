/*
 * What QuickFIX calls: messages on their way to and from the application.
 *
 * Must never let an exception out that the function does not name: QuickFIX
 * ends the process at any other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session.hpp"

#include <cstdio>
#include <cstring>

using namespace fix8c;

static const int REASON_TAG_ORDER = 14;
static const int REASON_42_MAX = 11;
static const int BUSINESS_UNSUPPORTED_TYPE = 3;

void fix8c_session::onCreate(const FIX::SessionID &)
{
}

void fix8c_session::onLogon(const FIX::SessionID &)
{
    told_logon_ = true;
    if (shared_.callbacks.logon != nullptr)
        shared_.callbacks.logon(shared_.user, this);
}

/* QuickFIX says this also when a Logon got no answer. */
void fix8c_session::onLogout(const FIX::SessionID &)
{
    if (!told_logon_)
        return;
    told_logon_ = false;
    if (shared_.callbacks.logout != nullptr)
        shared_.callbacks.logout(shared_.user, this);
}

void fix8c_session::toAdmin(FIX::Message &message, const FIX::SessionID &)
{
    const std::string &type = message.getHeader().getField(35);
    if (type == "A") {
        for (const auto &field : logon_fields_)
            message.setField(field.first, field.second);
    } else if (type == "2" && fed_.bytes != nullptr) {
        if (fed_.parts.seq > gap_.end)
            gap_.end = fed_.parts.seq;
    } else if (type == "5" && !logout_text_.empty()) {
        message.setField(FIX::Text(logout_text_));
        logout_text_.clear();
    }
}

/*
 * False when the application withholds the message.  It cannot send on this
 * session meanwhile: the number that would take is in use.
 */
bool fix8c_session::ask_to_app(const struct fix8c_message &message)
{
    if (shared_.callbacks.to_app == nullptr)
        return true;
    bool before = posting_;
    posting_ = true;
    enum fix8c_verdict verdict = shared_.callbacks.to_app(shared_.user, this,
                                                          &message);
    posting_ = before;
    return verdict != FIX8C_WITHHOLD;
}

/* QuickFIX has parsed a stored header: the stored body goes behind it again. */
void fix8c_session::put_back_body(FIX::Message &message)
{
    struct framing_parts parts;
    struct fix8c_message stored;
    struct framing_text number = {message.getHeader().getField(34).data(),
                                  message.getHeader().getField(34).size()};
    int seq = 0;
    const Kept *kept = framing_number(number, &seq) ? store_->kept(seq)
                                                    : nullptr;
    if (kept == nullptr || store_->failed() ||
        !framing_split(kept->bytes.data(), kept->bytes.size(), false, &parts))
        throw FIX::DoNotSend();
    parts.body_at = kept->body_at;
    parts.body_len = kept->body_len;
    describe(&stored, parts, kept->bytes.data(), kept->bytes.size());
    stored.possdup = true;
    if (!ask_to_app(stored))
        throw FIX::DoNotSend();
    message.FIX::FieldMap::clear();
    if (!set_body(message, stored.body, stored.body_len))
        throw FIX::DoNotSend();
}

void fix8c_session::toApp(FIX::Message &message,
                          const FIX::SessionID &) throw(FIX::DoNotSend)
{
    if (message.getHeader().isSetField(FIX::FIELD::PossDupFlag)) {
        put_back_body(message);
        return;
    }
    std::string own;
    struct fix8c_message out;
    std::memset(&out, 0, sizeof(out));
    if (posted_body_.at == nullptr) {
        /* QuickFIX's own business reject; 1137 is no field of a j. */
        message.removeField(FIX::FIELD::DefaultApplVerID);
        message.calculateString(own);
        posted_body_.at = own.data();
        posted_body_.len = own.size();
    }
    const std::string &type = message.getHeader().getField(35);
    out.bytes = out.body = posted_body_.at;
    out.len = out.body_len = posted_body_.len;
    out.type = type.data();
    out.type_len = type.size();
    out.seq = next_sender();
    out.possresend = message.getHeader().isSetField(FIX::FIELD::PossResend) &&
                     message.getHeader().getField(97) == "Y";
    store_->body_len(posted_body_.len);
    posted_body_.at = nullptr;
    if (!ask_to_app(out))
        throw FIX::DoNotSend();
}

/* QuickFIX reads these into an int without a look at their size. */
void fix8c_session::check_numbers(const FIX::Message &message) const
{
    for (int tag : {7, 16, 36}) {
        int number = 0;
        if (!message.isSetField(tag))
            continue;
        const std::string &value = message.getField(tag);
        struct framing_text text = {value.data(), value.size()};
        if (!framing_number(text, &number))
            throw FIX::IncorrectDataFormat(tag, value);
    }
}

/* QuickFIX answers an ask for what was never sent with a gap fill that goes
 * backwards.  check_numbers() has passed. */
void fix8c_session::check_resend(const FIX::Message &message) const
{
    int begin = 0;
    int end = 0;
    if (message.getHeader().getField(35) != "2")
        return;
    const std::string &first = message.getField(7);
    const std::string &last = message.getField(16);
    framing_number({first.data(), first.size()}, &begin);
    framing_number({last.data(), last.size()}, &end);
    if (begin >= next_sender())
        throw FIX::IncorrectTagValue(7, first);
    if (end != 0 && end < begin)
        throw FIX::IncorrectTagValue(16, last);
}

void fix8c_session::fromAdmin(
    const FIX::Message &message,
    const FIX::SessionID &) throw(FIX::FieldNotFound,
                                  FIX::IncorrectDataFormat,
                                  FIX::IncorrectTagValue,
                                  FIX::RejectLogon)
{
    struct framing_parts parts = fed_.parts;
    struct fix8c_message in;
    struct fix8c_refusal refusal;
    std::string own;
    const char *bytes = fed_.bytes;
    size_t len = fed_.len;
    check_numbers(message);
    check_resend(message);
    if (shared_.callbacks.from_admin == nullptr)
        return;
    const std::string number = std::to_string(parts.seq);
    if (bytes == nullptr || !parts.admin ||
        message.getHeader().getField(34) != number) {
        /* One that waited behind a gap: its own bytes are gone. */
        own = message.toString();
        bytes = own.data();
        len = own.size();
        if (!framing_split(bytes, len, false, &parts))
            return;
    }
    describe(&in, parts, bytes, len);
    std::memset(&refusal, 0, sizeof(refusal));
    enum fix8c_verdict verdict = shared_.callbacks.from_admin(
        shared_.user, this, &in, &refusal);
    if (verdict != FIX8C_REFUSE_LOGON || !framing_equal(parts.type, "A"))
        return;
    refusal.text[sizeof(refusal.text) - 1] = '\0';
    logout_text_ = refusal.text[0] != '\0' ? refusal.text : "Logon refused";
    throw FIX::RejectLogon(logout_text_);
}

/* The parts of a message that comes out of QuickFIX, perhaps much later. */
bool fix8c_session::body_parts(const std::string &raw,
                               struct framing_parts *parts)
{
    if (fed_.bytes != nullptr && fed_.len == raw.size() &&
        std::memcmp(fed_.bytes, raw.data(), raw.size()) == 0) {
        *parts = fed_.parts;
        fed_.passed = true;
        /* The slices must point into |raw|, as the body does. */
        parts->type.at = raw.data() + (fed_.parts.type.at - fed_.bytes);
        return true;
    }
    return framing_split(raw.data(), raw.size(), true, parts);
}

/*
 * The bytes of a message that QuickFIX took apart.  False when they are not
 * known: QuickFIX delivers what it was fed or kept from the gap, nothing else.
 */
bool fix8c_session::original(const FIX::Message &message, std::string *raw)
{
    const std::string &number = message.getHeader().getField(34);
    int seq = 0;
    if (!framing_number({number.data(), number.size()}, &seq))
        return false;
    if (fed_.bytes != nullptr && !fed_.parts.admin && fed_.parts.seq == seq) {
        raw->assign(fed_.bytes, fed_.len);
        return true;
    }
    auto found = early_.find(seq);
    if (found == early_.end())
        return false;
    raw->swap(found->second);
    early_.erase(found);
    return true;
}

void fix8c_session::fromApp(
    const FIX::Message &message,
    const FIX::SessionID &) throw(FIX::FieldNotFound,
                                  FIX::IncorrectDataFormat,
                                  FIX::IncorrectTagValue,
                                  FIX::UnsupportedMessageType)
{
    struct framing_parts parts;
    struct fix8c_refusal refusal;
    std::string whole;
    if (validates_ && !original(message, &whole))
        return;
    const std::string &raw = validates_ ? whole : message.getField(RAW);
    if (!body_parts(raw, &parts))
        return;
    std::memset(&refusal, 0, sizeof(refusal));
    if (parts.stray != 0 && !validates_) {
        refusal.reason = REASON_TAG_ORDER;
        refusal.tag = parts.stray;
        std::snprintf(refusal.text, sizeof(refusal.text),
                      "Tag specified out of required order");
        refuse_session(message, parts, refusal);
        return;
    }
    enum fix8c_verdict verdict = ask_from_app(raw.data(), raw.size(), parts,
                                              &refusal);
    refuse(message, parts, verdict, refusal);
}

enum fix8c_verdict
fix8c_session::ask_from_app(const char *bytes,
                            size_t len,
                            const struct framing_parts &parts,
                            struct fix8c_refusal *refusal)
{
    struct fix8c_message in;
    std::memset(refusal, 0, sizeof(*refusal));
    if (shared_.callbacks.from_app == nullptr) {
        refusal->reason = BUSINESS_UNSUPPORTED_TYPE;
        std::snprintf(refusal->text, sizeof(refusal->text),
                      "Unsupported message type");
        return FIX8C_REFUSE_BUSINESS;
    }
    describe(&in, parts, bytes, len);
    return shared_.callbacks.from_app(shared_.user, this, &in, refusal);
}

void fix8c_session::refuse(const FIX::Message &message,
                           const struct framing_parts &parts,
                           enum fix8c_verdict verdict,
                           const struct fix8c_refusal &refusal)
{
    if (verdict == FIX8C_REFUSE_BUSINESS)
        refuse_business(message, parts, refusal);
    else if (verdict == FIX8C_REFUSE_SESSION)
        refuse_session(message, parts, refusal);
}

/* "tag=text<SOH>", unless the text is empty. */
static void
add_text(std::string *body, int tag, const char *text, size_t text_max)
{
    size_t len = strnlen(text, text_max);
    if (len == 0)
        return;
    *body += std::to_string(tag) + "=";
    for (size_t i = 0; i < len; i++)
        *body += text[i] == FRAMING_SOH ? ' ' : text[i];
    *body += FRAMING_SOH;
}

static void add_number(std::string *body, int tag, int number)
{
    *body += std::to_string(tag) + "=" + std::to_string(number) + FRAMING_SOH;
}

void fix8c_session::refuse_session(const FIX::Message &message,
                                   const struct framing_parts &parts,
                                   const struct fix8c_refusal &refusal)
{
    const std::string begin = id_.getBeginString();
    FIX::Message reject;
    std::string body;
    reject.getHeader().setField(FIX::MsgType("3"));
    reject.reverseRoute(message.getHeader());
    add_number(&body, 45, parts.seq);
    if (begin >= "FIX.4.2") {
        if (refusal.tag != 0)
            add_number(&body, 371, refusal.tag);
        add_text(&body, 372, parts.type.at, parts.type.len);
        if (begin != "FIX.4.2" || refusal.reason <= REASON_42_MAX)
            add_number(&body, 373, refusal.reason);
    }
    add_text(&body, 58, refusal.text, sizeof(refusal.text));
    if (!posting_ && set_body(reject, body.data(), body.size()))
        post(reject, {body.data(), body.size()});
}

void fix8c_session::refuse_business(const FIX::Message &message,
                                    const struct framing_parts &parts,
                                    const struct fix8c_refusal &refusal)
{
    const std::string begin = id_.getBeginString();
    FIX::Message reject;
    std::string body;
    if (begin < "FIX.4.2") {
        refuse_session(message, parts, refusal);
        return;
    }
    reject.getHeader().setField(FIX::MsgType("j"));
    reject.reverseRoute(message.getHeader());
    add_number(&body, 45, parts.seq);
    add_text(&body, 372, parts.type.at, parts.type.len);
    add_text(&body, 379, refusal.ref_id, sizeof(refusal.ref_id));
    add_number(&body, 380, refusal.reason);
    add_text(&body, 58, refusal.text, sizeof(refusal.text));
    if (!posting_ && set_body(reject, body.data(), body.size()))
        post(reject, {body.data(), body.size()});
}
