"""What the codes of rejections (pacs.002) and returns (pacs.004, camt RtrInf) mean, and what may follow from them.

Sources. Letter codes: the ISO 20022 external code sets ExternalStatusReason1Code and ExternalReturnReason1Code
(iso20022.org, read in the copy of github.com/TransactionAuthorizationProtocol/iso20022-external-code-sets). The codes
that RTP gives a meaning of its own (DS24, NOAT, SL03, TK04 to TK08, 1100 and the 99 series) and E codes of FedNow: what
participants publish (docs.crossriver.com "Error codes", knowledge.astrafi.com "RTP/FedNow System Codes", the
public SDKs of Increase) and, for 9914, 9946, 9947 and 9956 to 9964, open-source tables alone. The networks' own
specifications are for participants: hold the table against them before going live. The two judgements beside each text
are Clearway's. The lists grow: a code that is not here is kept, and judged with the most care.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """A code in plain words.

    `final`: the cause lies in the instruction, the account or an agreement, so that the same instruction never succeeds
    by waiting. Where it is false the cause is a limit, a time or a connection, which may pass.

    `receiver_may_have_acted`: the receiving bank may have credited its customer, or taken the payment in hand, in spite
    of the rejection, because nobody heard its own answer. Before the money is sent again somebody must ask.
    """

    code: str
    text: str
    final: bool
    receiver_may_have_acted: bool
    known: bool = True


YES, NO = True, False
# Code, text, final, receiver may have acted.
STATUS_REASONS: tuple[tuple[str, str, bool, bool], ...] = (
    ("AB01", "clearing was aborted by a timeout", NO, YES),
    ("AB03", "settlement was aborted by a timeout", NO, YES),
    ("AB05", "timeout at the creditor's bank", NO, YES),
    ("AB06", "timeout at the receiving bank", NO, YES),
    ("AB07", "a bank of the message is not online", NO, NO),
    ("AB08", "the creditor's bank is not online", NO, NO),
    ("AB09", "error at the creditor's bank", NO, YES),
    ("AB10", "error at the receiving bank", NO, YES),
    ("AC01", "account number invalid or missing", YES, NO),
    ("AC02", "debtor's account number invalid or missing", YES, NO),
    ("AC03", "creditor's account number invalid or missing", YES, NO),
    ("AC04", "account closed", YES, NO),
    ("AC06", "account blocked for postings", YES, NO),
    ("AC07", "creditor's account closed", YES, NO),
    ("AC10", "currency of the debtor's account invalid or missing", YES, NO),
    ("AC11", "currency of the creditor's account invalid or missing", YES, NO),
    ("AC13", "type of the debtor's account invalid or missing", YES, NO),
    ("AC14", "type of the creditor's account invalid or missing", YES, NO),
    ("AG01", "transaction forbidden on this type of account", YES, NO),
    ("AG03", "type of transaction not supported on this account", YES, NO),
    ("AG10", "a bank of the message is suspended from the system", NO, NO),
    ("AG11", "the creditor's bank is suspended from the system", NO, NO),
    ("AGNT", "a bank in the payment's way is wrong", YES, NO),
    ("AM02", "amount above the allowed maximum", YES, NO),
    ("AM04", "not enough funds for the amount", NO, NO),
    ("AM09", "amount not the one agreed or expected", YES, NO),
    ("AM11", "currency of the transaction invalid or missing", YES, NO),
    ("AM12", "amount invalid or missing", YES, NO),
    ("AM13", "amount above the limit of the clearing system", YES, NO),
    ("AM14", "amount above the limit agreed between bank and client", NO, NO),
    ("BE01", "name and account number do not belong together", YES, NO),
    ("BE04", "creditor's address missing or not correct", YES, NO),
    ("BE05", "the customer does not know who sent this", YES, NO),
    ("BE06", "customer not known at this bank", YES, NO),
    ("BE07", "debtor's address missing or not correct", YES, NO),
    ("BE10", "debtor's country code missing or invalid", YES, NO),
    ("BE11", "creditor's country code missing or invalid", YES, NO),
    ("BE13", "country code of the debtor's residence missing or invalid", YES, NO),
    ("BE14", "country code of the creditor's residence missing or invalid", YES, NO),
    ("BE16", "identification of the debtor missing or invalid", YES, NO),
    ("BE17", "identification of the creditor missing or invalid", YES, NO),
    ("CH11", "identifier of the creditor not correct", YES, NO),
    ("CUST", "cancelled at the customer's request", YES, NO),
    ("DS04", "rejected by the bank because of its content", YES, NO),
    ("DS0H", "signer not allowed for this account", YES, NO),
    ("DS24", "waiting time expired before an answer came", NO, YES),
    ("DT04", "a date in the future is not supported", YES, NO),
    ("DUPL", "duplicate of another payment, which may have been carried out", YES, YES),
    ("FF02", "syntax error, see the additional information", YES, NO),
    ("FF03", "payment type missing or invalid", YES, NO),
    ("FF08", "end-to-end id missing or invalid", YES, NO),
    ("FF10", "technical trouble at the bank", NO, YES),
    ("MD07", "customer is deceased", YES, NO),
    ("MS02", "reason not given by the customer", NO, NO),
    ("MS03", "reason not given by the bank", NO, NO),
    ("NARR", "see the additional information", NO, YES),
    ("NOAT", "the receiving account does not take this message", YES, NO),
    ("RC01", "routing number in a wrong format", YES, NO),
    ("RC02", "routing number invalid or missing", YES, NO),
    ("RC03", "routing number of the debtor's bank invalid or missing", YES, NO),
    ("RC04", "routing number of the creditor's bank invalid or missing", YES, NO),
    ("RR04", "regulatory reason", YES, NO),
    ("SL03", "the token service did not answer", NO, NO),
    ("TK01", "token invalid", YES, NO),
    ("TK02", "sender's token not found", YES, NO),
    ("TK03", "receiver's token not found", YES, NO),
    ("TK04", "token expired", YES, NO),
    ("TK05", "token is another party's", YES, NO),
    ("TK06", "amount above the token's limit", YES, NO),
    ("TK07", "token for a single use was used before", YES, NO),
    ("TK08", "token suspended", YES, NO),
    ("TM01", "received after the cut-off time", NO, YES),
    ("1100", "any other reason", NO, YES),
    ("9909", "RTP: malfunction of the central switch", NO, YES),
    ("9910", "RTP: the receiving bank is signed off", NO, NO),
    ("9912", "RTP: no connection to the receiving bank", NO, NO),
    ("9914", "RTP: an element that this product asks for is missing", YES, NO),
    ("9934", "RTP: the sending bank is signed off", NO, NO),
    ("9946", "RTP: the sending bank is suspended", NO, NO),
    ("9947", "RTP: the receiving bank is suspended", NO, NO),
    ("9948", "RTP: the service is suspended", NO, NO),
    ("9956", "RTP: the funding account of the sending bank is suspended", NO, NO),
    ("9957", "RTP: the funding account of the receiving bank is suspended", NO, NO),
    ("9964", "RTP: identification of a participant invalid", YES, NO),
    ("E960", "FedNow: internal error", NO, YES),
    ("E970", "FedNow: sender and receiver have no valid settlement relationship", YES, NO),
    ("E996", "FedNow: too little time left for the receiving bank to answer", NO, NO),
    ("E997", "FedNow: the payment's time ran out", NO, YES),
    ("E999", "FedNow: the message is dated in the future", YES, NO),
)
# Code, text, final: whether the same payment, sent again, would come back again.
RETURN_REASONS: tuple[tuple[str, str, bool], ...] = (
    ("AC01", "account number in a wrong format", YES),
    ("AC03", "creditor's account number wrong", YES),
    ("AC04", "account closed", YES),
    ("AC06", "account blocked for postings", YES),
    ("AC07", "creditor's account closed", YES),
    ("AC14", "a bank in the payment's way is invalid", YES),
    ("AC16", "account in sequestration", YES),
    ("AG01", "transaction forbidden on this type of account", YES),
    ("AM05", "duplicate", YES),
    ("AM09", "amount not the one agreed or expected", YES),
    ("BE01", "name and account number do not belong together", YES),
    ("BE04", "creditor's address missing or not correct", YES),
    ("BE05", "the customer does not know who sent this", YES),
    ("BE06", "customer not known at this bank", YES),
    ("BE08", "returned because of a bank's error", NO),
    ("CN01", "authorisation cancelled", YES),
    ("CUST", "at the customer's request", YES),
    ("DS28", "technical trouble made an erroneous transaction", NO),
    ("DUPL", "duplicate of another payment", YES),
    ("FOCR", "following a cancellation request", YES),
    ("FR01", "because of fraud", YES),
    ("MD06", "refund requested by the customer", YES),
    ("MD07", "customer is deceased", YES),
    ("MS02", "reason not given by the customer", NO),
    ("MS03", "reason not given by the bank", NO),
    ("NARR", "see the additional information", NO),
    ("RC01", "routing number in a wrong format", YES),
    ("RC04", "routing number of the creditor's bank invalid or missing", YES),
    ("RR04", "regulatory reason", YES),
    ("RUTA", "following an investigation without remedy", YES),
    ("TM01", "received after the cut-off time", NO),
    ("UPAY", "payment not justified", YES),
)


def status_reason(code: str) -> ReasonCode:
    """What a rejection's code means; one that is not in the table is not final, and the receiver may have acted."""
    return _status_reasons().get(code) or ReasonCode(
        code, "a code that is not known here", final=False, receiver_may_have_acted=True, known=False
    )


def return_reason(code: str) -> ReasonCode:
    """What a return's code means; the receiving bank always had the money. An unknown one is not final."""
    return _return_reasons().get(code) or ReasonCode(
        code, "a code that is not known here", final=False, receiver_may_have_acted=True, known=False
    )


@cache
def _status_reasons() -> dict[str, ReasonCode]:
    return {code: ReasonCode(code, text, final, acted) for code, text, final, acted in STATUS_REASONS}


@cache
def _return_reasons() -> dict[str, ReasonCode]:
    return {code: ReasonCode(code, text, final, receiver_may_have_acted=True) for code, text, final in RETURN_REASONS}
