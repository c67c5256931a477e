"""From the ids and times of a recording to those of the server under test.

A recording names users, groups, sessions, uploads and times that a new run draws anew. While
answers are compared, `learn` notes which new name stands for which old one; a name that would
stand for two is a difference. `render` then gives the text that the server has to send.
"""

import json
import re

ID = re.compile(r"[0-9a-f]{13}|[0-9a-z]{26,}|/upload/\w+/\d{8}/\d{2}/\w+\.\w+")
TIMES = re.compile(r'("(?:timestamp|create_time|join_timestamp)":)\d+\.\d+')
REGISTERED = re.compile(r'("reg_time":)"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"')


def encode(value):
    """JSON as PHP's json_encode writes it with JSON_UNESCAPED_UNICODE."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("/", "\\/")


def without_times(text):
    """The text with every time replaced; a float that is none stays and shows as a difference."""
    return REGISTERED.sub(r'\1"D"', TIMES.sub(r"\1T", text))


class Difference(Exception):
    """The server's answer is not the recorded one."""


class Translation:
    def __init__(self):
        self.names = {}
        self.times = {}

    def learn(self, recorded, answered, where=""):
        """Walks both values side by side and notes names and message times."""
        if isinstance(recorded, dict) and isinstance(answered, dict):
            for (old, a), (new, b) in zip(recorded.items(), answered.items()):
                if old != new:
                    self._note_name(old, new, where)
                if old == "timestamp" and "sender_id" in recorded and isinstance(a, float):
                    self._note_time(a, b, where)
                else:
                    self.learn(a, b, f"{where}.{old}")
        elif isinstance(recorded, list) and isinstance(answered, list):
            for a, b in zip(recorded, answered):
                self.learn(a, b, f"{where}[]")
        elif isinstance(recorded, str) and isinstance(answered, str):
            self._note_name(recorded, answered, where)

    def render(self, text):
        """The recorded text with the names that the server under test uses."""
        for old, new in self.names.items():
            text = text.replace(old, new).replace(old.replace("/", "\\/"), new.replace("/", "\\/"))
        return text

    def compare(self, recorded, answered):
        """Raises Difference unless the texts agree byte for byte, names and times aside."""
        old, new = json.loads(recorded), json.loads(answered)
        if old.get("type") == 202 and new.get("type") == 202:
            recorded = encode(in_order_of(old, new))
            old = json.loads(recorded)
        self.learn(old, new)
        expected, actual = without_times(self.render(recorded)), without_times(answered)
        if expected != actual:
            raise Difference(f"\nexpected {expected}\nanswered {actual}")

    def _note_name(self, old, new, where):
        if not ID.fullmatch(old) or not ID.fullmatch(new):
            return
        if self.names.setdefault(old, new) != new:
            raise Difference(f"{where}: {old} stands for {self.names[old]} and for {new}")

    def _note_time(self, old, new, where):
        if self.times.setdefault(old, new) != new:
            raise Difference(f"{where}: one recorded time became {self.times[old]} and {new}")


def in_order_of(recorded, answered):
    """The recorded online list in the order of the answered one: the original's has none."""
    places = {user["username"]: place for place, user in enumerate(answered["users"])}
    recorded["users"].sort(key=lambda user: places.get(user["username"], -1))
    return recorded
