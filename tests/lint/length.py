"""No file of code is longer than 400 lines: what grows beyond that is more than one thing."""

import tree

LIMIT = 400
CODE = (".h", ".cc", ".def", ".py", ".js", ".mjs", ".ts", ".vue", ".css", ".html", ".mk", ".lua")
# Written by a generator, for programs and for looking things up.
GENERATED = ("html/src/protocol/",)


def findings(project):
    for path in project.files(*CODE):
        if str(path).startswith(GENERATED):
            continue
        count = len(project.text(path).splitlines())
        if count > LIMIT:
            yield f"{path}:{LIMIT}: {count} lines, {LIMIT} at most"


if __name__ == "__main__":
    tree.main(findings)
