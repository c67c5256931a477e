"""A room of src/ includes itself and rooms of a lower rank only, always by `room/file.h`.

The ranks are those of the Makefile, which links every room's unit tests with just the rooms below.
"""

import re

import tree

INCLUDE = re.compile(r'\s*#\s*include\s+"([^"]+)"')


def ranks(project):
    """The Makefile's rooms: name -> rank."""
    rows = re.findall(r"^ROOMS_(\d+) = (.*)$", project.text("Makefile"), re.MULTILINE)
    return {room: int(rank) for rank, rooms in rows for room in rooms.split()}


def findings(project):
    rank_of = ranks(project)
    sources = project.files(".h", ".cc", ".def", under="src")
    tests = project.files(".h", ".cc", under="tests/unit")
    for path in sources + tests:
        within = path.parts[1:] if path.parts[0] == "src" else path.parts[2:]
        room = within[0]
        if len(within) == 1:  # src/main.cc stands above all rooms
            continue
        if room not in rank_of:
            yield f"{path}:1: the room {room}/ has no rank in the Makefile"
            continue
        for number, line in project.lines(path):
            include = INCLUDE.match(line)
            if not include:
                continue
            other = include[1].split("/")[0]
            if other == room or (path.parts[0] == "tests" and not (project.root / "src" / include[1]).exists()):
                continue
            if other not in rank_of:
                yield f'{path}:{number}: "{include[1]}" does not start with a room'
            elif rank_of[other] >= rank_of[room]:
                yield (
                    f"{path}:{number}: {room}/ (rank {rank_of[room]}) includes "
                    f"{other}/ (rank {rank_of[other]})"
                )


if __name__ == "__main__":
    tree.main(findings)
