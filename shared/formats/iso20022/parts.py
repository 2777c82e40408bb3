"""What several messages have in common: codes, agents, and parties with their accounts and addresses."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.formats.iso20022.errors import Iso20022Error, refusal
from shared.formats.iso20022.kinds import (
    CODE4,
    COUNTRY,
    MAX34,
    MAX35,
    MAX70,
    MAX140,
    ROUTING_NUMBER,
    Kind,
    pattern,
    text,
)
from shared.formats.iso20022.reading import Fields, Node
from shared.formats.iso20022.writing import Writer

MAX16 = text(16)
USABA = pattern("USABA", "USABA, the only clearing system whose members are read here")
AGENT = "FinInstnId BrnchId?"
INSTITUTION = "BICFI? ClrSysMmbId? LEI? Nm? PstlAdr? Othr?"
MEMBER = "ClrSysId? MmbId"
PARTY = "Nm? PstlAdr? Id? CtryOfRes? CtctDtls?"
ACCOUNT = "Id Tp? Ccy? Nm? Prxy?"
ADDRESS = (
    "AdrTp? Dept? SubDept? StrtNm? BldgNb? BldgNm? Flr? PstBx? Room? PstCd? TwnNm? TwnLctnNm? DstrctNm? CtrySubDvsn? "
    "Ctry? AdrLine*"
)
ADDRESS_LINES_MAX = 7


@dataclass(frozen=True, slots=True)
class Code:
    """A code of an external list (`Cd`, 1 to 4 characters), or a `proprietary` one of the clearing system (`Prtry`)."""

    value: str
    proprietary: bool = False


@dataclass(frozen=True, slots=True)
class Agent:
    """A bank, by its nine-digit routing number (`ClrSysMmbId` of `USABA`)."""

    routing_number: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address, structured (`town`, `country`) or in `lines` of at most 70 characters."""

    street: str = ""
    building_number: str = ""
    post_code: str = ""
    town: str = ""
    subdivision: str = ""
    country: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Party:
    """A debtor or creditor and the account at its bank (`Othr/Id`: no IBAN, which US accounts do not have)."""

    name: str = field(default="", repr=False)
    account: str = field(default="", repr=False)
    address: Address | None = field(default=None, repr=False)


def read_code(node: Node | None, external: Kind[str] = CODE4) -> Code | None:
    """A choice of `Cd` and `Prtry`."""
    if node is None:
        return None
    choice = node.open("(Cd|Prtry)")
    external_code = choice.maybe_value("Cd", external)
    return Code(choice.value("Prtry", MAX35), proprietary=True) if external_code is None else Code(external_code)


def write_code(out: Writer, name: str, code: Code | None, external: Kind[str] = CODE4) -> None:
    """A choice of `Cd` and `Prtry`, nothing for None."""
    if code is not None:
        with out.inside(name):
            if code.proprietary:
                out.put("Prtry", MAX35, code.value)
            else:
                out.put("Cd", external, code.value)


def read_agent(node: Node) -> Agent:
    """An agent that is named by its routing number; one that has only a BIC is refused as MISSING."""
    institution = node.open(AGENT).one("FinInstnId").open(INSTITUTION)
    member = institution.one("ClrSysMmbId").open(MEMBER)
    system = member.maybe("ClrSysId")
    if system is not None:
        system.open("Cd").value("Cd", USABA)
    return Agent(member.value("MmbId", ROUTING_NUMBER), institution.text("Nm", MAX140))


def write_agent(out: Writer, name: str, agent: Agent | None) -> None:
    """An agent, nothing for None."""
    if agent is None:
        return
    with out.inside(name, "FinInstnId"):
        with out.inside("ClrSysMmbId"):
            with out.inside("ClrSysId"):
                out.put("Cd", USABA, "USABA")
            out.put("MmbId", ROUTING_NUMBER, agent.routing_number)
        out.put_text("Nm", MAX140, agent.name)


def agent_of(name: str, first: Fields, second: Fields) -> Agent:
    """An agent that a message names in its header or in its transaction; where it does both, they must agree."""
    nodes = [node for fields in (first, second) if (node := fields.maybe(name)) is not None]
    if not nodes:
        raise refusal(Iso20022Error.MISSING, f"{first.place}/{name}", "missing, here and in the group header")
    agents = [read_agent(node) for node in nodes]
    if any(one.routing_number != agents[0].routing_number for one in agents):
        raise refusal(Iso20022Error.INCONSISTENT, nodes[0].place, "another agent than in the group header")
    return agents[0]


def read_party(party: Node | None, account: Node | None) -> Party:
    """A party with its account; what is not there is left empty."""
    name, address = "", None
    if party is not None:
        fields = party.open(PARTY)
        name = fields.text("Nm", MAX140)
        postal = fields.maybe("PstlAdr")
        address = None if postal is None else _read_address(postal)
    return Party(name, "" if account is None else read_account(account), address)


def read_account(node: Node) -> str:
    """The account's number; an IBAN is refused as MISSING `Othr`."""
    return node.open(ACCOUNT).one("Id").open("(IBAN|Othr)").one("Othr").open("Id SchmeNm? Issr?").value("Id", MAX34)


def write_account(out: Writer, name: str, account: str) -> None:
    """An account by its number, nothing for an empty one."""
    if account:
        with out.inside(name, "Id", "Othr"):
            out.put("Id", MAX34, account)


def write_party(out: Writer, party: Party) -> None:
    """What stands inside a party's element: name and address."""
    out.put_text("Nm", MAX140, party.name)
    if party.address is not None:
        with out.inside("PstlAdr"):
            _write_address(out, party.address)


def _read_address(node: Node) -> Address:
    fields = node.open(ADDRESS)
    if len(fields.found.get("AdrLine", ())) > ADDRESS_LINES_MAX:
        raise refusal(Iso20022Error.UNEXPECTED, f"{node.place}/AdrLine", f"more than {ADDRESS_LINES_MAX}")
    return Address(
        street=fields.text("StrtNm", MAX70),
        building_number=fields.text("BldgNb", MAX16),
        post_code=fields.text("PstCd", MAX16),
        town=fields.text("TwnNm", MAX35),
        subdivision=fields.text("CtrySubDvsn", MAX35),
        country=fields.text("Ctry", COUNTRY),
        lines=fields.texts("AdrLine", MAX70),
    )


def _write_address(out: Writer, address: Address) -> None:
    out.put_text("StrtNm", MAX70, address.street)
    out.put_text("BldgNb", MAX16, address.building_number)
    out.put_text("PstCd", MAX16, address.post_code)
    out.put_text("TwnNm", MAX35, address.town)
    out.put_text("CtrySubDvsn", MAX35, address.subdivision)
    out.put_text("Ctry", COUNTRY, address.country)
    if len(address.lines) > ADDRESS_LINES_MAX:
        raise refusal(Iso20022Error.UNEXPECTED, f"{out.place}/AdrLine", f"more than {ADDRESS_LINES_MAX}")
    out.put_texts("AdrLine", MAX70, address.lines)
