"""A feed of what stands on MISP's warning lists, a few entries of each list.

    warninglists.py FEED EXPECTED.json

Prints where the package has its lists. FEED: one value a line. EXPECTED: how many lists and entries there are, and for each
line of FEED the list that the publisher's package finds the value on.
"""
import ipaddress
import json
import pathlib
import re
import sys

import pymispwarninglists

HOST = re.compile(r"^(?!-)[a-z0-9_-]+(\.[a-z0-9_-]+)+$", re.IGNORECASE)
HASH = re.compile(r"^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$", re.IGNORECASE)


def value_of(kind, attributes, entry):
    """Something on the list that a log could have, or None."""
    hosts = {"hostname", "domain", "domain|ip"} & attributes
    if kind == "cidr" and attributes & {"ip-src", "ip-dst", "domain|ip"}:
        network = ipaddress.ip_network(entry, strict=False)
        return str(network[network.num_addresses // 2])
    if kind == "hostname" and hosts:
        host = entry.strip(".")
        return f"a-subdomain.{host}" if HOST.match(host) else None
    if kind == "string":
        if HASH.match(entry) and attributes & {"md5", "sha1", "sha256", "sha512"}:
            return entry
        return entry if hosts and HOST.match(entry) and not entry.replace(".", "").isdigit() else None
    if kind == "substring":
        if HOST.match(entry) and any("email" in attribute for attribute in attributes):
            return f"somebody@{entry}"
        return entry if hosts and HOST.match(entry) else None
    return None


if __name__ == "__main__":
    feed, expected = sys.argv[1:]
    lists = pathlib.Path(pymispwarninglists.__file__).parent / "data" / "misp-warninglists" / "lists"
    values, rows, entries, count = [], [], 0, 0
    for path in sorted(lists.glob("*/list.json")):
        content = json.loads(path.read_text())
        known = pymispwarninglists.WarningList(content, slow_search=True)
        count += 1
        entries += len(known.list)
        attributes = set(content.get("matching_attributes", []))
        step = max(1, len(known.list) // 20)
        for entry in known.list[::step]:
            value = value_of(known.type, attributes, entry)
            if value is None:
                continue
            values.append(value)
            # Whether the publisher agrees that it is on the list; it compares names with capitals letter by letter.
            if known.type in ("substring", "hostname") or value in known:
                rows.append({"line": len(values), "list": known.name, "value": value})
    pathlib.Path(feed).write_text("".join(f"{value}\n" for value in values))
    pathlib.Path(expected).write_text(json.dumps({"lists": count, "entries": entries, "rows": rows}))
    print(lists)
