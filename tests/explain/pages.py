#!/usr/bin/env python3
"""Makes one C++ file of all programs in the pages of docs/reasons, so that the tests compile and run them: pages.py OUTPUT PAGE..."""

import pathlib
import re
import sys

PROGRAM = re.compile(r"^## (Broken|Repaired)\n\n```cpp\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INCLUDE = re.compile(r"^#include (<[^>]+>)\n", re.MULTILINE)
MAIN = "int main() {"


def main():
    output, pages = pathlib.Path(sys.argv[1]), [pathlib.Path(p) for p in sys.argv[2:]]
    includes, bodies, table = set(), [], []
    for page in sorted(pages):
        text = page.read_text()
        for found in PROGRAM.finditer(text):
            kind, program = found.groups()
            if MAIN not in program:
                sys.exit(f"{page}: the {kind.lower()} program has no `{MAIN}`")
            includes.update(INCLUDE.findall(program))
            # Places in explanations are those of the page.
            line = text[: found.start(2)].count("\n") + 1
            name = f"{page.stem}_{kind.lower()}"
            program = INCLUDE.sub("\n", program).replace(MAIN, "void run() {")
            bodies.append(f'namespace {name} {{\n#line {line} "{page}"\n{program}}}  // namespace {name}\n')
            table.append(f'    {{"{page.stem}", {str(kind == "Broken").lower()}, {name}::run}},\n')
    lines = ['#include "explain/pages.hpp"\n', *(f"#include {i}\n" for i in sorted(includes)), "\n", *bodies]
    lines += ["std::vector<PageProgram> page_programs() {\n  return {\n", *table, "  };\n}\n"]
    output.write_text("".join(lines))


if __name__ == "__main__":
    main()
