"""Where Avert's mapping differs from misp-stix on purpose, and why.

`compare.py` fails on a difference that is not here, and on what is here and does not differ.
"""

NUMBERS = "a number is asked for as a number: STIX knows no number that equals a text"
ENDS = "a protocol has to be said, and nobody said tcp: what is known is whether the address is of IPv4 or IPv6"
RULES = "a rule goes into an indicator as it is, without brackets around it, and only if it is for detection"
NAMES = "a hash has one name in observables and patterns; SHA-512/256 is not SHA-256"
LISTS = "an element of a list is asked for as one, and a field of a header by the name it has in the observable"
CUSTOM = "a pattern asks for nothing that STIX has no path for: with it, it would match nothing"
REFUSED = "PyMISP's own check refuses every value of this type, so that misp-stix leaves it out"

TYPES = {
    **dict.fromkeys(("ip-src", "ip-dst"), ENDS),
    **dict.fromkeys(("ip-src|port", "ip-dst|port"), f"{ENDS}; {NUMBERS}"),
    "hostname|port": f"a name and a port of one connection are asked for of one connection; {ENDS}; {NUMBERS}",
    **dict.fromkeys(("AS", "port", "size-in-bytes"), NUMBERS),
    **dict.fromkeys(("yara", "snort", "suricata", "sigma"), RULES),
    "stix2-pattern": "a pattern of STIX is an indicator's pattern",
    **dict.fromkeys(
        (prefix + kind for prefix in ("", "filename|") for kind in ("sha224", "sha384", "sha512/224", "sha512/256", "sha3-224", "sha3-384")),
        NAMES),
    "attachment": "a file is asked for by its hash and not by its whole content, which no log has",
    "malware-sample": "a file is asked for by its name and hash and not by the archive that it came in",
    **dict.fromkeys(("regkey|value", "email-header", "email-reply-to", "email-x-mailer"), LISTS),
    **dict.fromkeys(("mac-eui-64", "edge-extension-id", "filename|impfuzzy"), REFUSED),
}

OBJECTS = {
    "file": f"{NUMBERS}; {CUSTOM}",
    "ip-port": f"{NUMBERS}; a protocol is one of the traffic's protocols",
    "network-connection": f"{NUMBERS}; {LISTS}",
    "email": LISTS,
    "twitter-account": CUSTOM,
    **dict.fromkeys(("asn", "process"), NUMBERS),
    "registry-key": LISTS,
    "person": "people are told as objects of MISP: an identity of STIX has no place for most of what is said of them",
    "yara": RULES,
}

BACK = {
    "AS": "misp-stix writes AS before a number that came without, and compares the number with a text",
    "stix2-pattern": "misp-stix knows patterns only as objects",
    **dict.fromkeys(("vulnerability", "campaign-name"), "misp-stix has no place for the flag of what is no indicator"),
}

FORTH = {
    "AS": "an autonomous system is written with AS before its number, as misp-stix does",
    **dict.fromkeys(("yara", "snort", "suricata", "sigma"), "misp-stix makes an indicator of a rule that is not for detection"),
}
