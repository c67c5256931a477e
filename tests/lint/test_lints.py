"""The project passes every lint, and every lint finds what it is there to find."""

import importlib

import pytest

from tree import PROJECT, Tree

LINTS = ["client_layers", "coroutines", "headers", "hygiene", "layers", "layout", "length", "links", "redis_commands",
         "shown_by"]

RANKS = {"Makefile": "ROOMS_0 = base\nROOMS_1 = net protocol\nROOMS_2 = session\n"}
HEADER = "// A thing.\n#pragma once\n"
COMMANDS = {"src/store/redis_commands.h": '    "GET",\n    "XINFO|STREAM",\n'}
SHOWN = {
    "Makefile": RANKS["Makefile"] + "all:  ## all\n",
    "tests/integration/test_a.py": 'PARTS = ["big"]\n\n\nasync def test_it_is_good(server):\n    pass\n',
    "tests/unit/net/a_test.cc": "TEST(PlainTest, IsGoodAsItIs) {}\n",
}

# lint, name of the case, files beside RANKS, what the findings say (none: clean)
CASES = [
    ("layers", "lower rank", {"src/session/a.h": '#include "net/b.h"\n'}, []),
    ("layers", "same room", {"src/net/a.h": '#include "net/b.h"\n'}, []),
    ("layers", "higher rank", {"src/net/a.h": '#include "session/b.h"\n'}, ["src/net/a.h:1: net/"]),
    ("layers", "same rank", {"src/net/a.cc": '\n#include "protocol/b.h"\n'}, ["src/net/a.cc:2:"]),
    ("layers", "no room", {"src/net/a.h": '#include "b.h"\n'}, ["does not start with a room"]),
    ("layers", "unknown room", {"src/attic/a.h": ""}, ["the room attic/ has no rank"]),
    (
        "layers",
        "a test of a higher room",
        {"src/session/b.h": "", "tests/unit/net/a_test.cc": '#include "session/b.h"\n'},
        ["tests/unit/net/a_test.cc:1:"],
    ),
    ("client_layers", "lower rank", {"html/src/stores/a.ts": "import { b } from '../connection/b';\n"}, []),
    (
        "client_layers",
        "higher rank",
        {"html/src/connection/a.ts": "\nimport type { B } from '../stores/b';\n"},
        ["html/src/connection/a.ts:2: connection (rank 1) imports stores"],
    ),
    (
        "client_layers",
        "loaded late",
        {"html/src/stores/a.ts": "const b = () => import('../components/b.vue');\n"},
        ["html/src/stores/a.ts:1: stores (rank 3) imports components"],
    ),
    (
        "client_layers",
        "framework",
        {"html/src/connection/a.ts": "import { ref } from 'vue';\n", "html/src/stores/a.ts": "import { ref } from 'vue';\n"},
        ["connection does without vue"],
    ),
    ("client_layers", "unknown room", {"html/src/attic/a.ts": ""}, ["the room attic has no rank"]),
    ("client_layers", "markup", {"html/src/components/a.vue": '<p v-html="text" />\n'}, ["a.vue:1: makes markup"]),
    ("coroutines", "plain", {"src/net/a.cc": "void f() { auto x = co_await g(y); }\n"}, []),
    ("coroutines", "block", {"src/net/a.cc": "if (co_await g(y)) {\n  h();\n} else { }\n"}, []),
    ("coroutines", "attribute", {"src/net/a.cc": "[[maybe_unused]] int x = co_await g();\n"}, []),
    ("coroutines", "comment", {"src/net/a.cc": "co_await g();  // not {a}[0]\n"}, []),
    ("coroutines", "literal", {"src/net/a.cc": 'co_await g("{[");\n'}, []),
    ("coroutines", "aggregate", {"src/net/a.cc": "co_await f(Message{a, b});\n"}, ["a.cc:1: name"]),
    ("coroutines", "braced list", {"src/net/a.cc": "co_await f({a, b});\n"}, ["a.cc:1: name"]),
    ("coroutines", "vector", {"src/net/a.cc": "co_await f(std::vector<int>{1});\n"}, ["a.cc:1:"]),
    ("coroutines", "lambda", {"src/net/a.cc": "co_await f([&](int x) { g(x); });\n"}, ["a.cc:1:"]),
    ("coroutines", "on two lines", {"src/net/a.cc": "f(Message{a},\n  co_await g());\n"}, ["a.cc:2:"]),
    (
        "coroutines",
        "capturing coroutine",
        {"src/net/a.cc": "auto f = [this](int x) -> coro::Task<void> { co_return; };\n"},
        ["a coroutine may not be a capturing lambda"],
    ),
    (
        "coroutines",
        "plain lambda",
        {"src/net/a.cc": "auto f = [](int x) -> coro::Task<void> { co_return; };\n"},
        [],
    ),
    (
        "coroutines",
        "dangling parameter",
        {"src/net/a.cc": "\ncoro::Task<int> A::find(std::string_view name) {\n  co_return 1;\n}\n"},
        ["src/net/a.cc:2: a coroutine takes strings"],
    ),
    (
        "coroutines",
        "parameter by value",
        {"src/net/a.cc": "coro::Task<int> find(std::string name, Store& s) {\n  co_return 1;\n}\n"},
        [],
    ),
    (
        "coroutines",
        "function that hands on a task",
        {"src/net/a.cc": "coro::Task<int> find(std::string_view name) {\n  return get(name);\n}\n"},
        [],
    ),
    ("headers", "alone", {"src/net/a.h": HEADER + "#include <string>\nstd::string f();\n"}, []),
    ("headers", "incomplete", {"src/net/a.h": HEADER + "std::string f();\n"}, ["not compile alone"]),
    ("headers", "no pragma", {"src/net/a.h": "// A thing.\n"}, ["#pragma once is missing"]),
    ("headers", "no purpose", {"src/net/a.h": "#pragma once\n\n#pragma once\n"}, ["opens with its"]),
    (
        "headers",
        "own header first",
        {"src/net/a.h": HEADER, "src/net/a.cc": '// A.\n#include "net/a.h"\n#include <string>\n'},
        [],
    ),
    (
        "headers",
        "own header late",
        {"src/net/a.h": HEADER, "src/net/a.cc": '#include <string>\n#include "net/a.h"\n'},
        ["src/net/a.cc:1: the first include"],
    ),
    ("length", "400 lines", {"src/net/a.cc": "\n" * 400}, []),
    ("length", "401 lines", {"src/net/a.cc": "\n" * 401}, ["401 lines, 400 at most"]),
    ("hygiene", "fine", {"a.md": "text\n", "src/net/a.cc": "a / root / b;\n"}, []),
    ("hygiene", "local path", {"a.md": "\nsee /ro" "ot/notes\n"}, ["a.md:2: a path"]),
    ("hygiene", "registry", {"a.json": "https://registry.npm" "js.org/x\n"}, ["host of a registry"]),
    ("hygiene", "private key", {"k": "-----BEGIN " "PRIVATE KEY-----\n"}, ["k:1: a private key"]),
    ("hygiene", "note to self", {"a.cc": "// TO" "DO: later\n"}, ["a note to self"]),
    ("hygiene", "blanks", {"a.cc": "int a; \n"}, ["blanks at the end"]),
    ("hygiene", "tab", {"a.cc": "\tint a;\n"}, ["a tab"]),
    ("hygiene", "last newline", {"a.cc": "int a;"}, ["no newline at the end"]),
    ("hygiene", "built files", {"build/a.cc": "int a; \n"}, []),
    ("links", "there", {"a.md": "# One Two\n[b](b.md) [c](#one-two)\n", "b.md": ""}, []),
    ("links", "elsewhere", {"a.md": "[b](https://example.org/b.md)\n"}, []),
    ("links", "missing file", {"a.md": "[b](b.md)\n"}, ["a.md:1: b.md is not there"]),
    ("links", "missing heading", {"a.md": "# One\n[b](#two)\n"}, ["a.md has no heading #two"]),
    (
        "redis_commands",
        "the same",
        {**COMMANDS, "src/store/a.cc": 'redis.call(\'GET\', k)\nf({"XINFO", "STREAM"});\n'},
        [],
    ),
    (
        "redis_commands",
        "one missing, one not used",
        {**COMMANDS, "src/store/a.cc": '\nredis_.command("SET", k); f("GET");\n'},
        ["src/store/a.cc:2: SET is not in", "XINFO is used nowhere"],
    ),
    (
        "shown_by",
        "there",
        {**SHOWN, "docs/a.md": '`make all`, `integration/test_a.py -k "good or big"`, `make unit-net` (`PlainTest`, `IsGood…`)\n'},
        [],
    ),
    (
        "shown_by",
        "not there",
        {**SHOWN, "docs/a.md": "`make none`\n`integration/test_b.py`\n`integration/test_a.py -k bad`\n`-k good`\n"
                               "`pytest -k good tests/integration/test_a.py`, `--gtest_filter='Other*'`\n"},
        ["docs/a.md:1: there is no make none", "test_b.py is not there", "no test of tests/integration/test_a.py is called bad",
         "-k good in no file", "docs/a.md:5: no unit test is called Other"],
    ),
    ("layout", "as formatted", {"src/net/a.cc": "int a = 1;\n"}, []),
    ("layout", "not formatted", {"src/net/a.cc": "int  a=1;\n"}, ["src/net/a.cc:1: not laid out"]),
]


@pytest.mark.parametrize("lint", LINTS)
def test_the_project_is_clean(lint):
    found = list(importlib.import_module(lint).findings(Tree(PROJECT)))
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("lint, case, files, expected", CASES, ids=[f"{c[0]}: {c[1]}" for c in CASES])
def test_the_lint_finds(lint, case, files, expected, tmp_path):
    for name, text in {**RANKS, ".clang-format": "BasedOnStyle: Google\n", **files}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = list(importlib.import_module(lint).findings(Tree(tmp_path)))
    assert len(found) == len(expected), found
    for text, line in zip(expected, found):
        assert text in line
