"""Communities by other programs.

    communities.py igraph|networkit NODES EDGES OUT

EDGES: pairs of little-endian 32-bit numbers; OUT: the community of each node, the same way. Prints JSON:
how long finding took, reading not counted.
"""
import json
import sys
import time

import numpy as np


def by_igraph(nodes, edges):
    import igraph

    graph = igraph.Graph(n=nodes, edges=edges)
    begun = time.perf_counter()
    found = graph.community_leiden(objective_function="modularity", n_iterations=2)
    return time.perf_counter() - begun, found.membership


def by_networkit(nodes, edges):
    import networkit

    networkit.setNumberOfThreads(2)
    networkit.setSeed(1, False)
    graph = networkit.Graph(nodes)
    graph.addEdges((edges[:, 0].copy(), edges[:, 1].copy()))
    begun = time.perf_counter()
    found = networkit.community.ParallelLeiden(graph, iterations=3)
    found.run()
    partition = found.getPartition()
    return time.perf_counter() - begun, partition.getVector()


if __name__ == "__main__":
    who, nodes, file, out = sys.argv[1:]
    pairs = np.fromfile(file, dtype="<u4").reshape(-1, 2)
    seconds, of = {"igraph": by_igraph, "networkit": by_networkit}[who](int(nodes), pairs)
    np.unique(np.asarray(of), return_inverse=True)[1].astype("<u4").tofile(out)
    print(json.dumps({"seconds": seconds}))
