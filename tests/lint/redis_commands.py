"""The commands that the server may use in its own Redis are those that it uses, no more and no less.

They stand in src/store/redis_commands.h and become the rights of its Redis user.
"""

import re

import tree

LIST = "src/store/redis_commands.h"
ALLOWED = re.compile(r'^    "([A-Z]+)(?:\|[A-Z]+)?",$', re.M)
# redis.call('GET', …) and redis_.command("GET", …)
USED = re.compile(r"""(?:\bredis\.p?call|command)\(\s*["']([A-Z]+)["']""")
# Words of commands that are put together otherwise: {"XREAD", …} or = "EVAL"
LITERAL = re.compile(r"""["']([A-Z]{3,})["']""")


def findings(project):
    allowed = set(ALLOWED.findall(project.text(LIST)))
    seen = set()
    for path in project.files(".cc", ".h"):
        if str(path) == LIST or not str(path).startswith("src/"):
            continue
        text = project.text(path)
        seen.update(LITERAL.findall(text))
        for match in USED.finditer(text):
            if match[1] not in allowed:
                line = text.count("\n", 0, match.start()) + 1
                yield f"{path}:{line}: {match[1]} is not in {LIST}"
    for name in sorted(allowed - seen):
        yield f"{LIST}:1: {name} is used nowhere"


if __name__ == "__main__":
    tree.main(findings)
