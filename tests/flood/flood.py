"""Asks a real server for codes as an attacker does, while registered members sign in, and prints how many of them got in and when.

    /usr/bin/python3 tests/flood/flood.py target/debug/tukar-server --port 8110 --asks 15396 --seconds 75
    /usr/bin/python3 tests/flood/flood.py target/debug/tukar-server --port 8110 --asks 6000 --seconds 60 --mail-seconds 1.5

The server runs with the settings of the README: no trusted_hops, codes by mail. The mail server is a real one (aiosmtpd; Debian's
python3-aiosmtpd) that takes `--mail-seconds` for each mail. The attacker asks for codes to made-up addresses, half of them at one
domain. Each member is another one, signs in once, by the code in the mail. Everything stays on this machine.
"""

import argparse
import asyncio
import json
import re
import sqlite3
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP

CONNECTIONS = 48
# A member gives up so long after asking.
PATIENCE_SECONDS = 290


class Mailbox:
    """Takes mail, slowly, and knows what came when."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.taken = 0
        self.waiting = {}

    async def handle_DATA(self, _server, _session, envelope):
        await asyncio.sleep(self.seconds)
        self.taken += 1
        found = re.search(rb"#(\d{6})", envelope.content)
        for to in envelope.rcpt_tos:
            waits = self.waiting.get(to)
            if waits is not None and found and not waits.done():
                waits.set_result((time.monotonic(), found.group(1).decode()))
        return "250 taken"


class Line:
    """One kept connection to the server, from an address of this machine."""

    def __init__(self, port, address):
        self.port, self.address, self.reader = port, address, None

    async def post(self, path, body):
        text = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nhost: localhost:{self.port}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(text)}\r\n\r\n"
        )
        for _ in range(2):
            try:
                if self.reader is None:
                    self.reader, self.writer = await asyncio.open_connection(
                        "127.0.0.1", self.port, local_addr=(self.address, 0)
                    )
                self.writer.write(head.encode() + text)
                return await self.answer()
            except (OSError, asyncio.IncompleteReadError):
                self.reader = None
        return 0, {}

    async def answer(self):
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        length = int(re.search(r"content-length: (\d+)", head, re.I).group(1))
        body = await self.reader.readexactly(length)
        if re.search(r"connection: close", head, re.I):
            self.writer.close()
            self.reader = None
        return int(head.split(" ", 2)[1]), json.loads(body or b"{}")


async def attack(args, begun):
    """Asks at an even pace; tells the statuses."""
    statuses, next_ask = {}, iter(range(args.asks))

    async def one(number):
        line = Line(args.port, f"127.0.0.{10 + number % args.addresses}")
        for ask in next_ask:
            wait = begun + ask * args.seconds / args.asks - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            domain = "crowd.example" if ask % 2 else f"d{ask % 997}.example"
            status, _ = await line.post("/v1/challenges", {"contact": f"x{ask}@{domain}"})
            statuses[status] = statuses.get(status, 0) + 1

    await asyncio.gather(*(one(number) for number in range(CONNECTIONS)))
    return statuses, time.monotonic() - begun


async def sign_in(args, mailbox, number, begun):
    """One member's sign-in: (seconds since the attack began, outcome, seconds until the code came)."""
    at = number * (args.seconds + args.after) / args.members
    await asyncio.sleep(max(0, begun + at - time.monotonic()))
    address = args.member_address.format(1 + number % 200)
    line, mail, asked_at = Line(args.port, address), f"m{number}@members.example", time.monotonic()
    mailbox.waiting[mail] = asyncio.get_running_loop().create_future()
    status, told = await line.post("/v1/challenges", {"contact": mail})
    if status != 202:
        return at, f"refused {status}", None
    try:
        came_at, code = await asyncio.wait_for(mailbox.waiting[mail], PATIENCE_SECONDS)
    except asyncio.TimeoutError:
        return at, "no code came", None
    line = Line(args.port, address)
    status, _ = await line.post(f"/v1/challenges/{told['challenge_id']}/check", {"code": code})
    return at, "in" if status == 200 else f"code refused {status}", came_at - asked_at


