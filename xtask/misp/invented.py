"""Invented events of MISP: every type of attribute, and objects of the templates that Avert or misp-stix map.

Nothing here is real: names are of example.org, addresses of the ranges for documentation.
"""

import base64
import io
import uuid

from pymisp import MISPEvent, MISPObject
from pymisp.abstract import describe_types

TYPES = describe_types["types"]
SECONDS = "1767225600"
ZIPPED = base64.b64decode(
    "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="
)
DIGITS = {
    "md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128, "sha512/224": 56,
    "sha512/256": 64, "sha3-224": 56, "sha3-256": 64, "sha3-384": 96, "sha3-512": 128, "imphash": 32, "pehash": 40,
    "authentihash": 64, "vhash": 32, "cdhash": 40, "telfhash": 70, "git-commit-id": 40, "jarm-fingerprint": 62,
    "dom-hash": 32, "ja3-fingerprint-md5": 32, "hassh-md5": 32, "hasshserver-md5": 32,
}
VALUES = {
    "ip-src": "198.51.100.3", "ip-dst": "2001:db8::4", "ip-src|port": "198.51.100.3|443", "ip-dst|port": "198.51.100.4|8080",
    "hostname|port": "www.example.org|443", "domain|ip": "example.org|198.51.100.3", "domain": "example.org",
    "hostname": "www.example.org", "url": "https://example.org/it's", "uri": "https://example.org/a",
    "link": "https://example.org/b", "AS": "64500", "regkey": "HKLM\\Software\\Invented",
    "regkey|value": "HKLM\\Software\\Invented|data", "mac-address": "00:11:22:33:44:55",
    "mac-eui-64": "00:11:22:ff:fe:33:44:55", "port": "443", "vulnerability": "CVE-2026-0001", "weakness": "CWE-79",
    "cpe": "cpe:2.3:a:example:invented:1:*:*:*:*:*:*:*", "datetime": "2026-01-01T00:00:00+00:00", "size-in-bytes": "5",
    "counter": "5", "integer": "5", "float": "1.5", "boolean": True, "uuid": "00000000-0000-4000-8000-0000000000aa",
    "stix2-pattern": "[file:name = 'invented.exe']", "yara": "rule invented { condition: false }",
    "snort": "alert tcp any any -> any any (msg:\"invented\"; sid:1;)", "sigma": "title: invented", "hex": "00ff",
    "http-method": "GET", "onion-address": "a" * 56 + ".onion", "cortex": "{}", "impfuzzy": "3:abc:def",
    "ssdeep": "96:abcdefg:hijklm", "tlsh": "a" * 70, "edge-extension-id": "a" * 32, "chrome-extension-id": "a" * 32,
    "ssh-fingerprint": ":".join(["aa"] * 16), "phone-number": "15550100", "whois-registrant-phone": "15550100",
    "git-commit-id": "a" * 40, "jabber-id": "invented@example.org", "attachment": "invented.pdf",
    "malware-sample": "invented.exe|" + "a" * 32, "email-subject": "It is C:\\ \"invented\"",
    **{kind: "1234567" for kind in ("aba-rtn", "bank-account-nr", "bin", "cc-number", "prtn")},
    **{kind: "abc123" for kind in ("btc", "dash", "xmr", "iban", "bic")},
    **{kind: "invented@example.org" for kind in (
        "email", "email-src", "email-dst", "email-reply-to", "target-email", "whois-registrant-email", "dns-soa-email", "eppn")},
}


def number(n):
    return f"00000000-0000-4000-8000-{n:012x}"


def value(kind):
    """A value that is valid for this type."""
    if kind.startswith("filename|"):
        return "invented.exe|" + value(kind.split("|")[1])
    if kind.startswith("x509-fingerprint-"):
        return "a" * DIGITS[kind.split("-")[-1]]
    if kind in DIGITS:
        return "a" * DIGITS[kind]
    return VALUES.get(kind, "invented " + kind)


def event(n, **more):
    made = MISPEvent()
    made.from_dict(**{
        "uuid": number(0xE00000 + n), "info": "Invented", "date": "2026-01-01", "timestamp": SECONDS, "distribution": "1",
        "threat_level_id": "2", "analysis": "0", "Orgc": {"name": "Example", "uuid": number(0xF)}, **more})
    return made


def attribute(kind, n, to_ids):
    data = {"attachment": b"invented", "malware-sample": ZIPPED}.get(kind)
    made = {"type": kind, "value": value(kind), "to_ids": to_ids, "uuid": number(n), "timestamp": SECONDS,
            "comment": "a comment"}
    if data is not None:
        made["data"] = io.BytesIO(data)
    return made


def add(to, made):
    added = to.add_attribute(**made)
    if made["type"] == "malware-sample":
        # PyMISP takes the hash out of it, which MISP does not.
        added.value = made["value"]
    return added


