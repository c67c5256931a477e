"""The table of docs/permissions.md, and what the protocol's declaration says there should be in it."""

import os
import re
from typing import NamedTuple

from .server import ROOT

ROLES = ("no session", "other's session", "not a member", "member", "group administrator",
         "administrator", "disabled")
ALLOWED = "yes"
TABLE = os.path.join(ROOT, "docs/permissions.md")


class Row(NamedTuple):
    type: int
    name: str
    subject: str
    cells: dict  # role -> ALLOWED or the code of the refusal

    def __str__(self):
        return f"{self.type} {self.name} {self.subject}".strip()


def source(path):
    with open(os.path.join(ROOT, "src", path), encoding="utf-8") as file:
        return file.read()


def types():
    """name -> (number, whether it is on the msgpack wire only)"""
    found = re.findall(r'^TYPE\((\d+), (\w+), (both|v1),', source("protocol/types.def"), re.M)
    return {name: (int(number), wire == "v1") for number, name, wire in found}


def request_types():
    """The numbers of all types that clients send."""
    numbers = types()
    found = set()
    for words in re.findall(r"^REQUEST\(.*?\)\n", source("protocol/requests.def"), re.M | re.S):
        found |= {numbers[name][0] for name in re.findall(r"\btype::(\w+)", words)}
    return found


def refusals():
    """(type, text) -> code: how the legacy wire spells a refusal"""
    found = re.findall(r'^REFUSAL\((\w+), (\d+), "([^"]*)"', source("base/refusals.def"), re.M)
    return {(int(type), text): code for code, type, text in found}


def rows():
    """The rows of the table, every cell as it is written."""
    with open(TABLE, encoding="utf-8") as file:
        lines = [line for line in file if re.match(r"\| *\d", line)]
    found = []
    for line in lines:
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        found.append(Row(int(cells[0]), cells[1], cells[2], dict(zip(ROLES, cells[3:]))))
    return found