def settings(args, folder):
    hops = "" if args.trusted_hops is None else f"trusted_hops = {args.trusted_hops}\n"
    text = (
        f'listen = "127.0.0.1:{args.port}"\ndatabase = "{folder}/tukar.db"\npublic_url = "http://localhost:{args.port}"\n{hops}'
        f'[smtp]\nhost = "127.0.0.1"\nport = {args.port + 1}\ntls = "none"\nfrom = "Tukar Poin <no-reply@example.id>"\n'
    )
    path = Path(folder) / "tukar.toml"
    path.write_text(text)
    return path


async def started(args, config):
    server = subprocess.Popen(
        [args.server, "serve", "--config", config, "--log", "warn"],
        stdout=subprocess.DEVNULL,
        stderr=open(config.with_suffix(".log"), "ab"),
    )
    for _ in range(200):
        await asyncio.sleep(0.1)
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", args.port)
            writer.close()
            return server
        except OSError:
            pass
    server.terminate()
    raise SystemExit(config.with_suffix(".log").read_text())


def enrol(folder, members):
    rows = [(f"m{at}", f"m{at}@members.example") for at in range(members)]
    with sqlite3.connect(f"{folder}/tukar.db") as database:
        database.executemany(
            "INSERT INTO members (id, name, state, tier, email, joined_at) VALUES (?, 'Sari', 'verified', 'gold', ?, 0)", rows
        )


async def run(args, folder):
    config = settings(args, folder)
    # The first start makes the tables.
    first = await started(args, config)
    first.terminate()
    first.wait()
    enrol(folder, args.members)
    mailbox = Mailbox(args.mail_seconds)
    post = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, enable_SMTPUTF8=True), "127.0.0.1", args.port + 1, backlog=1024
    )
    server = await started(args, config)
    try:
        begun = time.monotonic() + 1
        attacking = asyncio.create_task(attack(args, begun))
        told = await asyncio.gather(*(sign_in(args, mailbox, number, begun) for number in range(args.members)))
        statuses, took = await attacking
    finally:
        server.terminate()
        server.wait()
        post.close()
    tell(args, told, statuses, took, mailbox.taken)
    if args.keep_log:
        print(config.with_suffix(".log").read_text()[-2000:])


def tell(args, told, statuses, took, mails):
    came = sorted(delay for _, outcome, delay in told if outcome == "in")
    print(f"attack: {sum(statuses.values())} asks in {took:.0f} s from {args.addresses} address(es), answers {statuses}; {mails} mails taken")
    print(f"members: {len(came)} of {len(told)} signed in ({100 * len(came) / len(told):.1f} %)")
    if came:
        late = came[min(len(came) - 1, int(len(came) * 0.99))]
        print(f"until the code came: median {statistics.median(came):.2f} s, p99 {late:.2f} s, worst {came[-1]:.2f} s")
    outcomes = {}
    for at, outcome, _ in told:
        when = "during" if at <= took else "after"
        outcomes[f"{when}: {outcome}"] = outcomes.get(f"{when}: {outcome}", 0) + 1
    print(outcomes)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server")
    parser.add_argument("--port", type=int, default=8110, help="the server's; its mail server has the next one")
    parser.add_argument("--asks", type=int, default=15_396)
    parser.add_argument("--seconds", type=float, default=75)
    parser.add_argument("--after", type=float, default=25, help="members go on signing in for so long after the attack")
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--addresses", type=int, default=1, help="addresses of the attacker")
    parser.add_argument("--member-address", default="127.0.1.{}", help="as 127.0.0.10: members behind the attacker's own address")
    parser.add_argument("--mail-seconds", type=float, default=0)
    parser.add_argument("--trusted-hops", type=int)
    parser.add_argument("--keep-log", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(args, folder))


main()
