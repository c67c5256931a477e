"""Every relative link in the project's pages leads to a file that is there, and to a heading in it."""

import re

import tree

LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def anchors(text):
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def findings(project):
    for page in project.files(".md"):
        for number, line in project.lines(page):
            for target in LINK.findall(line):
                if re.match(r"[a-z]+:", target):
                    continue
                name, _, anchor = target.partition("#")
                file = project.root / page.parent / name if name else project.root / page
                if not file.exists():
                    yield f"{page}:{number}: {target} is not there"
                elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text()):
                    yield f"{page}:{number}: {name or page} has no heading #{anchor}"


if __name__ == "__main__":
    tree.main(findings)
