"""Indicators in a log by iocextract, the package that analysts use from Python.

    peers.py INDICATORS.txt LOG OUT

INDICATORS: one a line, in normal form. OUT: the numbers of the lines in which it finds one of them. Prints JSON: how long looking
took; reading indicators is not counted.
"""
import json
import sys
import time

import iocextract


def main(indicators, log, out):
    known = set(open(indicators, encoding="utf-8").read().splitlines())
    lines = open(log, encoding="utf-8", errors="replace").read().splitlines()
    hits = []
    begun = time.process_time()
    for number, line in enumerate(lines, 1):
        found = iocextract.extract_iocs(line, refang=True)
        for one in found:
            one = one.strip().rstrip(".").lower()
            host = one.split("://")[-1].split("/")[0].split(":")[0]
            if one in known or host in known:
                hits.append(number)
                break
    seconds = time.process_time() - begun
    open(out, "w", encoding="utf-8").write("".join(f"{number}\n" for number in hits))
    print(json.dumps({"cpu_seconds": seconds, "bytes": sum(len(line) + 1 for line in lines), "lines_with_hit": len(hits)}))


main(*sys.argv[1:])
