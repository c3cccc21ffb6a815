/*
 * The built-in dictionary: what the FIX session level of all versions has in
 * common.  Unknown fields are allowed, application types are added as they
 * come.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dictionary.hpp"

namespace fix8c
{

static const char HEADER[] =
    "<header>"
    "<field name='BeginString' required='true'/>"
    "<field name='BodyLength' required='true'/>"
    "<field name='MsgType' required='true'/>"
    "<field name='SenderCompID' required='true'/>"
    "<field name='TargetCompID' required='true'/>"
    "<field name='MsgSeqNum' required='true'/>"
    "<field name='SendingTime' required='true'/>"
    "<field name='ApplVerID' required='N'/>"
    "<field name='ApplExtID' required='N'/>"
    "<field name='CstmApplVerID' required='N'/>"
    "<field name='OnBehalfOfCompID' required='N'/>"
    "<field name='DeliverToCompID' required='N'/>"
    "<field name='SecureDataLen' required='N'/>"
    "<field name='SecureData' required='N'/>"
    "<field name='SenderSubID' required='N'/>"
    "<field name='SenderLocationID' required='N'/>"
    "<field name='TargetSubID' required='N'/>"
    "<field name='TargetLocationID' required='N'/>"
    "<field name='OnBehalfOfSubID' required='N'/>"
    "<field name='OnBehalfOfLocationID' required='N'/>"
    "<field name='DeliverToSubID' required='N'/>"
    "<field name='DeliverToLocationID' required='N'/>"
    "<field name='PossDupFlag' required='N'/>"
    "<field name='PossResend' required='N'/>"
    "<field name='OrigSendingTime' required='N'/>"
    "<field name='XmlDataLen' required='N'/>"
    "<field name='XmlData' required='N'/>"
    "<field name='MessageEncoding' required='N'/>"
    "<field name='LastMsgSeqNumProcessed' required='N'/>"
    "<field name='OnBehalfOfSendingTime' required='N'/>"
    "<group name='NoHops' required='N'>"
    "<field name='HopCompID' required='N'/>"
    "<field name='HopSendingTime' required='N'/>"
    "<field name='HopRefID' required='N'/>"
    "</group>"
    "</header>"
    "<trailer>"
    "<field name='SignatureLength' required='N'/>"
    "<field name='Signature' required='N'/>"
    "<field name='CheckSum' required='true'/>"
    "</trailer>";

static const char MESSAGES[] =
    "<message msgcat='admin' msgtype='0' name='Heartbeat'>"
    "<field name='TestReqID' required='N'/>"
    "</message>"
    "<message msgcat='admin' msgtype='1' name='TestRequest'>"
    "<field name='TestReqID' required='Y'/>"
    "</message>"
    "<message msgcat='admin' msgtype='2' name='ResendRequest'>"
    "<field name='BeginSeqNo' required='Y'/>"
    "<field name='EndSeqNo' required='Y'/>"
    "</message>"
    "<message msgcat='admin' msgtype='3' name='Reject'>"
    "<field name='RefSeqNum' required='Y'/>"
    "<field name='RefTagID' required='N'/>"
    "<field name='RefMsgType' required='N'/>"
    "<field name='SessionRejectReason' required='N'/>"
    "<field name='Text' required='N'/>"
    "<field name='EncodedTextLen' required='N'/>"
    "<field name='EncodedText' required='N'/>"
    "</message>"
    "<message msgcat='admin' msgtype='4' name='SequenceReset'>"
    "<field name='GapFillFlag' required='N'/>"
    "<field name='NewSeqNo' required='Y'/>"
    "</message>"
    "<message msgcat='admin' msgtype='5' name='Logout'>"
    "<field name='Text' required='N'/>"
    "<field name='EncodedTextLen' required='N'/>"
    "<field name='EncodedText' required='N'/>"
    "</message>";

static const char LOGON[] = "<field name='EncryptMethod' required='Y'/>"
                            "<field name='HeartBtInt' required='Y'/>"
                            "<field name='RawDataLength' required='N'/>"
                            "<field name='RawData' required='N'/>"
                            "<field name='ResetSeqNumFlag' required='N'/>"
                            "<group name='NoMsgTypes' required='N'>"
                            "<field name='RefMsgType' required='N'/>"
                            "<field name='MsgDirection' required='N'/>"
                            "<field name='RefApplVerID' required='N'/>"
                            "<field name='RefCstmApplVerID' required='N'/>"
                            "</group>";

static const char FIELDS[] =
    "<fields>"
    "<field number='7' name='BeginSeqNo' type='INT'/>"
    "<field number='8' name='BeginString' type='STRING'/>"
    "<field number='9' name='BodyLength' type='INT'/>"
    "<field number='10' name='CheckSum' type='STRING'/>"
    "<field number='16' name='EndSeqNo' type='INT'/>"
    "<field number='34' name='MsgSeqNum' type='INT'/>"
    "<field number='35' name='MsgType' type='STRING'/>"
    "<field number='36' name='NewSeqNo' type='INT'/>"
    "<field number='43' name='PossDupFlag' type='BOOLEAN'/>"
    "<field number='45' name='RefSeqNum' type='INT'/>"
    "<field number='49' name='SenderCompID' type='STRING'/>"
    "<field number='50' name='SenderSubID' type='STRING'/>"
    "<field number='52' name='SendingTime' type='UTCTIMESTAMP'/>"
    "<field number='56' name='TargetCompID' type='STRING'/>"
    "<field number='57' name='TargetSubID' type='STRING'/>"
    "<field number='58' name='Text' type='STRING'/>"
    "<field number='89' name='Signature' type='DATA'/>"
    "<field number='90' name='SecureDataLen' type='LENGTH'/>"
    "<field number='91' name='SecureData' type='DATA'/>"
    "<field number='93' name='SignatureLength' type='LENGTH'/>"
    "<field number='95' name='RawDataLength' type='LENGTH'/>"
    "<field number='96' name='RawData' type='DATA'/>"
    "<field number='97' name='PossResend' type='BOOLEAN'/>"
    "<field number='98' name='EncryptMethod' type='INT'/>"
    "<field number='108' name='HeartBtInt' type='INT'/>"
    "<field number='112' name='TestReqID' type='STRING'/>"
    "<field number='115' name='OnBehalfOfCompID' type='STRING'/>"
    "<field number='116' name='OnBehalfOfSubID' type='STRING'/>"
    "<field number='122' name='OrigSendingTime' type='UTCTIMESTAMP'/>"
    "<field number='123' name='GapFillFlag' type='BOOLEAN'/>"
    "<field number='128' name='DeliverToCompID' type='STRING'/>"
    "<field number='129' name='DeliverToSubID' type='STRING'/>"
    "<field number='141' name='ResetSeqNumFlag' type='BOOLEAN'/>"
    "<field number='142' name='SenderLocationID' type='STRING'/>"
    "<field number='143' name='TargetLocationID' type='STRING'/>"
    "<field number='144' name='OnBehalfOfLocationID' type='STRING'/>"
    "<field number='145' name='DeliverToLocationID' type='STRING'/>"
    "<field number='212' name='XmlDataLen' type='LENGTH'/>"
    "<field number='213' name='XmlData' type='DATA'/>"
    "<field number='347' name='MessageEncoding' type='STRING'/>"
    "<field number='354' name='EncodedTextLen' type='LENGTH'/>"
    "<field number='355' name='EncodedText' type='DATA'/>"
    "<field number='369' name='LastMsgSeqNumProcessed' type='INT'/>"
    "<field number='370' name='OnBehalfOfSendingTime' type='UTCTIMESTAMP'/>"
    "<field number='371' name='RefTagID' type='INT'/>"
    "<field number='372' name='RefMsgType' type='STRING'/>"
    "<field number='373' name='SessionRejectReason' type='INT'/>"
    "<field number='384' name='NoMsgTypes' type='NUMINGROUP'/>"
    "<field number='385' name='MsgDirection' type='STRING'/>"
    "<field number='627' name='NoHops' type='NUMINGROUP'/>"
    "<field number='628' name='HopCompID' type='STRING'/>"
    "<field number='629' name='HopSendingTime' type='UTCTIMESTAMP'/>"
    "<field number='630' name='HopRefID' type='INT'/>"
    "<field number='1128' name='ApplVerID' type='STRING'/>"
    "<field number='1129' name='CstmApplVerID' type='STRING'/>"
    "<field number='1130' name='RefApplVerID' type='STRING'/>"
    "<field number='1131' name='RefCstmApplVerID' type='STRING'/>"
    "<field number='1137' name='DefaultApplVerID' type='STRING'/>"
    "<field number='1156' name='ApplExtID' type='INT'/>"
    "<field number='1401' name='EncryptedPasswordLen' type='LENGTH'/>"
    "<field number='1402' name='EncryptedPassword' type='DATA'/>"
    "<field number='1403' name='EncryptedNewPasswordLen' type='LENGTH'/>"
    "<field number='1404' name='EncryptedNewPassword' type='DATA'/>"
    "</fields>";

std::string builtin_dictionary(const std::string &begin_string)
{
    /* "FIX.4.2" or "FIXT.1.1": type, major and minor are between the dots. */
    std::string::size_type first = begin_string.find('.');
    std::string::size_type last = begin_string.rfind('.');
    std::string type = begin_string.substr(0, first);
    std::string major = begin_string.substr(first + 1, last - first - 1);
    std::string xml = "<?xml version='1.0'?><fix type='" + type + "' major='" +
                      major + "' minor='" + begin_string.substr(last + 1) +
                      "'>";
    xml += HEADER;
    xml += "<messages>";
    xml += MESSAGES;
    xml += "<message msgcat='admin' msgtype='A' name='Logon'>";
    xml += LOGON;
    if (type == "FIXT")
        xml += "<field name='DefaultApplVerID' required='Y'/>";
    xml += "</message></messages><components/>";
    xml += FIELDS;
    xml += "</fix>";
    return xml;
}

} // namespace fix8c
