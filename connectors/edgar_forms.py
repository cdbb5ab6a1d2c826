"""Core: what a filing says: its form, company and items from EDGAR's list, its facts from the submission's own text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from connectors.document import Entry
from connectors.text import clean_body, plain_text

TEXT_LENGTH_MAX = 20_000
ITEM_NAMES = {
    "1.01": "Entry into a Material Definitive Agreement",
    "1.02": "Termination of a Material Definitive Agreement",
    "2.01": "Completion of Acquisition or Disposition of Assets",
    "3.02": "Unregistered Sales of Equity Securities",
    "5.01": "Changes in Control of Registrant",
    "8.01": "Other Events",
}
"""As Form 8-K itself names its items (17 CFR 249.308)."""
FORM_NAMES = {
    "D": "notice of an exempt offering of securities",
    "S-4": "registration of securities for a business combination",
    "425": "communication about a business combination",
    "SC TO-T": "tender offer by a third party",
    "SC TO-I": "tender offer by the issuer",
}
READ_TYPES = ("EX-99", "EX-2")
"""Exhibits with the press release and the agreement."""

_TITLE = re.compile(r"^(?P<form>[\w /-]+?)(?P<amended>/A)? - (?P<company>.+?) \((?P<cik>\d{10})\)")
_ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")
_ITEM = re.compile(r"Item\s+(\d\.\d{2})", re.IGNORECASE)
_FILED = re.compile(r"Filed:\D{0,20}(\d{4}-\d{2}-\d{2})")
_DOCUMENT = re.compile(r"<DOCUMENT>\s*<TYPE>([^\s<]+)(.*?)</DOCUMENT>", re.DOTALL)
_BODY = re.compile(r"<TEXT>(.*?)(?:</TEXT>|$)", re.DOTALL)
_XML = re.compile(r"<XML>\s*(.*?)\s*</XML>", re.DOTALL)
_ITEM_HEADING = re.compile(r"^Item\s+\d\.\d{2}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing as EDGAR lists it."""

    form: str
    company: str
    cik: str
    accession: str
    items: tuple[str, ...]
    filed: str
    url: str

    @property
    def title(self) -> str:
        """A headline that says what the form says and no more."""
        named = [f"{ITEM_NAMES[item]} (Item {item})" for item in self.items if item in ITEM_NAMES]
        said = "; ".join(named) or FORM_NAMES.get(self.form, "")
        return f"{self.company} files Form {self.form}" + (f": {said}" if said else "")

    @property
    def submission_url(self) -> str:
        """The whole filing, every document of it, as one text."""
        return re.sub(r"-index\.html?$", ".txt", self.url)


def filing_of(entry: Entry) -> Filing | None:
    """The filing that an entry of EDGAR's list names; None for the entries of parties other than its subject."""
    match = _TITLE.match(entry.title.raw)
    accession = _ACCESSION.search(f"{entry.link} {entry.guid}")
    if not match or not accession or re.search(r"\((?:Filed by|Reporting)\)\s*$", entry.title.raw):
        return None
    summary = plain_text(entry.body.raw)
    filed = _FILED.search(summary)
    return Filing(
        match["form"].strip(),
        match["company"].strip(),
        match["cik"],
        accession[0],
        tuple(dict.fromkeys(_ITEM.findall(summary))),
        entry.updated or (filed[1] if filed else ""),
        entry.link,
    )


def is_wanted(filing: Filing, forms: Sequence[str], items: Sequence[str]) -> bool:
    """Whether the form is one of those asked for and, for an 8-K, an item is."""
    if filing.form not in forms:
        return False
    return filing.form != "8-K" or not items or any(item in items for item in filing.items)


def told(filing: Filing, submission: str) -> str:
    """The text of the filing: for Form D its figures as a sentence, else its main document and press release."""
    parts = []
    for kind, rest in _DOCUMENT.findall(submission):
        if kind == "D" and (xml := _XML.search(rest)):
            return offering(filing.company, xml[1])
        main = kind.removesuffix("/A") == filing.form
        if main or kind.startswith(READ_TYPES):
            body = _BODY.search(rest)
            text = clean_body(body[1] if body else "", markup=True)
            parts.append(_from_first_item(text) if main else text)
    return "\n".join(part for part in parts if part)[:TEXT_LENGTH_MAX]


def offering(company: str, xml: str) -> str:
    """What a Form D states, in a sentence: the sum offered, the sum sold, since when, and to how many.

    >>> offering("Acme Inc.", "<e><totalOfferingAmount>5000000</totalOfferingAmount></e>")
    'Acme Inc. offers $5,000,000.'
    """
    if "<!" in xml:
        return ""
    try:
        root = ET.fromstring(xml)  # noqa: S314 - no declaration, hence no entity, is let in above
    except ET.ParseError:
        return ""
    values = {element.tag.rpartition("}")[2]: (element.text or "").strip() for element in root.iter()}
    kinds = {"isEquityType": "equity", "isDebtType": "debt", "isPooledInvestmentFundType": "interests in a fund"}
    of = " and ".join(name for tag, name in kinds.items() if values.get(tag) == "true")
    offered, sold = _dollars(values.get("totalOfferingAmount", "")), _dollars(values.get("totalAmountSold", ""))
    said = f"{company} offers {offered or 'an indefinite amount'}" + (f" of {of}." if of else ".")
    if sold:
        said += f" {sold} has been sold"
        investors = values.get("totalNumberAlreadyInvested", "")
        said += f" to {investors} investors." if investors.isdigit() and int(investors) > 1 else "."
    return said


def _dollars(digits: str) -> str:
    return f"${int(digits):,}" if digits.isdigit() and int(digits) else ""


def _from_first_item(text: str) -> str:
    """The main document from its first item on: what stands before is the form's cover page."""
    lines = text.split("\n")
    start = next((n for n, line in enumerate(lines) if _ITEM_HEADING.match(line)), 0)
    end = next(
        (n for n, line in enumerate(lines[start:], start) if line.strip().upper() in {"SIGNATURE", "SIGNATURES"}), None
    )
    return "\n".join(lines[start:end])
