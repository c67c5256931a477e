"""The results as one table: medians, with the spread where something was measured more than once."""

import statistics

from rows import ROWS, short

# Which servers have a column. What is measured of chatd alone is chatd's, whatever it was set up as.
COLUMNS = ("chatd", "chatd-json", "floor", "uws", "ws", "socket.io", "nchan", "external")
ALIASES = {"chatd-pair": "chatd"}


def median(values):
    return statistics.median(values)


def spread(values):
    """Half of what lies between the least and the most, as a share of the median."""
    middle = median(values)
    return (max(values) - min(values)) / 2 / abs(middle) if middle else 0.0


def of(report, figure, case):
    """{column: {name: values}}"""
    found = {}
    for peer, values in report["figures"].get(figure, {}).get(case, {}).items():
        found[ALIASES.get(peer, peer)] = values
    if figure == "workers" and case == "two" and found:
        one = median(report["figures"][figure]["one"]["chatd"]["per_cpu_of_busiest"])
        two = found["chatd"]["per_cpu_of_busiest"]
        found["chatd"] = {**found["chatd"], "ratio": [value / one for value in two]}
    return found


def cell(row, values):
    if not values or row.value not in values:
        return ""
    text = short(median(values[row.value]))
    if len(values[row.value]) > 1:
        text += f" ±{spread(values[row.value]):.0%}"
    if row.p99 and row.p99 in values:
        text += f" ({short(median(values[row.p99]))} ms)"
    return text


def build(report):
    """(header, rows of cells): only columns and rows that have something in them."""
    rows = []
    for row in ROWS:
        values = of(report, row.figure, row.case)
        cells = {column: cell(row, values.get(column)) for column in COLUMNS}
        if any(cells.values()):
            ours = values.get("chatd", values.get("chatd-json", {})).get(row.value)
            uws = values.get("uws", {}).get(row.value)
            uws = median(uws) if uws else None
            verdict = row.met(median(ours), uws) if ours else None
            mark = {None: "", True: "✓ ", False: "✗ "}[verdict]
            rows.append([row.label, cells, mark + row.target(uws)])
    columns = [column for column in COLUMNS if any(cells[column] for _, cells, _ in rows)]
    header = ["median ± spread (p99)", *columns, "target"]
    return header, [[label, *(cells[column] for column in columns), target]
                    for label, cells, target in rows]


def as_text(report):
    header, rows = build(report)
    widths = [max(len(line[place]) for line in [header, *rows]) for place in range(len(header))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip()
                     for line in [header, *rows])


def as_markdown(report):
    header, rows = build(report)
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
