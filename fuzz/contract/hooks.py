"""What scripts/fuzz-contract adds to schemathesis: a person who is signed in, and values that exist.

A made-up id is refused at the door, and a made-up version one step behind it. So every other
request has its names, versions and numbers replaced by some that the service has given out. Which,
follows from the request itself: a run with the same seed asks the same.
"""

import atexit
import collections
import hashlib
import json
import os
import pathlib
import random
import re

import schemathesis
from prepare import MADE_AT, Person

LOGIN = os.environ["RUHU_FUZZ_LOGIN"]
ADDRESS = os.environ["RUHU_FUZZ_ADDRESS"]
CONTRACT = pathlib.Path(__file__).parents[2] / "openapi" / "openapi.json"
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
TAKES = json.loads(CONTRACT.read_text(encoding="utf-8"))["components"]["schemas"]["Take"]["enum"]
BAD_TOKENS = ["", "Bearer", "Bearer a.b.c", "Basic YTpi", "Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer \u00ff"]


class Known:
    """Every name, version and number that the service has given out, by the member it stood in."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            start = json.load(file)
        self.records, self.values = {}, {}
        self.ids, self.edits, self.epoch = [], [], None
        self.learn(start)

    def learn(self, answer):
        if isinstance(answer, list):
            for item in answer:
                self.learn(item)
        elif isinstance(answer, dict):
            if {"record", "rev", "kind", "root"} <= answer.keys():
                self.records[answer["record"]] = {key: answer[key] for key in ("record", "rev", "kind", "root")} | {
                    "document": answer.get("document") or {},
                    "conflicts": answer.get("conflicts") or [],
                }
            if {"device", "device_seq"} <= answer.keys() and len(self.edits) < 100:
                self.edits.append((answer["device"], answer["device_seq"]))
            self.epoch = answer.get("epoch", self.epoch)
            for name, value in answer.items():
                self.learn(value)
                self.keep(name, value)

    def keep(self, name, value):
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            return
        if len(self.values.setdefault(name, [])) < 200 and value not in self.values[name]:
            self.values[name].append(value)
        if isinstance(value, str) and UUID.match(value) and len(self.ids) < 1000 and value not in self.ids:
            self.ids.append(value)


class Session:
    """The person of this run; signed in again when a made-up request has ended the session."""

    def __init__(self):
        self.person, self.password = None, None

    def token(self):
        if LOGIN == "nobody":
            return None
        if self.person is None:
            self.person = Person(ADDRESS, LOGIN, self.password)
        return "Bearer " + self.person.token


known, session = Known(os.environ["RUHU_FUZZ_KNOWN"]), Session()
answered = collections.Counter()


@atexit.register
def say_how_it_was_answered():
    """How often each operation was answered with each status: what was never let in was not tried."""
    with open(os.environ["RUHU_FUZZ_ANSWERED"], "w", encoding="utf-8") as file:
        for (operation, status), times in sorted(answered.items()):
            file.write(f"{operation} {status} {times}\n")


def replaced(value, name, chance, record):
    """The value with what exists in the place of what was made up, at every other place."""
    if isinstance(value, dict):
        return {key: replaced(inner, key, chance, record) for key, inner in value.items()}
    if isinstance(value, list):
        return [replaced(inner, name, chance, record) for inner in value]
    if chance.random() < 0.3:
        return value
    if name in ("rev", "base", "record", "kind", "root"):
        return record["rev" if name == "base" else name]
    if name == "epoch":
        return known.epoch
    if known.values.get(name):
        return chance.choice(known.values[name])
    if isinstance(value, str) and UUID.match(value):
        return chance.choice(known.ids)
    return value


def names(conflicts):
    """The names of open conflicts, without their values."""
    return [{key: conflict.get(key) for key in ("device", "device_seq", "path")} for conflict in conflicts]


def edits(body, chance):
    """A push that this device could send: numbered on, and half of it about fields that exist."""
    body |= {"protocol": 1, "epoch": known.epoch}
    number = session.person.next if session.person else 1
    body["edits"] = [edit for edit in body["edits"] if isinstance(edit, dict)][:20]
    for at, edit in enumerate(body["edits"]):
        record = chance.choice(list(known.records.values()))
        edit = body["edits"][at] = replaced(edit, "", chance, record) | {"device_seq": number + at}
        edit.pop("group", None)
        if chance.random() < 0.7:
            field, value = chance.choice(list(record["document"].items()) or [("note", "测")])
            new = [value, None, {}, [], 7, "测", edit.get("patch"), {"row": edit.get("patch")}]
            edit |= {key: record[key] for key in ("record", "kind", "root")}
            edit |= {"op": chance.choice(["put"] * 6 + ["delete"]), "base": record["rev"], "made_at": MADE_AT}
            edit |= {"patch": {field: chance.choice(new)}, "resolves": names(record["conflicts"])}
    return body


def settling(body, chance):
    """What a desk could choose."""
    contested = [record for record in known.records.values() if record["conflicts"]]
    if contested:
        record = chance.choice(contested)
        choices = [name | {"take": chance.choice(TAKES)} for name in names(record["conflicts"])]
        body["records"] = [{"record": record["record"], "rev": record["rev"], "choices": choices}]
    return body


def about(case, chance):
    """The record that a request is about, if there is one of the kind that it is for."""
    wanted = "assessment" if "/assessments/" in case.path else None
    records = [record for record in known.records.values() if wanted in (None, record["kind"])]
    return chance.choice(records or list(known.records.values()))


@schemathesis.hook
def before_call(context, case, kwargs):
    text = repr((case.method, case.path, case.path_parameters, case.query, case.body))
    chance = random.Random(hashlib.sha256(text.encode("utf-8", "replace")).digest())
    token = session.token()
    if token and chance.random() < 0.95:
        case.headers["Authorization"] = token
    elif chance.random() < 0.5:
        case.headers["Authorization"] = chance.choice(BAD_TOKENS)
    if chance.random() < 0.5 or not known.records:
        return
    record = about(case, chance)
    if case.path_parameters:
        case.path_parameters = replaced(dict(case.path_parameters), "", chance, record)
        if "{device_seq}" in case.path and known.edits:
            case.path_parameters = dict(zip(("device", "device_seq"), chance.choice(known.edits)))
    if isinstance(case.body, dict):
        case.body = replaced(case.body, "", chance, record)
        if case.path == "/v1/sync/push" and isinstance(case.body.get("edits"), list):
            case.body = edits(case.body, chance)
        if case.path == "/v1/desk/conflicts/settle":
            case.body = settling(case.body, chance)


@schemathesis.hook
def after_call(context, case, response):
    answered[f"{case.method.upper()} {case.path}", response.status_code] += 1
    if response.status_code == 200 and "json" in "".join(response.headers.get("content-type", [])):
        answer = json.loads(response.content)
        if case.path.startswith("/v1/"):
            known.learn(answer)
        if case.path == "/v1/sync/push":
            session.person.next = answer["expected_device_seq"]
    if case.path == "/v1/me/password" and response.status_code == 204:
        session.password = case.body["new_password"]
    # Signed out, reported lost or switched off by this very request.
    if session.person and response.status_code in (204, 401, 403) and case.path != "/v1/session/refresh":
        still = session.person.call("GET", "/v1/me")
        if "user" not in still:
            session.person = None
