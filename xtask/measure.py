"""Runs a program and writes down how long it took and how much memory it had at its peak.

    python3 measure.py RECORD PROGRAM [ARGUMENT...]

RECORD becomes {"seconds": ..., "peak_rss_mib": ..., "exit_code": ...}. The kernel keeps the peak for the program
itself and for whatever it waited for, so nothing has to be sampled. Standard streams are the program's own.
"""

import json
import os
import resource
import subprocess
import sys
import time


def main() -> int:
    record, command = sys.argv[1], sys.argv[2:]
    began = time.monotonic()
    # The kernel counts this script's own few MiB for the moment before the program replaces its copy: no figure
    # is below that.
    exit_code = subprocess.Popen(command).wait()
    seconds = time.monotonic() - began
    peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    with open(record, "w", encoding="utf-8") as file:
        json.dump({"seconds": seconds, "peak_rss_mib": peak_kib / 1024, "exit_code": exit_code}, file)
    return 0 if exit_code >= 0 else 128 - exit_code


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main())
