"""Validates OCSF events, one a line, against the published schema of the version they name.

usage: validate.py EVENTS.jsonl

Says how many events of which class hold, or every fault with its line, and exits with 1. Beyond what
the schema can say, `type_uid` has to be `class_uid` * 100 + `activity_id`.
"""

import collections
import json
import sys

import jsonschema
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema


def validators():
    """One validator for each version and class, made when it is first asked for."""
    schemas, made = {}, {}

    def of(event):
        version, class_uid = event["metadata"]["version"], event["class_uid"]
        if (version, class_uid) not in made:
            if version not in schemas:
                schemas[version] = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=version))
            schema = schemas[version]
            name = schema.lookup_class_name_from_uid(class_uid=class_uid)
            made[version, class_uid] = jsonschema.Draft202012Validator(
                schema.get_class_schema(class_name=name, profiles=[])
            )
        return made[version, class_uid]

    return of


def faults(event, validator):
    for error in validator.iter_errors(event):
        yield f"{error.json_path}: {error.message}"
    expected = event["class_uid"] * 100 + event["activity_id"]
    if event["type_uid"] != expected:
        yield f"$.type_uid: {event['type_uid']} is not {expected}"


def main(path):
    validator_of = validators()
    held, failed = collections.Counter(), 0
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            event = json.loads(line)
            for fault in faults(event, validator_of(event)):
                failed += 1
                print(f"line {number}: {fault}")
            held[event["class_name"]] += 1
    if failed or not held:
        print(f"{failed} faults in {sum(held.values())} events")
        return 1
    print(", ".join(f"{count} x {name}" for name, count in sorted(held.items())) + ": valid")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
