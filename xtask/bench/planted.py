"""Cells planted in published election posts: synthetic on real. Prints a line of JSON a measurement.

    planted.py AVERT POSTS.csv FOLDER

A cell works in two kinds of things out of links, hashtags and images. Now and then, as often as ordinary
accounts post, most of its members bring out the same thing, each some minutes after the other (median ten,
at most six hours); the thing is new, and picked up by others, or one that is popular already. Camouflage is
copies of other people's posts at other people's times, as a share of what a member does.

The null draws the times of each thing anew within its lifetime, a day at least, as the hours of the day
are used: nobody acts together in time any more.
"""

import json
import subprocess
import sys
from pathlib import Path

import igraph
import leidenalg
import numpy as np
import pandas as pd
from scipy import sparse
from UGFraud.Detector.Fraudar import detectMultiple, logWeightedAveDegree

COLUMNS = {"url_id": "link", "hashtag_id": "hashtag", "domain_id": "domain", "phash_id": "x-image"}
KINDS = ["url_id", "hashtag_id", "phash_id"]
CELLS = 12
SEEDS = [901, 902]
SIZES = [3, 5, 10, 20]
CAMOUFLAGE = [0.0, 0.1, 0.2, 0.3]
SHUFFLES = range(950, 960)


def posts(path):
    read = pd.read_csv(path, usecols=["account_id", "timestamp", *COLUMNS])
    return read.rename(columns={"account_id": "account", "timestamp": "at"})


class Planter:
    def __init__(self, all_posts):
        self.posts = all_posts
        self.carrying = all_posts.dropna(how="all", subset=list(COLUMNS)).reset_index(drop=True)
        counts = all_posts.groupby("account").size()
        self.activity = counts[(counts >= 5) & (counts <= 40)].to_numpy()
        self.times = all_posts["at"].to_numpy()
        self.accounts = all_posts["account"].to_numpy()
        self.moments = {}
        for kind in KINDS:
            of = self.carrying.dropna(subset=[kind])
            popular = of.groupby(kind)["account"].nunique()
            popular = popular[popular >= 10].index
            moments = of[of[kind].isin(popular)].groupby(kind)["at"]
            self.moments[kind] = {thing: times.to_numpy() for thing, times in moments}
        linked = self.carrying.dropna(subset=["url_id", "domain_id"])
        self.domain = linked.drop_duplicates("url_id").set_index("url_id")["domain_id"].to_dict()
        self.domains = linked["domain_id"].to_numpy()
        self.next = 10_000_000

    def cell(self, members, camouflage, chance):
        one, other = chance.choice(KINDS, 2, replace=False)
        rows, done = [], dict.fromkeys(members, 0)
        for _ in range(int(chance.choice(self.activity))):
            kinds = [[one], [other], [one, other]][chance.integers(3)]
            things, begins = {}, float(chance.choice(self.times))
            for kind in kinds:
                if chance.random() < 0.6:
                    things[kind], self.next = self.next, self.next + 1
                    if kind == "url_id":
                        things["domain_id"] = chance.choice(self.domains)
                    for _ in range(chance.poisson(0.5)):
                        picked = {kind: things[kind], "account": chance.choice(self.accounts)}
                        if kind == "url_id":
                            picked["domain_id"] = things["domain_id"]
                        rows.append({**picked, "at": begins + chance.random() * 86_400})
                else:
                    known = list(self.moments[kind])
                    thing = known[chance.integers(len(known))]
                    things[kind], begins = thing, float(chance.choice(self.moments[kind][thing]))
                    if kind == "url_id" and thing in self.domain:
                        things["domain_id"] = self.domain[thing]
            for member in members:
                if chance.random() < 0.9:
                    delay = min(chance.lognormal(np.log(600), 1.2), 21_600)
                    rows.append({**things, "account": member, "at": begins + delay})
                    done[member] += 1
        for member in members:
            copies = int(done[member] * camouflage / (1 - camouflage) + chance.random()) if camouflage else 0
            for _ in range(copies):
                row = self.carrying.iloc[int(chance.integers(len(self.carrying)))]
                things = {kind: row[kind] for kind in COLUMNS}
                rows.append({**things, "account": member, "at": float(chance.choice(self.times))})
        return rows

    def plant(self, size, camouflage, seed):
        chance = np.random.default_rng([seed, size, int(camouflage * 100)])
        cells = [[f"planted_{cell}_{member}" for member in range(size)] for cell in range(CELLS)]
        rows = [row for cell in cells for row in self.cell(cell, camouflage, chance)]
        return pd.concat([self.posts, pd.DataFrame(rows)], ignore_index=True), cells


