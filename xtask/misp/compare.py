"""Holds Avert's mapping between MISP and STIX against MISP's own tools.

usage: compare.py MISP_EXAMPLE CASE.stix.ndjson

MISP_EXAMPLE is the example `misp` of avert-exchange. Four comparisons:

types  each type of attribute and template of object, through misp-stix and through Avert: patterns and observables
back   Avert's objects of events, through misp-stix back to MISP: type, value, to_ids, uuid and category of attributes
forth  misp-stix's objects of events, through Avert to MISP: the same
load   every event that Avert writes, loaded by PyMISP: the same attributes, objects as their templates want them

Where Avert differs on purpose, `differ.py` says why; what stands there and does not differ is a fault as well.
"""

import collections
import json
import logging
import re
import subprocess
import sys

from misp_stix_converter import InternalSTIX2toMISPParser, MISPtoSTIX21Parser
from pymisp import MISPEvent, MISPObject
from pymisp.abstract import describe_types

import differ
import invented

EXAMPLE, CASE = sys.argv[1:3]
FAULTS = []


def avert(verb, value):
    ran = subprocess.run([EXAMPLE, verb], input=json.dumps(value), capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.exit(f"{EXAMPLE} {verb}: {ran.stderr}")
    return json.loads(ran.stdout)


def fault(what):
    FAULTS.append(what)


def theirs(event):
    parser = MISPtoSTIX21Parser()
    parser.parse_misp_event(event)
    return json.loads(parser.bundle.serialize())["objects"]


def asked(indicator):
    """What a pattern asks for, in any order."""
    pattern = indicator["pattern"]
    if indicator["pattern_type"] == "stix":
        tests = re.split(r" AND ", pattern.strip("[]"))
        return " AND ".join(sorted(test.strip("()") for test in tests))
    return pattern


def seen(objects):
    """What patterns ask for and observables say, without ids."""
    def plain(value):
        if isinstance(value, dict):
            return {name: plain(one) for name, one in value.items()
                    if name not in ("id", "spec_version", "object_marking_refs")}
        if isinstance(value, list):
            return [plain(one) for one in value]
        # A reference says of which type it is.
        return value.split("--")[0] if isinstance(value, str) and "--0000" in value else value

    from stix2.v21 import OBJ_MAP_OBSERVABLE
    told = []
    for one in objects:
        if one["type"] == "indicator":
            told.append(f"{one['pattern_type']} {asked(one)}")
        elif one["type"] in OBJ_MAP_OBSERVABLE:
            told.append(json.dumps(plain(one), sort_keys=True))
        elif one["type"] not in ("observed-data", "relationship", "grouping", "report", "identity", "marking-definition"):
            told.append(one["type"])
    return sorted(told)


def types():
    """The same objects for every type, but for those that differ on purpose."""
    compared = differing = 0
    for table, made in ((differ.TYPES, invented.one_each), (differ.OBJECTS, invented.objects_one_each)):
        found = set()
        for to_ids in (False, True):
            for name, event in made(to_ids):
                compared += 1
                ours = avert("import", json.loads(event.to_json()))
                for problem in ours["problems"]:
                    fault(f"{name}: {problem}")
                one, other = seen(ours["bundle"]["objects"]), seen(theirs(event))
                if one != other:
                    found.add(name)
                    if name not in table:
                        fault(f"{name} (to_ids {to_ids}):\n  ours   {one}\n  theirs {other}")
        differing += len(found)
        for name in set(table) - found:
            fault(f"{name} does not differ from misp-stix: take it out of differ.py")
    return f"{compared} events, {differing} types and templates differ on purpose"


def key(attribute):
    value = str(attribute["value"])
    if attribute["type"] == "malware-sample":
        # PyMISP keeps the hash elsewhere.
        value = value.split("|")[0]
    elif attribute["type"] == "datetime":
        value = value.replace(" ", "T")
    elif attribute["type"] == "boolean":
        value = {"True": "1", "False": "0"}.get(value, value)
    return (attribute["uuid"], attribute["type"], value, bool(attribute["to_ids"]), attribute["category"])


def without_flag(key):
    return key[:3] + (False,) + key[4:]


def attributes_of(event):
    return {key(one) for one in json.loads(event.to_json()).get("Attribute", [])}


def back():
    """Through misp-stix back to the same attributes."""
    came = lost = 0
    found = set()
    for to_ids in (False, True):
        for kind, event in invented.one_each(to_ids):
            parser = InternalSTIX2toMISPParser()
            parser.load_stix_bundle(stix(avert("import", json.loads(event.to_json()))["bundle"]))
            parser.parse_stix_bundle(single_event=True)
            want, have = attributes_of(event), attributes_of(parser.misp_event)
            came += 1
            if want != have:
                lost += 1
                found.add(kind)
                if kind not in differ.BACK:
                    fault(f"{kind} (to_ids {to_ids}) back:\n  was {want}\n  is  {have} {dict(parser.errors)} {dict(parser.warnings)}")
    for kind in set(differ.BACK) - found:
        fault(f"{kind} comes back as it was: take it out of differ.BACK")
    return f"{came - lost} of {came} attributes as they were"


def forth():
    """What misp-stix made of attributes, through Avert to the same attributes."""
    came = 0
    found = set()
    for to_ids in (False, True):
        for kind, event in invented.one_each(to_ids):
            bundle = {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": theirs(event)}
            told = avert("export", bundle)
            # misp-stix has no place for the flag of what is no indicator.
            flagless = any(one["type"] in ("x-misp-attribute", "vulnerability", "campaign") for one in bundle["objects"])
            want = {without_flag(one) if flagless else one for one in attributes_of(event)}
            have = {without_flag(key(one)) if flagless else key(one) for event in told["events"] for one in event["Event"]["Attribute"]}
            came += 1
            if want != have:
                found.add(kind)
                if kind not in differ.FORTH:
                    fault(f"{kind} (to_ids {to_ids}) forth:\n  was {want}\n  is  {have}")
    for kind in set(differ.FORTH) - found:
        fault(f"{kind} comes through as it was: take it out of differ.FORTH")
    return f"{came} attributes, of {len(found)} types otherwise"


def stix(bundle):
    from misp_stix_converter.tools.stix2_loading_helpers import load_stix2_content
    return load_stix2_content(bundle)


def loads(told):
    """PyMISP reads an event that Avert wrote as it is."""
    event = MISPEvent()
    event.load(json.dumps(told))
    want = {key(one) for one in told["Event"].get("Attribute", [])}
    have = {key(one) for one in json.loads(event.to_json()).get("Attribute", [])}
    if want != have:
        fault(f"PyMISP reads {have - want} for {want - have}")
    for one in told["Event"].get("Attribute", []):
        if one["category"] not in describe_types["categories"]:
            fault(f"no category: {one}")
        elif one["type"] not in describe_types["category_type_mappings"][one["category"]]:
            fault(f"{one['category']} has no {one['type']}")
    return event


def templates(event):
    """Objects have only relations that their template has."""
    for one in event.objects:
        template = MISPObject(one.name)
        if not template._known_template:
            fault(f"there is no template {one.name}")
            continue
        definition = template._definition
        if one.get("template_uuid") and one.template_uuid != definition["uuid"]:
            fault(f"{one.name}: another template")
        if one["meta-category"] != definition["meta-category"]:
            fault(f"{one.name}: {one['meta-category']} for {definition['meta-category']}")
        for attribute in one.attributes:
            relation = definition["attributes"].get(attribute.object_relation)
            if relation is None or relation["misp-attribute"] != attribute.type:
                fault(f"{one.name}: no {attribute.object_relation} of type {attribute.type}")


def load():
    count = 0
    for event in [invented.everything(), invented.objects_together()]:
        was = json.loads(event.to_json())
        told = avert("export", avert("import", was)["bundle"])
        count += len(told["events"])
        if len(told["events"]) != 1:
            fault(f"one event became {len(told['events'])}")
        loads(told["events"][0])
        for part in ("Attribute", "Object", "EventReport", "Tag", "Orgc", "distribution"):
            if was.get(part) != told["events"][0]["Event"].get(part):
                fault(f"{part} was {was.get(part)} and is {told['events'][0]['Event'].get(part)}")
    with open(CASE, encoding="utf-8") as lines:
        case = [json.loads(line) for line in lines]
    foreign = [json.loads(json.dumps(one)) for event in [invented.everything(), invented.objects_together()] for one in theirs(event)]
    for bundle in (case, foreign):
        told = avert("export", {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": bundle})
        for withheld in told["withheld"]:
            fault(f"withheld: {withheld}")
        for one in told["events"]:
            count += 1
            event = loads(one)
            templates(event)
    return f"{count} events are as PyMISP wants them"


def main():
    logging.disable(logging.CRITICAL)
    for stage in (types, back, forth, load):
        print(f"{stage.__name__}: {stage()}")
    counted = collections.Counter(FAULTS)
    for what in list(counted)[:200]:
        print(what)
    if FAULTS:
        sys.exit(f"{len(FAULTS)} faults")


if __name__ == "__main__":
    main()