def one_each(to_ids):
    """An event for each type, so that none hides what becomes of another."""
    for place, kind in enumerate(TYPES):
        made = event(place + 1000 * to_ids)
        add(made, attribute(kind, place + 1 + 1000 * to_ids, to_ids))
        yield kind, made


def everything():
    """One event with an attribute of every type, tags, a sighting, a galaxy and a report."""
    made = event(0xABCDE, published=True, publish_timestamp=SECONDS)
    made.add_tag("tlp:amber")
    made.add_tag("invented:word=\"x\"")
    for place, kind in enumerate(TYPES):
        added = add(made, attribute(kind, 0x10000 + place, place % 2 == 0))
        if place % 7 == 0:
            added.add_tag("tlp:red")
    made.add_event_report("A report", f"See @[attribute]({number(0x10000)})")
    return made


OBJECTS = {
    "file": [("filename", "filename", "a.exe"), ("md5", "md5", "a" * 32), ("sha256", "sha256", "b" * 64),
             ("size-in-bytes", "size-in-bytes", "5"), ("path", "text", "C:\\x"), ("text", "text", "hello")],
    "domain-ip": [("domain", "domain", "example.org"), ("ip", "ip-dst", "198.51.100.3")],
    "ip-port": [("ip-dst", "ip-dst", "198.51.100.3"), ("dst-port", "port", "80"), ("protocol", "text", "tcp")],
    "network-connection": [("ip-src", "ip-src", "198.51.100.3"), ("ip-dst", "ip-dst", "198.51.100.4"),
                           ("dst-port", "port", "80"), ("layer4-protocol", "text", "tcp")],
    "url": [("url", "url", "https://example.org/a")],
    "email": [("from", "email-src", "a@example.org"), ("to", "email-dst", "b@example.org"),
              ("subject", "email-subject", "hi"), ("message-id", "email-message-id", "<x>"),
              ("reply-to", "email-reply-to", "r@example.org"), ("attachment", "email-attachment", "a.pdf")],
    "user-account": [("username", "text", "invented"), ("user-id", "text", "7"), ("display-name", "text", "In Vented")],
    "twitter-account": [("name", "text", "invented"), ("id", "text", "7"), ("bio", "text", "b")],
    "facebook-account": [("account-name", "text", "invented"), ("account-id", "text", "7")],
    "telegram-account": [("username", "text", "invented"), ("id", "text", "7")],
    "github-user": [("username", "github-username", "invented"), ("id", "text", "7")],
    "gitlab-user": [("username", "text", "invented"), ("id", "text", "7"), ("name", "text", "In Vented")],
    "reddit-account": [("account-name", "text", "invented"), ("account-id", "text", "7")],
    "parler-account": [("account-name", "text", "invented"), ("account-id", "text", "7")],
    "asn": [("asn", "AS", "64500"), ("description", "text", "invented")],
    "mutex": [("name", "mutex", "m")],
    "directory": [("path", "text", "C:\\x")],
    "registry-key": [("key", "regkey", "HKLM\\x"), ("name", "text", "n"), ("data", "text", "d"), ("data-type", "text", "REG_SZ")],
    "process": [("pid", "text", "5"), ("command-line", "text", "c -x")],
    "x509": [("x509-fingerprint-sha1", "x509-fingerprint-sha1", "a" * 40), ("issuer", "text", "CN=i"), ("serial-number", "text", "01")],
    "vulnerability": [("id", "vulnerability", "CVE-2026-0001"), ("summary", "text", "s")],
    "person": [("full-name", "full-name", "In Vented"), ("nationality", "nationality", "none")],
    "bank-account": [("account", "bank-account-nr", "1234567"), ("swift", "bic", "abc123")],
    "microblog": [("post", "text", "invented"), ("url", "url", "https://example.org/p")],
    "yara": [("yara", "yara", "rule invented { condition: false }")],
    "instant-message": [("body", "text", "invented")],
    "phishing": [("url", "url", "https://example.org/p"), ("takedown-request", "datetime", "2026-01-01T00:00:00+00:00")],
}


def thing(name, n, to_ids):
    made = MISPObject(name, strict=False)
    made.uuid = number(n)
    for place, (relation, kind, said) in enumerate(OBJECTS[name]):
        made.add_attribute(relation, type=kind, value=said, to_ids=to_ids, uuid=number(n + 1 + place), timestamp=SECONDS)
    return made


def objects_one_each(to_ids):
    for place, name in enumerate(OBJECTS):
        made = event(0x40000 + place + 0x1000 * to_ids)
        made.add_object(thing(name, 0x50000 + 64 * place + 0x10000 * to_ids, to_ids))
        yield name, made


def objects_together():
    made = event(0x60000)
    before = None
    for place, name in enumerate(OBJECTS):
        added = thing(name, 0x70000 + 64 * place, place % 2 == 0)
        if before is not None:
            added.add_reference(before.uuid, "related-to", uuid=str(uuid.uuid5(uuid.NAMESPACE_URL, name)))
        made.add_object(added)
        before = added
    return made
