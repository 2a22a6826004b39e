"""Drives taxii2-client and stix2, as they are, against a TAXII server, and says on one line of JSON what it saw.

    taxii_clients.py DISCOVERY COLLECTION USER PASSWORD

The collection has to be empty, and readable and writable by this user.
"""

import datetime
import json
import sys

import stix2
from taxii2client.v21 import Collection, Server, as_pages

GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
AMBER = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"


def indicator(number, marking, maker):
    return stix2.Indicator(
        name=f"Invented {number}",
        pattern=f"[domain-name:value = 'a{number}.example.org']",
        pattern_type="stix",
        valid_from=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
        created_by_ref=maker,
        object_marking_refs=[marking],
    )


def plain(stix):
    return json.loads(stix.serialize())


def main():
    discovery, wanted, user, password = sys.argv[1:5]
    server = Server(discovery, user=user, password=password)
    root = server.default
    seen = {
        "title": server.title,
        "versions": root.versions,
        "max_content_length": root.max_content_length,
    }
    collection = next(one for one in root.collections if one.title == wanted)
    seen["rights"] = [collection.can_read, collection.can_write]
    seen["media_types"] = collection.media_types

    maker = stix2.Identity(name="CERT Example", identity_class="organization", object_marking_refs=[GREEN])
    told = [indicator(number, GREEN, maker.id) for number in range(25)]
    kept = [indicator(number, AMBER, maker.id) for number in range(100, 105)]
    status = collection.add_objects({"objects": [plain(one) for one in [maker, *told, *kept]]})
    status.refresh()
    seen["status"] = [status.status, status.total_count, status.success_count, status.failure_count]
    broken = dict(plain(told[0]), pattern_type=7)
    broken["id"] = "indicator--00000000-0000-4000-8000-000000000001"
    status = collection.add_objects({"objects": [broken]})
    seen["broken"] = [status.success_count, status.failure_count, status.failures[0]["id"] == broken["id"]]

    everything = collection.get_objects()["objects"]
    ids = {one["id"] for one in everything}
    seen["told"] = all(one.id in ids for one in told)
    seen["kept"] = any(one.id in ids for one in kept)
    seen["same"] = all(plain(one) in everything for one in told)
    pages = list(as_pages(collection.get_objects, per_request=7))
    seen["pages"] = [sum(len(page["objects"]) for page in pages) == len(everything), len(pages)]
    seen["manifest"] = {one["id"] for one in collection.get_manifest()["objects"]} == ids

    newer = told[0].new_version(name="Invented anew")
    last = collection.get_manifest()["objects"][-1]["date_added"]
    collection.add_objects({"objects": [plain(newer)]})
    new = collection.get_objects(added_after=last)["objects"]
    seen["new"] = [one["name"] for one in new] == ["Invented anew"]
    one = told[0].id
    seen["last"] = [it["name"] for it in collection.get_object(one)["objects"]]
    seen["first"] = [it["name"] for it in collection.get_object(one, version="first")["objects"]]
    seen["all"] = len(collection.get_object(one, version="all")["objects"])
    exact = plain(newer)["modified"]
    seen["exact"] = [it["name"] for it in collection.get_object(one, version=exact)["objects"]]
    seen["versions"] = len(collection.object_versions(one)["versions"])
    seen["types"] = {it["type"] for it in collection.get_objects(type="identity")["objects"]} == {"identity"}
    collection.delete_object(told[1].id)
    seen["deleted"] = all(it["id"] != told[1].id for it in collection.get_objects()["objects"])

    source = stix2.TAXIICollectionSource(collection)
    seen["stix2_query"] = len(source.query([stix2.Filter("type", "=", "indicator")]))
    seen["stix2_get"] = source.get(told[2].id).name
    seen["stix2_all"] = len(source.all_versions(one))
    sink = stix2.TAXIICollectionSink(collection)
    sink.add(stix2.Malware(name="Invented", is_family=False, created_by_ref=maker.id, object_marking_refs=[GREEN]))
    seen["stix2_sink"] = [one.name for one in source.query([stix2.Filter("type", "=", "malware")])]
    direct = Collection(collection.url, user=user, password=password)
    seen["direct"] = direct.title
    print(json.dumps(seen))


main()
