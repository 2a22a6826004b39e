"""A receiver of Avert's signed requests, to start yours from: webhook.md says what each request means.

    python3 webhook-receiver.py --secret-file FILE --store FILE [--port N] [--account ID ...]

Standard library only. Accounts and notices live in an SQLite file; put your platform's own calls where `Platform`
has SQL. It listens on loopback: put it behind the proxy that ends TLS for you.
"""

import argparse
import base64
import hashlib
import hmac
import json
import pathlib
import sqlite3
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_SECONDS = 300
LARGEST_BODY = 1 << 20

TABLES = """
CREATE TABLE IF NOT EXISTS accounts (id TEXT PRIMARY KEY, disabled INTEGER NOT NULL DEFAULT 0,
    restricted INTEGER NOT NULL DEFAULT 0, secured INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS notices (key TEXT PRIMARY KEY, account TEXT NOT NULL, subject TEXT NOT NULL,
    body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS done (webhook_id TEXT PRIMARY KEY, request TEXT NOT NULL, answer TEXT NOT NULL);
"""


class Refused(Exception):
    """A request that is not carried out, with the status and the word that say why."""

    def __init__(self, status: int, error: str, detail: str):
        super().__init__(detail)
        self.status, self.answer = status, {"error": error, "detail": detail}


def verify(secrets: list[bytes], headers, body: bytes, now: float) -> str:
    """The request's id, if it is signed with one of the secrets and fresh."""
    identifier, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = [part[3:] for part in headers.get("webhook-signature", "").split() if part.startswith("v1,")]
    signed = f"{identifier}.{timestamp}.".encode() + body
    for secret in secrets:
        expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest())
        if any(hmac.compare_digest(expected, each.encode()) for each in given):
            break
    else:
        raise Refused(401, "bad-signature", "the signature is not made with a secret of this receiver")
    if not (identifier and timestamp.isdigit() and abs(now - int(timestamp)) <= TOLERANCE_SECONDS):
        raise Refused(401, "stale", "the request was not signed within five minutes of this clock")
    return identifier


class Platform:
    """What is asked for, carried out. Every effect is one transaction with the note that it was."""

    EFFECTS = {"account.apply", "account.restore", "notice.send"}

    def __init__(self, store: str, accounts: list[str]):
        self.lock = threading.Lock()
        self.db = sqlite3.connect(store, check_same_thread=False, isolation_level=None)
        self.db.executescript(TABLES)
        self.db.executemany("INSERT OR IGNORE INTO accounts (id) VALUES (?)", [(each,) for each in accounts])

    def answer(self, identifier: str, body: bytes) -> dict:
        request = json.loads(body)
        handle = {
            "account.state": self.state,
            "account.profile": self.profile,
            "account.apply": self.apply,
            "account.restore": self.restore,
            "notice.send": self.send,
            "notice.look_up": self.look_up,
        }.get(request.get("type"))
        if handle is None:
            raise Refused(501, "unsupported", "this receiver knows no such request")
        with self.lock:
            if request["type"] not in self.EFFECTS:
                return handle(identifier, request["data"])
            return self.once(identifier, body, lambda: handle(identifier, request["data"]))

    def once(self, identifier: str, body: bytes, effect) -> dict:
        """Carries an effect out, or gives the answer that it got when it was."""
        digest = hashlib.sha256(body).hexdigest()
        self.db.execute("BEGIN IMMEDIATE")
        try:
            query = "SELECT request, answer FROM done WHERE webhook_id = ?"
            found = self.db.execute(query, (identifier,)).fetchone()
            if found and found[0] != digest:
                raise Refused(409, "key-reused", "another request was carried out under this id")
            answer = json.loads(found[1]) if found else effect()
            if not found:
                row = (identifier, digest, json.dumps(answer))
                self.db.execute("INSERT INTO done VALUES (?, ?, ?)", row)
            self.db.execute("COMMIT")
            return answer
        except BaseException:
            self.db.execute("ROLLBACK")
            raise

    def state(self, _: str, data: dict) -> dict:
        query = "SELECT disabled, restricted, secured FROM accounts WHERE id = ?"
        row = self.db.execute(query, (data["account"],)).fetchone()
        if row is None:
            raise Refused(404, "unknown-account", "there is no such account")
        return {"disabled": bool(row[0]), "restricted": bool(row[1]), "secured": bool(row[2])}

    def profile(self, identifier: str, data: dict) -> dict:
        # created_at, verified, followers, sole_admin_of, language, country: what you know; held: what you keep.
        return {"held": self.state(identifier, data)}

    def apply(self, identifier: str, data: dict) -> dict:
        self.state(identifier, data)
        column = {"disable": "disabled", "restrict": "restricted", "secure": "secured"}[data["remedy"]]
        self.db.execute(f"UPDATE accounts SET {column} = 1 WHERE id = ?", (data["account"],))
        return {}

    def restore(self, identifier: str, data: dict) -> dict:
        self.state(identifier, data)
        for column in ("disabled", "restricted"):
            if column in data["switches"]:
                row = (bool(data["switches"][column]), data["account"])
                self.db.execute(f"UPDATE accounts SET {column} = ? WHERE id = ?", row)
        return {}

    def send(self, identifier: str, data: dict) -> dict:
        self.state(identifier, data)
        row = (identifier, data["account"], data["subject"], data["body"])
        self.db.execute("INSERT INTO notices VALUES (?, ?, ?, ?)", row)
        return {"reference": f"notice-{identifier}"}

    def look_up(self, _: str, data: dict) -> dict:
        found = self.db.execute("SELECT 1 FROM notices WHERE key = ?", (data["key"],)).fetchone()
        if found is None:
            return {"outcome": "not-there"}
        return {"outcome": "arrived", "reference": f"notice-{data['key']}"}


def handler(platform: Platform, secrets: list[bytes]) -> type:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def do_POST(self):  # noqa: N802
            try:
                length = int(self.headers.get("content-length", "0"))
                if not 0 <= length <= LARGEST_BODY:
                    self.close_connection = True
                    raise Refused(413, "too-large", "the body is larger than any request of the contract")
                body = self.rfile.read(length)
                status, answer = 200, platform.answer(verify(secrets, self.headers, body, time.time()), body)
            except Refused as refused:
                status, answer = refused.status, refused.answer
            except (ValueError, KeyError, TypeError, AttributeError):
                status, answer = 400, {"error": "malformed", "detail": "the body is no request of the contract"}
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            """Requests name people; a log does not need to."""

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--secret-file", type=pathlib.Path, required=True, help="whsec_…, one to a line")
    parser.add_argument("--store", required=True, help="an SQLite file, or :memory:")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--account", action="append", default=[], help="an account to begin with")
    options = parser.parse_args()
    lines = options.secret_file.read_text().split()
    secrets = [base64.b64decode(line.removeprefix("whsec_"), validate=True) for line in lines]
    platform = Platform(options.store, options.account)
    server = ThreadingHTTPServer(("127.0.0.1", options.port), handler(platform, secrets))
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
