"""A room of html/src imports itself and rooms of a lower rank only, and what people wrote never becomes markup.

`protocol`, `connection` and `call` do without a framework, so that they run wherever JavaScript does.
"""

import re

import tree

SOURCES = "html/src"
RANKS = {
    "design": 0, "locales": 0, "protocol": 0, "text": 0,
    "connection": 1,
    "call": 2,
    "stores": 3,
    "i18n.ts": 4,
    "components": 5,
    "App.vue": 6, "router.ts": 6,
    "main.ts": 7,
}
BARE_ROOMS = {"protocol", "connection", "call"}
FRAMEWORK = re.compile(r"(?:vue|pinia|reka-ui|@vue/|@vueuse/|@lucide/)")
IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]""")
MARKUP = re.compile(r"\bv-html\b|\b(?:inner|outer)HTML\s*\+?=|\binsertAdjacentHTML\b|\bdocument\.write\b")


def findings(project):
    for path in project.files(".ts", ".vue", under=SOURCES):
        if path.name.endswith((".test.ts", ".d.ts")):
            continue
        room = path.parts[2]
        if room not in RANKS:
            yield f"{path}:1: the room {room} has no rank"
            continue
        for number, line in project.lines(path):
            if MARKUP.search(line):
                yield f"{path}:{number}: makes markup of a text"
            for imported in IMPORT.findall(line):
                problem = problem_of(project, path, room, imported)
                if problem:
                    yield f"{path}:{number}: {problem}"


def problem_of(project, path, room, imported):
    if not imported.startswith("."):
        bare = room in BARE_ROOMS and FRAMEWORK.match(imported)
        return f"{room} does without {imported}" if bare else None
    target = (project.root / path.parent / imported).resolve().relative_to(project.root.resolve())
    if target.parts[:2] != ("html", "src"):
        return f"{imported} lies outside of {SOURCES}"
    other = target.parts[2]
    other = other if other in RANKS else f"{other}.ts"
    if other not in RANKS:
        return f"the room {target.parts[2]} has no rank"
    if other != room and RANKS[other] >= RANKS[room]:
        return f"{room} (rank {RANKS[room]}) imports {other} (rank {RANKS[other]})"
    return None


if __name__ == "__main__":
    tree.main(findings)
