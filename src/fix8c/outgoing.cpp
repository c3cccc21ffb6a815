/*
 * Writes application messages.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "outgoing.hpp"

namespace fix8c
{

/* Room in front of 35 for BeginString and BodyLength. */
static const size_t FRONT_MAX = 32;

OutgoingWriter::OutgoingWriter(const std::string &begin_string,
                               const std::string &sender,
                               const std::string &target,
                               int precision)
    : front_("8=" + begin_string + "\0019="),
      names_("\00149=" + sender + "\00156=" + target + "\00134="),
      precision_(precision)
{
}

void OutgoingWriter::add_time(std::string *out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != second_) {
        char text[32];
        struct tm parts;
        gmtime_r(&now.tv_sec, &parts);
        stamp_.assign(
            text, std::strftime(text, sizeof(text), "%Y%m%d-%H:%M:%S", &parts));
        second_ = now.tv_sec;
    }
    *out += stamp_;
    if (precision_ == 0)
        return;
    *out += '.';
    long rest = now.tv_nsec;
    long unit = 100000000;
    for (int i = 0; i < precision_; i++) {
        *out += static_cast<char>('0' + rest / unit);
        rest %= unit;
        unit /= 10;
    }
}

size_t OutgoingWriter::write(std::string *out,
                             const std::string &type,
                             int seq,
                             struct framing_text header,
                             struct framing_text body)
{
    out->assign(FRONT_MAX, ' ');
    *out += "35=";
    *out += type;
    *out += names_;
    *out += std::to_string(seq);
    *out += "\00152=";
    add_time(out);
    *out += FRAMING_SOH;
    out->append(header.at, header.len);
    size_t body_at = out->size();
    out->append(body.at, body.len);
    std::string length = std::to_string(out->size() - FRONT_MAX);
    length += FRAMING_SOH;
    size_t first = FRONT_MAX - length.size() - front_.size();
    out->replace(first, front_.size(), front_);
    out->replace(FRONT_MAX - length.size(), length.size(), length);
    out->erase(0, first);
    unsigned sum = framing_sum(out->data(), out->size()) & 0xff;
    *out += "10=";
    *out += static_cast<char>('0' + sum / 100);
    *out += static_cast<char>('0' + sum / 10 % 10);
    *out += static_cast<char>('0' + sum % 10);
    *out += FRAMING_SOH;
    return body_at - first;
}

} // namespace fix8c
