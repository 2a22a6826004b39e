"""What OASIS's own tools say of patterns: stix2-patterns whether a text is one, stix2-matcher what it matches.

    judge.py write FOLDER     # writes both files
    judge.py check FOLDER     # fails where they would be written otherwise

The tests of avert-exchange hold Avert's verdicts against these.
"""
import itertools
import json
import pathlib
import sys

from stix2matcher.matcher import match
from stix2patterns.validator import run_validator

VALUES = ["1", "-1", "+1", "0", "-0", "01", "1.5", "-.5", ".5", "1.", "1e5", "true", "false", "TRUE", "'x'", "''", "'it\\'s'", "'\\\\'",
          "'\\x'", "'x", "x", "\"x\"", "h'00ff'", "h'0'", "h''", "h'zz'", "b'YWI='", "b'YWI'", "b''", "b'Y WI='", "t'2026-01-02T03:04:05Z'",
          "t'2026-01-02T03:04:05.123456789Z'", "t'2026-01-02T03:04:05'", "t'2026-13-02T03:04:05Z'", "t'2026-01-02 03:04:05Z'",
          "99999999999999999999", "()", "(1)", "(1,2)", "(1,)", "('a','b')", "(true,1,'x')", "null", "[1]", ""]
OPERATORS = ["=", "==", "!=", "<>", "<", "<=", ">", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET", "~", "=>", "in", ""]
PATHS = ["a:b", "a-b:c", "_a:_b", "a1:b2", "a:b-c", "a:'b-c'", "a:b.c", "a:b.'c d'.e", "a:b[*]", "a:b[0]", "a:b[01]", "a:b[x]", "a:b[*].c[3].d",
         "a:b.1", "1a:b", "a:", ":b", "a", "a.b:c", "a:IN", "a:in", "AND:b", "a:b[*", "a:b]", "a:[0]", "a:b..c", "a:\u00e9", "'a':b", "a : b"]
QUALIFIERS = ["WITHIN 5 SECONDS", "WITHIN 1.5 SECONDS", "WITHIN +5 SECONDS", "WITHIN -5 SECONDS", "WITHIN 5 SECOND", "WITHIN SECONDS", "within 5 SECONDS",
              "REPEATS 5 TIMES", "REPEATS +5 TIMES", "REPEATS -5 TIMES", "REPEATS 1.5 TIMES", "REPEATS 5", "REPEATS 5 SECONDS",
              "START t'2026-01-02T03:04:05Z' STOP t'2026-01-03T03:04:05Z'", "START '2026-01-02T03:04:05Z' STOP '2026-01-03T03:04:05Z'",
              "START t'2026-01-02T03:04:05Z'", "STOP t'2026-01-02T03:04:05Z'"]
O = "[a:b = 1]"
WHOLE = [O, "a:b = 1", "[]", "[a:b = 1", "a:b = 1]", "[[a:b = 1]]", f"({O})", f"(({O}))", f"({O}", f"{O})", "()", f"{O} AND {O}", f"{O} OR {O}",
         f"{O} FOLLOWEDBY {O}", f"{O} AND", f"AND {O}", f"{O} {O}", f"{O} and {O}", f"{O} NOT {O}", f"NOT {O}", f"{O} AND {O} OR {O} FOLLOWEDBY {O}",
         f"({O} OR {O}) AND {O}", "[a:b = 1 AND c:d = 2]", "[a:b = 1 OR c:d = 2 AND e:f = 3]", "[(a:b = 1 OR a:c = 2) AND a:d = 3]", "[(a:b = 1]",
         "[a:b = 1 FOLLOWEDBY a:c = 2]", "[a:b = 1 a:c = 2]", "[a:b = 1, a:c = 2]", "[NOT a:b = 1]", "[a:b NOT = 1]", "[a:b NOT NOT = 1]", "[EXISTS a:b]",
         "[NOT EXISTS a:b]", "[a:b EXISTS]", "[a:b NOT EXISTS]", "[EXISTS a]", "[EXISTS (a:b)]", "[a:b]", f"{O} // end", f"{O} /* end */", f"/* begin */ {O}",
         "[a:b /* within */ = 1]", f"{O} /* open", f"{O};", f"{O} # end", f" \t\n{O}\u00a0", "[a:b\u2003=\u30001]", "[a:b='x\ny']", "[a:b=1]]",
         "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']", "[file:hashes.MD5 = 'x']", "[file:hashes.'SHA-256' = 'x']", "[file:hashes.'SHA-1' LIKE 'x']",
         "[file:hashes.other = 'x']", "[x509-certificate:hashes.'SHA-512' = 'ab']", f"({O} FOLLOWEDBY {O}) REPEATS 2 TIMES WITHIN 5 SECONDS"]


def patterns():
    for value, operator in itertools.product(VALUES, ["=", "<", "IN", "LIKE"]):
        yield f"[a:b {operator} {value}]"
    for operator, value in itertools.product(OPERATORS, ["1", "'x'", "(1)"]):
        yield f"[a:b {operator} {value}]"
        yield f"[a:b NOT {operator} {value}]"
    for path in PATHS:
        yield f"[{path} = 1]"
        yield f"[EXISTS {path}]"
    for qualifier in QUALIFIERS:
        yield f"{O} {qualifier}"
        yield f"({O} AND {O}) {qualifier}"
    for first, second in itertools.product(QUALIFIERS[:1] + QUALIFIERS[7:8] + QUALIFIERS[13:14], repeat=2):
        yield f"{O} {first} {second}"
    yield from WHOLE


def verdict(pattern):
    try:
        return not run_validator(pattern, stix_version="2.1")
    except Exception:
        # It stumbles over what is no pattern.
        return False


def observed(number, first, last, *objects, count=1):
    # Observables by their ids, as STIX 2.1 has them.
    return [{"type": "observed-data", "spec_version": "2.1", "id": f"observed-data--{number:08}-0000-4000-8000-000000000000",
             "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z", "first_observed": f"2026-01-01T00:00:{first:02}Z",
             "last_observed": f"2026-01-01T00:00:{last:02}Z", "number_observed": count, "object_refs": [o["id"] for o in objects]}, *objects]


def thing(kind, number, **members):
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{number:08}-0000-4000-8000-000000000000", **members}


ADDRESS = thing("ipv4-addr", 1, value="198.51.100.3")
NET = thing("ipv4-addr", 2, value="198.51.100.0/28")
NAME = thing("domain-name", 1, value="example.org", resolves_to_refs=[ADDRESS["id"], NET["id"]])
FOLDER = thing("directory", 1, path="/opt/example")
FILE = thing("file", 1, name="caf\u00e9.exe", size=25, hashes={"MD5": "d41d8cd98f00b204e9800998ecf8427e"}, magic_number_hex="ffd8",
             parent_directory_ref=FOLDER["id"], ctime="2026-01-01T00:00:00.5Z",
             extensions={"windows-pebinary-ext": {"pe_type": "exe", "sections": [{"name": ".text", "entropy": 0.5}, {"name": ".data", "entropy": 7.25}]}})
ACCOUNT = thing("user-account", 1, user_id="u1", is_disabled=True)
PART = thing("artifact", 1, payload_bin="YWI=", mime_type="text/plain")

SCENES = {
    "one": observed(1, 10, 12, FILE, FOLDER, ACCOUNT, PART),
    "name": observed(1, 10, 12, NAME, ADDRESS, NET),
    "three": observed(1, 10, 10, ADDRESS) + observed(2, 15, 20, NAME, NET) + observed(3, 30, 30, FILE, FOLDER, count=3),
    "none": observed(1, 10, 12, thing("mutex", 1, name="m")),
}
TESTS = ["file:name = 'caf\u00e9.exe'", "file:name = 'cafe\u0301.exe'", "file:name LIKE 'cafe\u0301%'", "file:name LIKE 'caf_.exe'", "file:name LIKE 'CAF%'",
         "file:name LIKE '%'", "file:name LIKE 'caf'", "file:name MATCHES '^caf.\\\\.exe$'", "file:name MATCHES 'exe'", "file:name MATCHES '^exe'", "file:name NOT MATCHES 'exe'",
         "file:name < 'd'", "file:name > 'd'", "file:name NOT < 'd'", "file:name != 'x'", "file:name NOT = 'x'", "file:name NOT != 'x'", "file:name = 25",
         "file:name != 25", "file:name < 25", "file:name NOT < 25", "file:size = 25", "file:size = 25.0", "file:size = '25'", "file:size != '25'", "file:size >= 25", "file:size > 25",
         "file:size <= 24.5", "file:size IN (1,25)", "file:size IN ()", "file:size NOT IN (1,2)", "file:size NOT IN ()", "file:size = true", "file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e'",
         "file:hashes.'MD5' LIKE 'd41%'", "file:hashes.'SHA-1' != 'x'", "file:magic_number_hex = h'ffd8'", "file:magic_number_hex = h'FFD8'", "file:magic_number_hex = 'ffd8'",
         "file:magic_number_hex != h'00'", "file:magic_number_hex > h'00'", "file:magic_number_hex = b'/9g='", "artifact:payload_bin = b'YWI='", "artifact:payload_bin = 'ab'", "artifact:payload_bin = h'6162'",
         "artifact:payload_bin LIKE 'a_'", "artifact:payload_bin = 'YWI='", "file:ctime = t'2026-01-01T00:00:00.500Z'", "file:ctime > t'2026-01-01T00:00:00Z'", "file:ctime < t'2026-01-01T00:00:00Z'",
         "file:ctime = '2026-01-01T00:00:00.5Z'", "file:parent_directory_ref.path = '/opt/example'", "file:parent_directory_ref.path = 'x'", "file:parent_directory_ref = 'x'",
         "file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7", "file:extensions.'windows-pebinary-ext'.sections[0].entropy > 7",
         "file:extensions.'windows-pebinary-ext'.sections[1].entropy > 7", "file:extensions.'windows-pebinary-ext'.sections[9].entropy > 0",
         "file:extensions.'windows-pebinary-ext'.sections[*].name IN ('.data','.bss')", "file:nothing = 1", "file:nothing != 1", "file:nothing NOT = 1", "EXISTS file:name", "EXISTS file:nothing",
         "EXISTS file:parent_directory_ref.path", "user-account:is_disabled = true", "user-account:is_disabled = false", "user-account:is_disabled != false", "user-account:is_disabled = 1",
         "ipv4-addr:value ISSUBSET '198.51.100.0/24'", "ipv4-addr:value NOT ISSUBSET '198.51.100.0/24'", "ipv4-addr:value ISSUBSET '203.0.113.0/24'", "ipv4-addr:value ISSUPERSET '198.51.100.5'",
         "ipv4-addr:value ISSUBSET '198.51.100.3/32'", "domain-name:resolves_to_refs[*].value = '198.51.100.3'", "domain-name:resolves_to_refs[0].value = '198.51.100.3'",
         "domain-name:resolves_to_refs[1].value = '198.51.100.3'", "file:name = 'caf\u00e9.exe' AND file:size = 25", "file:name = 'caf\u00e9.exe' AND file:size = 26", "file:name = 'x' OR file:size = 25",
         "file:size = 25 AND directory:path = '/opt/example'", "file:size = 25 OR directory:path = 'x'", "(file:size = 1 OR file:size = 25) AND file:name LIKE '%exe'", "file:size = 25 OR file:size = 1 AND file:name = 'x'"]
A, D, F, X = "[ipv4-addr:value = '198.51.100.3']", "[domain-name:value = 'example.org']", "[file:size = 25]", "[mutex:name = 'm']"
EXPRESSIONS = [f"{A} AND {D}", f"{A} AND {A}", f"{F} AND {F}", f"{F} AND {F} AND {F}", f"{F} AND {F} AND {F} AND {F}", f"{A} OR {X}", f"{X} OR {X}", f"{X} AND {A}", f"{A} FOLLOWEDBY {D}",
               f"{D} FOLLOWEDBY {A}", f"{A} FOLLOWEDBY {D} FOLLOWEDBY {F}", f"{F} FOLLOWEDBY {F}", f"{A} FOLLOWEDBY {F} FOLLOWEDBY {D}", f"({A} AND {D}) FOLLOWEDBY {F}", f"{F} FOLLOWEDBY ({A} OR {D})",
               f"({A} AND {D}) WITHIN 5 SECONDS", f"({A} AND {D}) WITHIN 4 SECONDS", f"({A} AND {F}) WITHIN 20 SECONDS", f"({A} AND {F}) WITHIN 19.5 SECONDS", f"({D} AND {F}) WITHIN 10 SECONDS",
               f"({A} AND {D} AND {F}) WITHIN 20 SECONDS", f"({A} AND {D} AND {F}) WITHIN 15 SECONDS", f"{F} REPEATS 3 TIMES", f"{F} REPEATS 4 TIMES", f"{A} REPEATS 1 TIMES", f"{A} REPEATS 2 TIMES",
               "[ipv4-addr:value LIKE '%'] REPEATS 2 TIMES", "[ipv4-addr:value LIKE '%'] REPEATS 3 TIMES", "[ipv4-addr:value LIKE '%'] REPEATS 2 TIMES WITHIN 5 SECONDS",
               "[ipv4-addr:value LIKE '%'] REPEATS 2 TIMES WITHIN 4 SECONDS", f"({F} OR {A}) REPEATS 4 TIMES", f"({F} OR {A}) REPEATS 5 TIMES", f"({A} AND {D}) REPEATS 1 TIMES", f"({F} AND {F}) REPEATS 2 TIMES",
               f"{A} START t'2026-01-01T00:00:10Z' STOP t'2026-01-01T00:00:11Z'", f"{A} START t'2026-01-01T00:00:09Z' STOP t'2026-01-01T00:00:10Z'",
               f"{A} START t'2026-01-01T00:00:11Z' STOP t'2026-01-01T00:00:12Z'", f"{D} START t'2026-01-01T00:00:20Z' STOP t'2026-01-01T00:00:25Z'", f"{D} START t'2026-01-01T00:00:10Z' STOP t'2026-01-01T00:00:15Z'",
               f"({A} AND {D}) START t'2026-01-01T00:00:10Z' STOP t'2026-01-01T00:00:16Z'", f"({A} AND {F}) START t'2026-01-01T00:00:10Z' STOP t'2026-01-01T00:00:16Z'",
               f"({A} OR {F}) START t'2026-01-01T00:00:30Z' STOP t'2026-01-01T00:00:31Z'", f"{A} START t'2026-01-01T00:00:12Z' STOP t'2026-01-01T00:00:09Z'", f"{X} OR {A} AND {D} FOLLOWEDBY {F}",
               f"({X} OR {A}) AND ({D} OR {X})", f"{A} WITHIN 1 SECONDS", f"({A} FOLLOWEDBY {D}) WITHIN 5 SECONDS", f"({A} FOLLOWEDBY {D}) REPEATS 2 TIMES"]


def matches():
    for scene, objects in SCENES.items():
        for pattern in [f"[{test}]" for test in TESTS] + EXPRESSIONS:
            bundle = {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects}
            try:
                matched = bool(match(pattern, [bundle], stix_version="2.1"))
            except Exception as error:
                matched = type(error).__name__
            yield {"scene": scene, "pattern": pattern, "matches": matched}


def files():
    seen = dict.fromkeys(patterns())
    lines = lambda rows: "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    yield "patterns.ndjson", lines({"pattern": pattern, "valid": verdict(pattern)} for pattern in seen)
    yield "scenes.json", json.dumps(SCENES, ensure_ascii=False, indent=1) + "\n"
    yield "matches.ndjson", lines(matches())


if __name__ == "__main__":
    verb, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    for name, text in files():
        path = folder / name
        if verb == "write":
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            sys.exit(f"{path} is not what the tools say: judge.py write {folder}, and read the difference")
