"""What g++ 12 miscompiles in coroutines, and what dangles in them, is not written.

In one full expression with `co_await`, a braced temporary or a capturing lambda is destroyed twice:
such a value gets a name first. A coroutine outlives the call that started it, so it takes its
parameters by value, and no capturing lambda is a coroutine, as the captures die with the lambda.
"""

import re

import tree

COMMENT_OR_LITERAL = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""", re.DOTALL
)
ATTRIBUTE = re.compile(r"\[\[.*?\]\]")
OPENS_BLOCK = re.compile(
    r"(?:^|\)|\belse|\bdo|\btry|\bconst|\bnoexcept|\boverride|->\s*[\w:]+(?:<.*>)?)\s*$"
)
CAPTURING_COROUTINE = re.compile(
    r"\[[^\[\]]+\]\s*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\s*(?:mutable\s*)?->\s*(?:\w+::)*Task<"
)
TASK_DEFINITION = re.compile(r"\bTask<[^;{}()=]*?>\s+[\w:]+\(([^;{}]*?)\)\s*(?:const\s*)?\{")
DANGLING_PARAMETER = re.compile(r"string_view\b|const std::(?:string|vector)\b[^,]*&|&&")


def code_of(text):
    """The text with comments and literals blanked, every line and column in its place."""

    def blank(match):
        word = match[0]
        blanks = re.sub(r"[^\n]", " ", word)
        return f'"{blanks[2:]}"' if word.startswith('"') and len(word) > 1 else blanks

    return COMMENT_OR_LITERAL.sub(blank, text)


def statements(code):
    """Pairs of offset and statement. The brace of a block ends one, that of a value is part of it."""
    braces, begin, text = [], 0, ""
    for offset, char in enumerate(code):
        if char == "{":
            braces.append(bool(OPENS_BLOCK.search(text)))
        ends = char == ";" or (char == "{" and braces[-1]) or (char == "}" and braces and braces.pop())
        if ends:
            yield begin, text
            text = ""
        elif text or not char.isspace():
            begin = begin if text else offset
            text += char
    yield begin, text


def body_at(code, begin):
    """What stands between the brace before `begin` and the one that closes it."""
    depth = 1
    for offset in range(begin, len(code)):
        depth += {"{": 1, "}": -1}.get(code[offset], 0)
        if depth == 0:
            return code[begin:offset]
    return code[begin:]


def line_of(code, offset):
    return code.count("\n", 0, offset) + 1


def findings(project):
    for path in project.files(".h", ".cc", under="src") + project.files(".h", ".cc", under="tests/unit"):
        code = code_of(project.text(path))
        for offset, statement in statements(code):
            awaited = statement.find("co_await")
            if awaited >= 0 and re.search(r"[\[{]", ATTRIBUTE.sub("", statement)):
                yield (
                    f"{path}:{line_of(code, offset + awaited)}: name the value first: no [ or {{ in "
                    "a statement with co_await"
                )
        for match in CAPTURING_COROUTINE.finditer(code):
            yield f"{path}:{line_of(code, match.start())}: a coroutine may not be a capturing lambda"
        for match in TASK_DEFINITION.finditer(code):
            is_coroutine = re.search(r"\bco_(?:await|return)\b", body_at(code, match.end()))
            if is_coroutine and DANGLING_PARAMETER.search(match[1]):
                yield (
                    f"{path}:{line_of(code, match.start())}: a coroutine takes strings and moved "
                    "values by value"
                )


if __name__ == "__main__":
    tree.main(findings)
