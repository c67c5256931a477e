#!/usr/bin/env python3
"""Writes the results of a `make bench` into docs/performance.md, between its markers, and the plot
beside it.

  page.py RESULTS.json
"""

import json
import os
import sys

import plot
import table

DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs")
BEGIN, END = "<!-- results: make bench-page -->", "<!-- end of results -->"


def text_of(report):
    about = report["about"]
    return "\n".join([
        f"Commit {about['commit']}, {about['date']}: {about['cores']} cores of an {about['model']}, Linux "
        f"{about['kernel']}, medians of {about['repeat']}"
        f"{' (quick)' if about['size'] != 'full' else ''}; load of the machine at the start "
        f"{about['load']:.1f}.",
        "", table.as_markdown(report), "", "![The figures as bars](performance.svg)"])


def main():
    with open(sys.argv[1]) as file:
        report = json.load(file)
    path = os.path.join(DOCS, "performance.md")
    with open(path) as file:
        page = file.read()
    head, rest = page.split(BEGIN)
    tail = rest.split(END)[1]
    with open(path, "w") as file:
        file.write(f"{head}{BEGIN}\n{text_of(report)}\n{END}{tail}")
    with open(os.path.join(DOCS, "performance.svg"), "w") as file:
        file.write(plot.svg(report))


if __name__ == "__main__":
    main()
