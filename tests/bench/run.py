#!/usr/bin/env python3
"""The bench: chatd and others on this machine, in this run, one after the other in turn.

Prints a line for each measurement, and at the end a table of the medians with their spread. The
results go to BUILD/bench/results.json, each figure's to BUILD/bench/FIGURE.json.
"""

import argparse
import json
import os
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in (HERE, os.path.join(HERE, "..", "integration")):
    sys.path.insert(0, folder)


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [figure.name for figure in FIGURES]
    parser.add_argument("--build", default="build", help="where the programs are")
    parser.add_argument("--quick", dest="size", action="store_const", const="quick", default="full",
                        help="shorter, and once each: rough figures")
    parser.add_argument("--smoke", dest="size", action="store_const", const="smoke",
                        help="so small that the figures mean nothing: does it all work?")
    parser.add_argument("--repeat", type=int, help="measurements of each (5, or 1)")
    parser.add_argument("--figures", help="some of " + ",".join(names))
    parser.add_argument("--peers", help="some of " + ",".join(PEERS))
    chosen = parser.parse_args()
    chosen.repeat = chosen.repeat or (5 if chosen.size == "full" else 1)
    chosen.figures = chosen.figures.split(",") if chosen.figures else names
    chosen.peers = chosen.peers.split(",") if chosen.peers else present()
    for name in chosen.figures:
        if name not in names:
            parser.error(f"no such figure: {name}")
    for name in chosen.peers:
        if name not in PEERS:
            parser.error(f"no such peer: {name}")
    return chosen


class Servers:
    """Those that are running, started when first asked for."""

    def __init__(self, folder):
        self.folder = folder
        self.certificate = Certificate(folder)
        self.running = {}
        self.started = 0

    def get(self, name, tls, **settings):
        if (name, tls) not in self.running:
            self.started += 1
            directory = os.path.join(self.folder, f"p{self.started}")
            server = PEERS[name](directory, self.certificate if tls else None, **settings)
            self.running[name, tls] = server
            server.start()
        return self.running[name, tls]

    def stop(self):
        for server in self.running.values():
            server.stop()
        self.running.clear()


def measure(figure, chosen, servers, failures):
    """{case: {peer: {name: [values]}}}"""
    results = {}
    peers = chosen.peers
    if figure.only:
        peers = [figure.only] if {"chatd", figure.only} & set(chosen.peers) else []
    for turn in range(min(chosen.repeat, figure.repeat_most)):
        for case in figure.cases:
            for peer in peers:
                values = attempt(figure, case, peer, servers, failures)
                of_peer = results.setdefault(case, {}).setdefault(peer, {})
                for name, value in values.items():
                    of_peer.setdefault(name, []).append(value)
                shown = "  ".join(f"{name} {value:.4g}" for name, value in values.items())
                print(f"{figure.name:8} {case:12} {peer:10} {turn + 1}: {shown}", flush=True)
    servers.stop()
    return results


def attempt(figure, case, peer, servers, failures):
    """The numbers; none when a server could not bear it, which is noted."""
    try:
        server = servers.get(peer, figure.tls(case), **figure.settings(case))
        values = figure.measure(case, server)
    except (AssertionError, OSError, RuntimeError) as problem:
        failures.append(f"{figure.name} {case} {peer}: {problem}"[:1000])
        print(failures[-1], flush=True)
        values = {}
    if figure.fresh or not values:
        servers.stop()
    return values


def main():
    chosen = options()
    most_connections()  # raises the limit of descriptors for the servers, too
    begun = time.monotonic()
    out = os.path.join(chosen.build, "bench")
    os.makedirs(out, exist_ok=True)
    report = {"about": about(chosen), "figures": {}}
    failures = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        servers = Servers(folder)
        try:
            for figure in FIGURES:
                if figure.name not in chosen.figures:
                    continue
                results = measure(figure(chosen.size), chosen, servers, failures)
                report["figures"][figure.name] = results
                with open(os.path.join(out, f"{figure.name}.json"), "w") as file:
                    json.dump({"about": report["about"], figure.name: results}, file, indent=1)
        finally:
            servers.stop()
    report["about"]["seconds"] = round(time.monotonic() - begun)
    with open(os.path.join(out, "results.json"), "w") as file:
        json.dump(report, file, indent=1)
    print("\n" + table.as_text(report))
    for failure in failures:
        print("failed: " + failure)
    return 1 if failures else 0


if __name__ == "__main__":
    from clients import most_connections
    import chat_figures
    import file_figures
    import figures
    from harness.certificate import Certificate
    from peers import PEERS, present
    import table
    FIGURES = figures.FIGURES + chat_figures.FIGURES + file_figures.FIGURES
    from about import about
    sys.exit(main())
