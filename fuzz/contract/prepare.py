"""Gives the fuzzed service what a made-up request needs to get past the door.

    prepare.py ADDRESS OUT.json LOGIN...

Signs in as each login, makes two workers of one team disagree about a household and lets a third
person edit what is not theirs, so that there is a conflict to settle and a quarantined edit to
decide on; then writes down every record and every name that these people can see.
"""

import json
import os
import sys
import urllib.error
import urllib.request

PASSWORD = "ruhu-demo-2026"
OTHERS = {"unseated": os.environ["RUHU_FUZZ_PASSWORD"]}
LISTS = ["assessments", "caseloads", "conflicts", "deleted", "finds", "quarantine"]
ORGANISATIONS = ["accounts", "bans", "caseloads", "contracts", "log", "memberships", "offices", "providers"]
PIN = "482913"
MADE_AT = "2026-11-23T09:30:00+08:00"


class Person:
    """Somebody signed in on a device of their own."""

    def __init__(self, address, login, password=None):
        self.address, self.login, self.token = address, login, None
        password = password or OTHERS.get(login, PASSWORD)
        device = {"login": login, "password": password, "device": {"name": "测试"}}
        self.session = self.call("POST", "/v1/session", device)
        if "access_token" not in self.session:
            raise RuntimeError(f"{login} cannot sign in: {self.session}")
        self.token = self.session["access_token"]
        self.next = self.session["expected_device_seq"]

    def call(self, method, path, body=None):
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            return json.load(refused)

    def records(self):
        """Everything in this person's streams."""
        cursor, found = None, []
        while True:
            page = self.call("POST", "/v1/sync/pull", {"protocol": 1, "cursor": cursor, "limit": 500})
            found.extend(page.get("records", []))
            cursor = page.get("cursor")
            if page.get("complete", True):
                return found

    def put(self, record, patch):
        """Pushes one edit of a record as this person saw it; gives its outcome."""
        edit = {
            "device_seq": self.next, "op": "put", "record": record["record"], "kind": record["kind"],
            "root": record["root"], "base": record["rev"], "patch": patch, "made_at": MADE_AT,
        }
        push = {"protocol": 1, "epoch": self.session["epoch"], "edits": [edit]}
        self.next += 1
        return self.call("POST", "/v1/sync/push", push)["outcomes"][0]["outcome"]


def quarrel(address, accounts, memberships):
    """One open conflict, and one edit in quarantine."""
    logins = {account["id"]: account["login"] for account in accounts}
    teams = {}
    for membership in memberships:
        teams.setdefault(membership["caseload"], []).append(logins[membership["account"]])
    team = next(team for team in teams.values() if len(team) > 1)
    stranger = next(other[0] for other in teams.values() if not set(other) & set(team))
    one, two = (Person(address, login) for login in team[:2])
    household = next(record for record in one.records() if record["kind"] == "household")
    outcomes = [one.put(household, {"note": "甲写"}), two.put(household, {"note": "乙写"})]
    outcomes.append(Person(address, stranger).put(household, {"note": "丙写"}))
    if outcomes != ["applied", "conflict", "quarantined"]:
        sys.exit(f"the quarrel did not come about: {outcomes}")


def main(address, out, logins):
    people = {login: Person(address, login) for login in logins}
    admin = people["admin"]
    page = lambda what: admin.call("GET", f"/v1/organisations/{what}?limit=200")[what]
    quarrel(address, page("accounts"), page("memberships"))
    answers, records = [], []
    for person in people.values():
        records.extend(person.records())
        answers.append(person.session)
        answers.append(person.call("GET", "/v1/me"))
        answers.extend(person.call("GET", f"/v1/desk/{name}") for name in LISTS)
        answers.extend(person.call("GET", f"/v1/organisations/{name}?limit=200") for name in ORGANISATIONS)
    answers.append({"password": PASSWORD, "pin": PIN})
    for answer in answers:
        for secret in ("access_token", "refresh_token"):
            answer.pop(secret, None)
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"records": records, "answers": answers}, file, ensure_ascii=False)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
