"""What OASIS's tools say of bundles: stix2-validator, and stix2, which takes nothing that the specification does not have.
What is by whoever made the report is held to the checks for interoperability too. What others made goes out as it came, and
those checks want properties of some of it that no specification has (`capabiliites` of malware).

    validate.py BUNDLE.json…    # or objects one a line: .ndjson

Prints every fault and warning with its file, and exits with 1 if there is a fault.
"""
import json
import pathlib
import sys

import stix2
from stix2validator import ValidationOptions, validate_instance

# What the specification only recommends and is done otherwise, with the reason.
MEANT = [
    "uuid-check",  # the same case gets the same ids in every export, so they are of version 5
    "extref-hashes",  # what a page of ATT&CK hashes to is not ours to say
    "account-type",  # a platform's name is no word of the vocabulary, which is open
]

# It takes every extension of an observable for one that holds its properties itself (STIX 2.1, 7.3, has others).
MISTAKEN = "should be implemented using an 'extension_type' of 'property-extension'"


def bundles(path):
    text = pathlib.Path(path).read_text(encoding="utf-8")
    if path.endswith(".ndjson"):
        objects = [json.loads(line) for line in text.splitlines()]
        return {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects}
    return json.loads(text)


def ours(bundle):
    makers = {one.get("created_by_ref") for one in bundle["objects"] if one["type"] == "report"}
    made = [one for one in bundle["objects"] if one.get("created_by_ref") in makers]
    return dict(bundle, objects=made)


def main(paths):
    disabled = ",".join(MEANT)
    interop = ValidationOptions(version="2.1", interop=True, disabled=disabled)
    plain = ValidationOptions(version="2.1", disabled=disabled)
    faults = warnings = objects = 0
    for path in paths:
        bundle = bundles(path)
        objects += len(bundle["objects"])
        judged = [(ours(bundle), interop), (bundle, plain)]
        for part, options in judged:
            if not part["objects"]:
                faults += 1
                print(f"{path}: nobody's report is in it")
                continue
            result = validate_instance(part, options)
            for error in result.errors:
                faults += 1
                print(f"{path}: {error}")
            for warning in result.warnings:
                if MISTAKEN in str(warning):
                    continue
                warnings += 1
                print(f"{path}: {warning}")
        try:
            stix2.parse(bundle, allow_custom=False, version="2.1")
        except Exception as error:
            faults += 1
            print(f"{path}: stix2: {error}")
    print(f"{len(paths)} bundles, {objects} objects: {faults} faults, {warnings} warnings")
    return 1 if faults or warnings or not objects else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
