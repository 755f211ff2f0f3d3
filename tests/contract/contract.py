"""Runs schemathesis against a true server by the committed OpenAPI document.

Usage: contract.py SERVER SCHEMATHESIS EXAMPLES [CASES]. Each round is a fresh demo, in which a member is signed in; rounds
go on, each with its own seed, until CASES requests were made (one round when it is left out). `steer.py` puts what exists
into some of the requests, so that they get beyond the door. Ends with 0 when no answer was 500 or above, none was other
than documented, bounds of parameters and fields were kept, nothing panicked, and, where CASES is given, every operation succeeded at least once.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
    "missing_required_header",
    "negative_data_rejection",
    "positive_data_acceptance",
]
# What is not of the documented shape is refused; what is of that shape may be refused by a rule, but never as malformed.
SETTINGS = """
[checks]
negative_data_rejection.expected-statuses = ["4xx"]
positive_data_acceptance.expected-statuses = ["2xx", 304, 401, 403, 404, 409, 422, 429]
"""
# What no request of these can succeed at: a partner's key would have to sign. `tests/api/identity.rs` has one.
NEVER = ("another method", "POST /v1/identity")
# What the server may log as an error here: the demo's clock is moved past the end of what was asked for a moment ago.
EXPECTED = "messages ended before they could be sent"
# The demo's member with two million points.
CONTACT = "+6281755556666"
# Limits against hanging only, for one core of a slow machine that is busy with something else.
HANGS_AFTER_SECONDS = 300
HERE = pathlib.Path(__file__).parent
DOCUMENT = HERE.parents[1] / "crates/server/openapi.json"


def ask(address, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=HANGS_AFTER_SECONDS) as answer:
        return json.load(answer)


def sign_in(address):
    challenge = ask(address, "/v1/challenges", {"contact": CONTACT})["challenge_id"]
    inbox = "/demo/inbox.json?to=" + CONTACT.replace("+", "%2B")
    asked = time.monotonic()
    while time.monotonic() - asked < HANGS_AFTER_SECONDS:
        messages = ask(address, inbox)["messages"]
        if messages:
            code = messages[0]["text"].rsplit("#", 1)[1]
            return ask(address, f"/v1/challenges/{challenge}/check", {"code": code})["token"]
        time.sleep(0.05)
    raise SystemExit("no code arrived")


def one_round(seed, found):
    """What schemathesis found, and what the server logged as failures."""
    server, schemathesis, examples = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "schemathesis.toml").write_text(SETTINGS)
        words = [server, "--demo", "--listen", "127.0.0.1:0", "--database", folder / "t.db", "--log", "warn"]
        with open(folder / "log", "w") as log, subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process:
            try:
                address = "http://" + process.stdout.readline().strip().rsplit("http://", 1)[1]
                token = sign_in(address)
                steered = os.environ | {
                    "SCHEMATHESIS_HOOKS": str(HERE / "steer.py"),
                    "TUKAR_ADDRESS": address,
                    "TUKAR_TOKEN": token,
                    "TUKAR_CONTACT": CONTACT,
                    "TUKAR_SEED": str(seed),
                    "TUKAR_COUNTS": str(folder / "counts"),
                }
                status = subprocess.call(
                    [
                        schemathesis, "run", str(DOCUMENT), "--url", address,
                        "-H", f"Authorization: Bearer {token}",
                        "--checks", ",".join(CHECKS), "-n", examples, "--seed", str(seed), "--workers", "2",
                        # Signing out would leave the others at the door; the API's tests do it.
                        "--exclude-path", "/v1/session", "--warnings", "off",
                        # How fast the machine makes up examples and answers is not what is asked here.
                        "--suppress-health-check", "too_slow", "--request-timeout", str(HANGS_AFTER_SECONDS),
                    ],
                    cwd=folder,
                    env=steered,
                )
            finally:
                process.terminate()
        for operation, answers in json.loads((folder / "counts").read_text()).items():
            for answer, times in answers.items():
                found[operation][answer] += times
        lines = (folder / "log").read_text().splitlines()
    failures = [line for line in lines if ("ERROR" in line and EXPECTED not in line) or "panicked" in line]
    if status != 0:
        failures.append(f"schemathesis ended with {status}")
    return [f"seed {seed}: {failure}" for failure in failures]


def main():
    goal = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    found = collections.defaultdict(collections.Counter)
    failures, seed = [], 0
    while not failures and (seed == 0 or sum(map(lambda answers: answers.total(), found.values())) < goal):
        seed += 1
        failures += one_round(seed, found)
        print(f"rounds {seed}, cases {sum(answers.total() for answers in found.values())}", flush=True)
    for operation, answers in sorted(found.items()):
        print(f"{operation:42} " + "  ".join(f"{answer}: {times}" for answer, times in sorted(answers.items())))
        if goal and operation not in NEVER and not any(answer.startswith("2") for answer in answers):
            failures.append(f"{operation} never succeeded: it was not really asked")
    failed = sum(times for answers in found.values() for answer, times in answers.items() if answer >= "500" and answer != "503")
    print(f"answers of 500 and above: {failed}")
    for failure in failures:
        print("failed:", failure)
    return 1 if failures or failed else 0


if __name__ == "__main__":
    sys.exit(main())
