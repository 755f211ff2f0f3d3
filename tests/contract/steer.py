"""Hooks of schemathesis: puts ids, prices and codes that exist into half of the requests, so that they meet rules and rows
and not only the door; moves the demo's clock when the limits on codes say wait; counts the answers of each operation.
"""

import atexit
import collections
import json
import os
import random
import threading
import urllib.error
import urllib.request
import uuid

import schemathesis
from schemathesis.generation.meta import TestPhase

ADDRESS, TOKEN, CONTACT = (os.environ[name] for name in ("TUKAR_ADDRESS", "TUKAR_TOKEN", "TUKAR_CONTACT"))
# A session lives for twelve hours at most, however often it is used.
CLOCK_SECONDS_MAX = 11 * 3600
CLOCK_STEP_SECONDS = 700
KEPT_MAX = 20

chance = random.Random(int(os.environ["TUKAR_SEED"]))
lock = threading.Lock()
counts = collections.defaultdict(collections.Counter)
kept = {name: collections.deque(maxlen=KEPT_MAX) for name in ("held", "sign-in", "locker", "voucher")}
moved_seconds = 0


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
    with urllib.request.urlopen(urllib.request.Request(ADDRESS + path, data, headers), timeout=300) as answer:
        return json.load(answer)


# Rewards that ask for no recipient, cheapest first.
rewards = sorted(
    (reward["points"], reward["id"]) for reward in ask("/v1/rewards?limit=1000")["rewards"] if "needs" not in reward
)[:12]


def newest_code():
    for message in ask("/demo/inbox.json?to=" + CONTACT.replace("+", "%2B"))["messages"]:
        if "#" in message["text"]:
            return message["text"].rsplit("#", 1)[1].split()[0]
    return "000000"


def asking():
    quote = ask("/v1/redemptions/quote", {"reward_id": chance.choice(rewards)[1], "quantity": 1})
    return {
        "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "channel": "sms",
        **{name: quote[name] for name in ("reward_id", "quantity", "points", "price_version")},
    }


def steer(case):
    name = case.operation.label
    newest = {name: ids[-1] for name, ids in kept.items() if ids}
    if name == "POST /v1/redemptions":
        case.body = asking()
        case.headers["Idempotency-Key"] = case.body["id"]
    elif name == "POST /v1/redemptions/quote":
        case.body = {"reward_id": chance.choice(rewards)[1], "quantity": chance.randint(1, 3)}
    elif name == "GET /v1/me/eligibility":
        case.query["reward"] = chance.choice(rewards)[1]
    elif name == "GET /v1/rewards/{id}":
        case.path_parameters["id"] = chance.choice(rewards)[1]
    elif name == "POST /v1/challenges":
        case.body = {"contact": CONTACT}
    elif name == "POST /v1/locker/open":
        case.body = {"channel": "sms"}
    elif name == "POST /v1/challenges/{id}/check" and "sign-in" in newest:
        case.path_parameters["id"] = newest["sign-in"]
        case.body = {"code": newest_code()}
    elif name == "POST /v1/locker/check" and "locker" in newest:
        case.body = {"challenge_id": newest["locker"], "code": newest_code()}
    elif name == "POST /v1/challenges/{id}/resend" and "sign-in" in newest:
        case.path_parameters["id"] = newest["sign-in"]
        case.body = {"channel": "sms"}
    elif name.startswith(("POST /v1/redemptions/{id}/", "GET /v1/redemptions/{id}")) and "held" in newest:
        case.path_parameters["id"] = chance.choice(kept["held"]) if chance.random() < 0.3 else newest["held"]
        if name.endswith(("/confirm", "/cancel")):
            case.headers["Idempotency-Key"] = str(uuid.UUID(int=chance.getrandbits(128)))
        if name.endswith("/confirm"):
            case.body = {"code": newest_code()}
        if name.endswith("/resend"):
            case.body = {"channel": "sms"}
    elif name == "POST /v1/vouchers/{id}/send" and "voucher" in newest:
        case.path_parameters["id"] = chance.choice(kept["voucher"])
        case.body = {"channel": "sms"}


def begin_something():
    """What a request needs to find: made beside schemathesis, when its own requests made none yet."""
    held = asking()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}", "Idempotency-Key": held["id"]}
    request = urllib.request.Request(ADDRESS + "/v1/redemptions", json.dumps(held).encode(), headers)
    with urllib.request.urlopen(request, timeout=300):
        kept["held"].append(held["id"])


NEEDS = {
    "POST /v1/challenges/{id}/check": "sign-in",
    "POST /v1/challenges/{id}/resend": "sign-in",
    "POST /v1/locker/check": "locker",
}


@schemathesis.hook
def before_call(context, case, kwargs):
    with lock:
        name = case.operation.label
        # In this phase each request lacks or changes one thing on purpose.
        if case.meta is not None and case.meta.phase.name == TestPhase.COVERAGE or chance.random() < 0.5:
            return
        try:
            if NEEDS.get(name) == "sign-in" and (not kept["sign-in"] or chance.random() < 0.1):
                kept["sign-in"].append(ask("/v1/challenges", {"contact": CONTACT})["challenge_id"])
                step_clock(31)
            if NEEDS.get(name) == "locker" and (not kept["locker"] or chance.random() < 0.1):
                kept["locker"].append(ask("/v1/locker/open", {})["challenge_id"])
            if "/redemptions/{id}" in name and (not kept["held"] or chance.random() < 0.1):
                begin_something()
                if name.endswith("/resend"):
                    step_clock(31)
            if name == "POST /v1/vouchers/{id}/send" and not kept["voucher"]:
                vouchers = ask("/v1/vouchers?limit=20")["vouchers"]
                kept["voucher"].extend(voucher["id"] for voucher in vouchers)
            steer(case)
        except urllib.error.HTTPError as refused:
            if refused.code >= 500:
                raise
            if refused.code == 429:
                step_clock(CLOCK_STEP_SECONDS)


def step_clock(seconds):
    global moved_seconds
    if moved_seconds + seconds <= CLOCK_SECONDS_MAX:
        moved_seconds += seconds
        ask("/demo/clock", {"advance_seconds": seconds})


@schemathesis.hook
def after_call(context, case, response):
    with lock:
        name = case.operation.label
        asked = name if case.method.upper() == name.split(" ")[0] else "another method"
        counts[asked][str(response.status_code)] += 1
        if response.status_code == 429 and case.method == "POST":
            step_clock(CLOCK_STEP_SECONDS)
        if response.status_code in (201, 202) and name in (
            "POST /v1/redemptions", "POST /v1/challenges", "POST /v1/locker/open"
        ):
            answer = response.json()
            if name == "POST /v1/redemptions":
                kept["held"].append(answer["id"])
            elif name == "POST /v1/locker/open":
                kept["locker"].append(answer["challenge_id"])
            elif isinstance(case.body, dict) and case.body.get("contact") == CONTACT:
                kept["sign-in"].append(answer["challenge_id"])


@atexit.register
def write_counts():
    with open(os.environ["TUKAR_COUNTS"], "w", encoding="utf-8") as file:
        json.dump(counts, file)
