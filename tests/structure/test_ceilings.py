"""Nothing grows beyond what a reader holds in mind: files of at most 600 lines, functions of at
most 70, control flow nested at most 3 deep, lines of at most 100 columns with tabs of 8."""
import re

from source import MAY_INCLUDE, TREE, code, files, plant

LINES, FUNCTION, DEPTH, COLUMNS = 600, 70, 3, 100
SCRIPTS = ["check", "demo", "fuzz-long", "tests/setup", "tests/host/boot", "tests/service/boot"]


def functions(text):
    """(name, first line, body lines) of each function: a body stands between braces at column 0."""
    start = head = None
    for number, line in enumerate(text.splitlines(), 1):
        if line == "{":
            start = number
        elif start and line.startswith("}"):
            yield head, start, text.splitlines()[start - 1:number]
            start = None
        elif not start and re.match(r"[A-Za-z_].*\(", line):
            head = re.search(r"(\w+)\(", line)[1]


def nesting(body):
    """How deep if, for, while, switch and do stand inside each other; else-if is no level."""
    tokens = re.findall(r"\w+|[^\w\s]", re.sub(r"^\s*#.*(\\\n.*)*", "", body, flags=re.MULTILINE))
    position = 0

    def skip_parentheses():
        nonlocal position
        level = 0
        while True:
            level += {"(": 1, ")": -1}.get(tokens[position], 0)
            position += 1
            if level == 0:
                return

    def statement():
        """Reads one statement and says how deep it goes."""
        nonlocal position
        word, depth = tokens[position], 0
        position += 1
        if word == "{":
            while tokens[position] != "}":
                depth = max(depth, statement())
            position += 1
        elif word in ("if", "for", "while", "switch"):
            skip_parentheses()
            depth = 1 + statement()
            if word == "if" and position < len(tokens) and tokens[position] == "else":
                position += 1
                chained = tokens[position] == "if"
                depth = max(depth, statement() + (0 if chained else 1))
        elif word == "do":
            depth = 1 + statement()
            position += 1
            skip_parentheses()
            position += 1
        elif word == "case" or tokens[position] == ":":
            while tokens[position] != ":":
                position += 1
            position += 1
        elif word != ";":
            depth = plain_statement(word)
        return depth

    def plain_statement(word):
        """Ends at its semicolon, unless it is a loop in a macro's clothes: name(...) statement."""
        nonlocal position
        if re.match(r"(?!return|sizeof)\w", word) and tokens[position] == "(":
            skip_parentheses()
            if re.match(r"[\w{]", tokens[position]):
                return 1 + statement()
        level = {"(": 1, "[": 1}.get(word, 0)
        while tokens[position] != ";" or level:
            level += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(tokens[position], 0)
            position += 1
        position += 1
        return 0

    return statement()


def excesses(tree):
    complaints = []
    for path in files(tree, ".c", ".h", rooms=[*MAY_INCLUDE, "tests"]):
        name, text = path.relative_to(tree), code(path.read_text())
        if text.count("\n") > LINES:
            complaints.append(f"{name}: {text.count(chr(10))} lines")
        for function, line, body in functions(text):
            if len(body) > FUNCTION:
                complaints.append(f"{name}:{line}: {function} has {len(body)} lines")
            if nesting("\n".join(body)) > DEPTH:
                complaints.append(f"{name}:{line}: {function} is nested too deep")
    return complaints


def wide_lines(tree):
    written = files(tree, ".c", ".h", ".py", rooms=[*MAY_INCLUDE, "tests"])
    written += [tree / name for name in SCRIPTS if (tree / name).exists()]
    return [f"{path.relative_to(tree)}:{number} is {len(line.expandtabs(8))} columns wide"
            for path in written
            for number, line in enumerate(path.read_text().splitlines(), 1)
            if len(line.expandtabs(8)) > COLUMNS]


def test_files_functions_and_nesting_stay_below_their_ceilings():
    assert excesses(TREE) == []


def test_lines_stay_within_100_columns():
    assert wide_lines(TREE) == []


def function(body):
    return "int f(int x)\n{\n" + body + "}\n"


def test_what_is_too_long_is_noticed(tmp_path):
    tree = plant(tmp_path, base__long_c="\n" * 601, node__long_c=function("\tx++;\n" * 69),
                 link__fine_c=function("\tx++;\n" * 68), tun__wide_h="\t/*" + "x" * 91 + "\n")
    assert excesses(tree) == ["base/long.c: 601 lines", "node/long.c:2: f has 71 lines"]
    assert wide_lines(tree) == ["tun/wide.h:1 is 101 columns wide"]


def test_what_is_nested_too_deep_is_noticed(tmp_path):
    deep = "\tif (x)\n\tfor (;;)\n\tlist_foreach(x)\n\tif (x) {\n\tx = (struct s){1}.a;\n\t}\n"
    level = ("\tif (x) { x++; } else if (x) { for (;;) { do { x++; } while (x); } } else x--;\n"
             "\tswitch (x) {\n\tcase ';':\n\tcase 1: if (x) { while (x) ; }\n\t}\n\treturn x;\n")
    tree = plant(tmp_path, base__deep_c=function(deep), base__fine_c=function(level))
    assert excesses(tree) == ["base/deep.c:2: f is nested too deep"]
