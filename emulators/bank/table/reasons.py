"""The reasons of each rail in words: ISO 8583 response codes and chargebacks, ISO 20022 external codes, Nacha codes.

Sources: ISO 8583:1987, data element 39 (response code), as card networks publish it; ISO 20022 external code sets,
ExternalStatusReason1Code and ExternalReturnReason1Code, as RTP and FedNow use them; Nacha Operating Rules, Appendices
Four (return codes) and Five (change codes); Visa's dispute conditions for chargebacks.
"""

from __future__ import annotations

CARD_DECLINES = {
    "05": "do not honor",
    "12": "invalid transaction",
    "13": "invalid amount",
    "14": "invalid card number",
    "41": "lost card",
    "43": "stolen card",
    "51": "insufficient funds",
    "54": "expired card",
    "57": "transaction not permitted to the cardholder",
    "61": "exceeds the withdrawal amount limit",
    "62": "restricted card",
    "65": "exceeds the withdrawal frequency limit",
    "78": "card not yet active, or blocked at first use",
    "79": "already reversed",
    "91": "issuer unavailable",
    "96": "system malfunction",
}
CARD_CHARGEBACKS = {
    "10.4": "other fraud, card-absent environment",
    "12.6": "duplicate processing",
    "13.1": "merchandise or services not received",
    "13.6": "credit not processed",
}
CARD = CARD_DECLINES | CARD_CHARGEBACKS

INSTANT = {
    "1100": "any other reason",
    "9909": "central switch system malfunction",
    "9910": "instructed agent signed off",
    "AC03": "invalid creditor account number",
    "AC04": "closed account number",
    "AC06": "blocked account",
    "AC07": "closed creditor account number",
    "AC14": "invalid creditor account type",
    "AG01": "transaction forbidden on this type of account",
    "AG03": "transaction type not supported",
    "AM02": "amount not allowed",
    "AM03": "currency not processable",
    "AM04": "insufficient funds",
    "BE04": "missing creditor address",
    "BE17": "invalid creditor identification",
    "CUST": "requested by the customer",
    "DUPL": "duplicate payment",
    "FF02": "syntax error",
    "FOCR": "following a cancellation request",
    "MD07": "end customer deceased",
    "NARR": "narrative",
    "NOAT": "the receiver's account does not take this message",
    "NOOR": "no original transaction received",
    "RC01": "bank identifier incorrect",
    "RR04": "regulatory reason",
    "TM01": "invalid cut-off time",
}

ACH_RETURNS = {
    "R01": "insufficient funds",
    "R02": "account closed",
    "R03": "no account, or account cannot be located",
    "R04": "invalid account number structure",
    "R05": "unauthorized debit to a consumer account with a corporate entry class code",
    "R06": "returned at the originating bank's request",
    "R07": "authorization revoked by the customer",
    "R08": "payment stopped by the account holder",
    "R09": "uncollected funds",
    "R10": "originator not known or not authorized to debit the account",
    "R11": "entry not in accordance with the terms of the authorization",
    "R12": "account sold to another bank",
    "R13": "invalid routing number",
    "R14": "representative payee deceased or unable to continue",
    "R15": "beneficiary or account holder deceased",
    "R16": "account frozen, or entry returned on instruction of OFAC",
    "R17": "file record edit criteria, or suspected fraud",
    "R20": "not a transaction account",
    "R21": "invalid company identification",
    "R22": "invalid individual identification number",
    "R23": "credit refused by the receiver",
    "R24": "duplicate entry",
    "R29": "corporate customer advises not authorized",
}
ACH_CHANGES = {
    "C01": "incorrect account number",
    "C02": "incorrect routing number",
    "C03": "incorrect routing number and account number",
    "C04": "incorrect individual or company name",
    "C05": "incorrect transaction code",
    "C06": "incorrect account number and transaction code",
    "C07": "incorrect routing number, account number and transaction code",
    "C09": "incorrect individual identification number",
}
