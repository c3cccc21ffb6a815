/*
 * Long answers to a ResendRequest, in pieces.
 *
 * QuickFIX answers all of a ResendRequest in one call.  With ResendPiece=N it
 * answers N messages between two ticks, however often it is asked, so that
 * other sessions have their turn.  Must never lose the rest of a request while
 * its line is there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session.hpp"

#include <algorithm>

using namespace fix8c;

/* Field |tag| of a ResendRequest as a number. */
static bool find_number(const char *bytes, size_t len, int tag, int *number)
{
    struct framing_walk walk;
    struct framing_field field;
    framing_walk_init(&walk, bytes, len);
    while (framing_next(&walk, &field)) {
        if (field.tag == tag)
            return framing_number(field.value, number);
    }
    return false;
}

/* True when more was asked for than may be answered now: a part has been, one
 * message at least, as QuickFIX has to see the request. */
bool fix8c_session::feed_long_request()
{
    const char *body = fed_.bytes + fed_.parts.body_at;
    int newest = next_sender() - 1;
    int first = 0;
    int last = 0;
    if (piece_max_ == 0 || !framing_equal(fed_.parts.type, "2") ||
        !find_number(body, fed_.parts.body_len, 7, &first) ||
        !find_number(body, fed_.parts.body_len, 16, &last) || first < 1)
        return false;
    if (last == 0 || last > newest)
        last = newest;
    if (last - first < piece_left_) {
        piece_left_ -= std::max(last - first + 1, 0);
        return false;
    }
    int next = first + std::max(piece_left_, 1);
    FIX::Message message(std::string(fed_.bytes, fed_.len),
                         *dictionaries_.transport, false);
    message.setField(FIX::EndSeqNo(next - 1));
    owed_.next = owed_.next == 0 ? next : std::min(owed_.next, next);
    owed_.last = std::max(owed_.last, last);
    piece_left_ = 0;
    quickfix_->next(message, FIX::UtcTimeStamp());
    return true;
}

/*
 * Asks QuickFIX in the peer's stead.  The number is one that has passed long
 * ago: a ResendRequest is answered whatever its number, and this one must not
 * be counted.
 */
void fix8c_session::resend_piece()
{
    int last = std::min(owed_.last, next_sender() - 1);
    int first = owed_.next;
    piece_left_ = piece_max_;
    if (first == 0 || !quickfix_->isLoggedOn())
        return;
    if (last - first < piece_max_)
        owed_ = Owed();
    else
        last = first + piece_max_ - 1;
    if (owed_.next != 0)
        owed_.next = last + 1;
    if (last < first)
        return;
    piece_left_ -= last - first + 1;
    FIX::Message message;
    message.getHeader().setField(id_.getBeginString());
    message.getHeader().setField(FIX::BodyLength(0));
    message.getHeader().setField(FIX::MsgType("2"));
    message.getHeader().setField(
        FIX::SenderCompID(id_.getTargetCompID().getString()));
    message.getHeader().setField(
        FIX::TargetCompID(id_.getSenderCompID().getString()));
    message.getHeader().setField(FIX::MsgSeqNum(1));
    message.getHeader().setField(FIX::SendingTime(FIX::UtcTimeStamp()));
    message.setField(FIX::BeginSeqNo(first));
    message.setField(FIX::EndSeqNo(last));
    message.getTrailer().setField(FIX::CheckSum(0));
    quickfix_->next(message, FIX::UtcTimeStamp());
}
