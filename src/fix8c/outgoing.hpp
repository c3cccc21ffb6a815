/*
 * Writes application messages whole, without QuickFIX: header, body as it is,
 * BodyLength and CheckSum.
 *
 * Must never change a byte of the body.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIX8C_OUTGOING_HPP
#define FIX8C_OUTGOING_HPP

#include <cstdint>
#include <ctime>
#include <string>

#include "framing.h"

namespace fix8c
{

class OutgoingWriter
{
  public:
    /* |precision| is the number of digits behind the second of 52. */
    OutgoingWriter(const std::string &begin_string,
                   const std::string &sender,
                   const std::string &target,
                   int precision);

    /* Writes into |out|, what it held is lost; returns where the body is. */
    size_t write(std::string *out,
                 const std::string &type,
                 int seq,
                 struct framing_text header,
                 struct framing_text body);

  private:
    void add_time(std::string *out);

    std::string front_; /* 8=...<SOH>9= */
    std::string names_; /* 49, 56 and the start of 34 */
    int precision_;
    time_t second_ = -1; /* the one that |stamp_| stands for */
    std::string stamp_;  /* YYYYMMDD-HH:MM:SS */
};

} // namespace fix8c
#endif
