"""Models of any size with real-looking fields and relations; the same text on every run."""

import hashlib
from copy import deepcopy
from typing import Any

import yaml

_NOUNS = (
    "Account Address Agreement Airport Album Allergy Appointment Article Asset Assignment Auction Author Badge "
    "Batch Benefit Bicycle Booking Branch Brand Budget Building Campaign Candidate Carrier Category Certificate "
    "Channel Claim Clinic Comment Company Complaint Contact Contract Country Coupon Course Customer "
    "Dataset Delivery Department Deposit Device Diagnosis Discount Dispatch Document Donation Driver Employee "
    "Enrolment Estate Event Exhibit Expense Facility Factory Feature Fleet Forecast Garden Grant Guest "
    "Harvest Holiday Hotel Inspection Instrument Insurance Invoice Journey Kitchen Laboratory Lease Lesson "
    "Library License Loan Machine Magazine Market Meal Measurement Medicine Member Menu Merchant Milestone "
    "Museum Neighbour Notice Offer Operator Opinion Orchard Order Package Parcel Partner Patient Payment "
    "Permit Playlist Policy Portfolio Position Premium Prescription Product Programme Project Promotion Property "
    "Purchase Quote Recipe Refund Region Rental Report Reservation Review Route Salary Schedule School Season "
    "Seller Session Shelf Shipment Statement Stock Store Student Subscription Supplier Survey Task Teacher "
    "Ticket Tour Trainer Transfer Treatment Trip Vehicle Vendor Venue Visit Voucher Warehouse Warranty Workshop"
).split()

_FIELDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("name", {"type": "string", "required": True, "max_length": 120, "searchable": True}),
    ("reference", {"type": "string", "required": True, "unique": True, "pattern": "[A-Z]{3}-[0-9]{5}"}),
    ("description", {"type": "text", "max_length": 4000, "searchable": True}),
    ("price", {"type": "decimal(10, 2)", "required": True, "min": 0}),
    ("quantity", {"type": "integer", "required": True, "min": 0, "max": 10000, "default": 1}),
    ("starts_on", {"type": "date", "required": True}),
    ("ends_on", {"type": "date"}),
    ("confirmed_at", {"type": "datetime"}),
    ("is_active", {"type": "boolean", "required": True, "default": True}),
    ("email", {"type": "email"}),
    ("website", {"type": "url"}),
    ("rating", {"type": "float", "min": 0, "max": 5}),
    ("status", {"type": "enum", "required": True, "values": ["draft", "open", "done"], "default": "draft"}),
    ("keywords", {"type": "list(string)", "max_length": 10}),
    ("opening_time", {"type": "time"}),
)  # fmt: skip


def model(entities: int) -> dict[str, Any]:
    """A model with this many entities, as the language's data: 8 to 12 fields and 1 to 3 relations each."""
    names = _NOUNS[:entities]
    if len(names) < entities:
        raise ValueError(f"There are only {len(_NOUNS)} names, not {entities}.")
    return {
        "stackwright": 1,
        "name": f"bench-{entities}",
        "title": f"Bench of {entities}",
        "description": f"A business with {entities} kinds of things.",
        "roles": ["clerk", "manager"],
        "entities": {name: _entity(name, index, names) for index, name in enumerate(names)},
    }


def text(data: dict[str, Any]) -> str:
    """The model as a file in the language."""
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def with_one_more_field(data: dict[str, Any]) -> dict[str, Any]:
    """The same model with one more field in the entity in the middle."""
    names = list(data["entities"])
    name = names[len(names) // 2]
    entity = data["entities"][name]
    fields = {**entity["fields"], "nickname": {"type": "string", "max_length": 60}}
    return {**data, "entities": {**data["entities"], name: {**entity, "fields": fields}}}


def _entity(name: str, index: int, names: list[str]) -> dict[str, Any]:
    fields = dict(_FIELDS[:3])
    wanted = 8 + _number(name, "fields", 5)
    rest = sorted(_FIELDS[3:], key=lambda field: _number(name + field[0], "order", 10_000))
    fields |= dict(rest[: wanted - len(fields)])
    entity: dict[str, Any] = {
        "description": f"Each {name.lower()} that we keep an eye on.",
        "display": "name",
        "audit": _number(name, "audit", 2) == 0,
        "optimistic_lock": _number(name, "lock", 3) == 0,
        "soft_delete": _number(name, "soft", 4) == 0,
        "permissions": {"read": ["public"], "create": ["clerk"], "update": ["clerk"], "delete": ["manager"]},
        "fields": {field: deepcopy(rules) for field, rules in fields.items()},
    }  # fmt: skip
    if {"starts_on", "ends_on"} <= fields.keys():
        entity["checks"] = {
            "ends_after_start": {
                "expression": "ends_on >= starts_on",
                "message": "The end comes after the start.",
            }
        }
    if relations := _relations(name, index, names):
        entity["relations"] = relations
    return entity


def _relations(name: str, index: int, names: list[str]) -> dict[str, Any]:
    """Relations point back only, so that no cycle of required ones can appear."""
    relations: dict[str, Any] = {}
    for place in range(min(index, 1 + _number(name, "relations", 3))):
        target = names[_number(f"{name}{place}", "target", index)]
        role = target.lower()
        if role in relations:
            continue
        many = place == 2
        relations[f"{role}s_used" if many else role] = {
            "kind": "many_to_many" if many else "many_to_one",
            "target": target,
            "inverse": f"{name.lower()}s_{place}",
            **({} if many else {"required": place == 0, "on_delete": "restrict"}),
        }
    return relations


def _number(name: str, purpose: str, below: int) -> int:
    seed = hashlib.blake2b(f"{purpose} {name}".encode(), digest_size=8).digest()
    return int.from_bytes(seed, "big") % below
