"""Layouts by other programs.

    layouts.py igraph|sfdp NODES EDGES OUT

EDGES: pairs of little-endian 32-bit numbers; OUT: x and y of each node, as little-endian f32. Prints JSON: how
long it took, reading not counted, and the processor's time. Graphviz is a program, and reads and writes text: that
is in its time.
"""
import json
import os
import random
import subprocess
import sys
import time

import numpy as np


def by_igraph(nodes, edges):
    import igraph

    graph = igraph.Graph(n=nodes, edges=edges)
    random.seed(1)
    begun = time.perf_counter()
    # What igraph itself chooses for large graphs.
    found = graph.layout_drl()
    return time.perf_counter() - begun, np.array(found.coords)


def by_sfdp(nodes, edges):
    lines = ["graph {", *map(str, range(nodes)), *(f"{a}--{b}" for a, b in edges.tolist()), "}"]
    text = "\n".join(lines)
    begun = time.perf_counter()
    sfdp = ["sfdp", "-Tplain"]
    told = subprocess.run(sfdp, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout
    seconds = time.perf_counter() - begun
    at = np.zeros((nodes, 2))
    for line in told.splitlines():
        words = line.split(" ", 4)
        if words[0] == "node":
            at[int(words[1])] = float(words[2]), float(words[3])
    return seconds, at


if __name__ == "__main__":
    who, nodes, file, out = sys.argv[1:]
    pairs = np.fromfile(file, dtype="<u4").reshape(-1, 2)
    before = os.times()
    seconds, at = {"igraph": by_igraph, "sfdp": by_sfdp}[who](int(nodes), pairs)
    after = os.times()
    at.astype("<f4").tofile(out)
    processor = sum(after[:4]) - sum(before[:4])
    print(json.dumps({"seconds": seconds, "processor_seconds": processor}))