def shuffled(all_posts, seed):
    """One row a touch, at a time drawn anew."""
    chance = np.random.default_rng(seed)
    tables = []
    for kind in COLUMNS:
        touches = all_posts[["account", "at", kind]].dropna().drop_duplicates().copy()
        hours = np.bincount((touches["at"] // 3600 % 24).astype(int), minlength=24)
        accept = hours / hours.max()
        lifetime = touches.groupby(kind)["at"]
        first, last = lifetime.transform("min").to_numpy(), lifetime.transform("max").to_numpy()
        pad = np.maximum(0, (86_400 - (last - first)) / 2)
        first, last = first - pad, last + pad
        drawn, open_ = np.empty(len(touches)), np.arange(len(touches))
        while len(open_):
            at = np.floor(first[open_] + chance.random(len(open_)) * (last - first)[open_])
            taken = chance.random(len(open_)) < accept[(at // 3600 % 24).astype(int)]
            drawn[open_[taken]] = at[taken]
            open_ = open_[~taken]
        touches["at"] = drawn
        tables.append(touches)
    return pd.concat(tables, ignore_index=True)


class Avert:
    def __init__(self, binary, folder):
        self.binary, self.folder, self.number = binary, folder, 0

    def run(self, *words):
        done = subprocess.run([self.binary, "--quiet", *words], capture_output=True, text=True)
        if done.returncode > 1:
            raise RuntimeError(done.stderr)
        return done.stdout

    def networks(self, table):
        """The accounts proposed for takedown, network by network."""
        self.number += 1
        data = self.folder / f"data{self.number}"
        self.run("init", str(data))
        write(table, data / "posts.csv")
        emits = "".join(
            f'[[source.emit]]\nverb = "post"\nlayer = "{layer}"\ncolumns = {{ object = "{kind}" }}\n'
            for kind, layer in COLUMNS.items()
        )
        (data / "mapping.toml").write_text(
            'platform = "posts"\n[accounts]\nunknown = "add"\n[[source]]\nfile = "posts.csv"\n'
            'format = "csv"\ntable = "actions"\ncolumns = { account = "account", at = "at" }\n'
            f'time = "epoch-s"\n{emits}'
        )
        self.run("--data", str(data), "ingest", str(data / "mapping.toml"))
        found = json.loads(self.run("--data", str(data), "--format", "json", "detect"))
        proposed = [
            [member["account"] for member in finding["members"] if member["proposed"]]
            for finding in found["findings"]
        ]
        return [network for network in proposed if network]

    def communities(self, table):
        """As researchers do: co-action within a minute, twice at least, in any layer; then Leiden.

        The edges are those of the coordination-network-toolkit: `cargo xtask bench coact` compares
        every one of them."""
        weights = {}
        for kind in COLUMNS:
            rows = table[["account", kind, "at"]].dropna()
            write(rows, self.folder / "layer.csv")
            edges = self.folder / "edges.csv"
            self.run("coact", str(self.folder / "layer.csv"), "--account", "account", "--object", kind,
                     "--time", "at", "--window", "60s", "--min-weight", "2", "--out", str(edges))
            for row in pd.read_csv(edges).itertuples():
                pair = tuple(sorted((str(row.account_a), str(row.account_b))))
                weights[pair] = weights.get(pair, 0) + row.weight
        names = sorted({name for pair in weights for name in pair})
        number = {name: place for place, name in enumerate(names)}
        graph = igraph.Graph(len(names), [(number[a], number[b]) for a, b in weights])
        found = leidenalg.find_partition(
            graph, leidenalg.ModularityVertexPartition, weights=list(weights.values()), seed=1
        )
        return [[names[node] for node in part] for part in found if len(part) >= 3]


def write(table, path):
    table = table.copy()
    table["at"] = table["at"].round().astype("int64")
    for kind in COLUMNS:
        if kind in table:
            table[kind] = table[kind].astype("Int64")
    table.to_csv(path, index=False)


def fraudar(table):
    """Dense blocks of accounts and things; as many as there are cells."""
    rows, columns, width = [], [], 0
    accounts, names = pd.factorize(table["account"])
    for kind in COLUMNS:
        held = table[kind].notna().to_numpy()
        things, known = pd.factorize(table[kind][held])
        rows.append(accounts[held])
        columns.append(things + width)
        width += len(known)
    ones = np.ones(sum(map(len, rows)))
    matrix = sparse.coo_matrix((ones, (np.concatenate(rows), np.concatenate(columns))))
    matrix = matrix.tocsr()
    matrix.data[:] = 1
    blocks = detectMultiple(matrix.tolil(), logWeightedAveDegree, CELLS)
    return [[names[row] for row in block[0][0]] for block in blocks]


def accounts_of(networks):
    return {account for network in networks for account in network}


def score(networks, cells, before):
    """Whoever is found without planting, too, is neither right nor wrong: nobody knows."""
    planted, found = accounts_of(cells), accounts_of(networks)
    right, wrong = found & planted, found - planted - before
    return {
        "recall": len(right) / len(planted),
        "precision": len(right) / (len(right) + len(wrong)) if right or wrong else None,
        "right": len(right),
        "wrong": len(wrong),
        "put_aside": len(found & before),
    }


def say(**what):
    print(json.dumps(what), flush=True)


def main():
    binary, path, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    avert, all_posts = Avert(binary, folder), posts(path)
    planter = Planter(all_posts)
    methods = {
        "avert": avert.networks,
        "co-action within 60 s, leidenalg": avert.communities,
        "FRAUDAR (UGFraud)": fraudar,
    }
    before = {}
    for name, method in methods.items():
        found = method(all_posts)
        before[name] = accounts_of(found)
        say(method=name, what="unplanted", networks=len(found), accounts=len(before[name]))
    for seed in SEEDS:
        for size in SIZES:
            for camouflage in CAMOUFLAGE:
                table, cells = planter.plant(size, camouflage, seed)
                for name, method in methods.items():
                    peer_runs = seed == SEEDS[0] and camouflage in (0.0, 0.3)
                    if name != "avert" and not (peer_runs and ("FRAUDAR" not in name or camouflage)):
                        continue
                    told = score(method(table), cells, before[name])
                    say(method=name, what="planted", seed=seed, size=size, camouflage=camouflage, **told)
    for seed in SHUFFLES:
        found = avert.networks(shuffled(all_posts, seed))
        say(method="avert", what="shuffled", seed=seed, networks=len(found), accounts=len(accounts_of(found)))


main()
