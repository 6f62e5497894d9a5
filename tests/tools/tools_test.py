#!/usr/bin/env python3
"""Shows that the checks in tools/ find what they are there to find, on small trees made for the purpose."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOUND = {
    "src/base/CMakeLists.txt": "whygrad_library(NAME base SRCS *.cpp)",
    "src/tensor/CMakeLists.txt": "whygrad_library(NAME tensor SRCS *.cpp DEPS base EXTERNAL fmt::fmt)",
    "src/ops/CMakeLists.txt": "whygrad_library(NAME ops SRCS *.cpp\n  DEPS tensor  # and base through it\n)",
    "include/whygrad/base/a.hpp": "#pragma once\n",
    "include/whygrad/tensor/t.hpp": "#pragma once\n#include <whygrad/base/a.hpp>\n#include <vector>\n",
    "include/whygrad/whygrad.hpp": "#include <whygrad/tensor/t.hpp>\n",
    "src/tensor/storage.hpp": '#include "tensor/t.inc"\n',
    "src/ops/add.cpp": '// Sums.\n#include "tensor/storage.hpp"\n#include <whygrad/base/a.hpp>\n',
}


class ToolTest(unittest.TestCase):
    def run_tool(self, tool, changes):
        """(exit status, output) of `tool` on the sound tree with `changes` (path -> text)."""
        with tempfile.TemporaryDirectory() as folder:
            for path, text in {**SOUND, **changes}.items():
                file = pathlib.Path(folder) / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            done = subprocess.run([sys.executable, ROOT / "tools" / tool, folder], capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def assert_finds(self, tool, changes, *words):
        status, output = self.run_tool(tool, changes)
        self.assertEqual(status, 1, output)
        for word in words:
            self.assertIn(word, output)


class Layers(ToolTest):
    def assert_finds(self, changes, *words):
        super().assert_finds("check_layers.py", changes, *words)

    def test_accepts_a_sound_tree(self):
        self.assertEqual(self.run_tool("check_layers.py", {})[0], 0)

    def test_finds_an_include_against_the_arrows(self):
        self.assert_finds({"src/base/b.cpp": "#include <whygrad/tensor/t.hpp>\n"}, "src/base/b.cpp", "base may not include tensor")

    def test_finds_a_private_include_against_the_arrows(self):
        self.assert_finds({"src/base/b.cpp": '#  include "tensor/storage.hpp"\n'}, "base may not include tensor (tensor/storage.hpp)")

    def test_finds_a_public_header_that_needs_a_private_one(self):
        self.assert_finds({"include/whygrad/tensor/t.hpp": '#include "tensor/storage.hpp"\n'}, "a public header includes the private")

    def test_finds_the_umbrella_header_in_a_layer(self):
        self.assert_finds({"src/ops/add.cpp": "#include <whygrad/whygrad.hpp>\n"}, "umbrella")

    def test_finds_a_folder_that_is_no_layer(self):
        self.assert_finds({"src/misc/m.cpp": ""}, "misc is no declared layer")

    def test_kernels_of_one_device(self):
        library = {"src/kernels/CMakeLists.txt": "whygrad_library(NAME kernels SRCS *.cpp)", "src/kernels/cpu/loops.hpp": ""}
        self.assert_finds(library | {"src/ops/add.cpp": '#include "kernels/cpu/loops.hpp"\n'}, "the kernels of one device")

    def test_finds_pointers_to_elements_above_the_kernels(self):
        arrows = {
            "src/kernels/CMakeLists.txt": "whygrad_library(NAME kernels SRCS *.cpp)",
            "src/ops/CMakeLists.txt": "whygrad_library(NAME ops SRCS *.cpp DEPS tensor kernels)",
        }
        for code in ("*view_of(x).as<float>() = 0;", "g.out().data;", "char* at = t.impl()->data;", "elements_of(t)", "v.template as<T>()"):
            self.assert_finds(arrows | {"src/ops/add.cpp": f"// Sums.\n\n{code}\n"}, "src/ops/add.cpp:3: takes a pointer to elements")
        for code in ("numbers.data();", "// view.as<float>() is not for ops", "copy_elements(t, &element);", "using data = int;", "x.data_ = 1;"):
            self.assertEqual(self.run_tool("check_layers.py", arrows | {"src/ops/add.cpp": f"// Sums.\n{code}\n"})[0], 0, code)
        for path in ("src/kernels/cpu/add.cpp", "src/tensor/tensor.cpp"):
            self.assertEqual(self.run_tool("check_layers.py", arrows | {path: "// Elements.\nv.as<float>()[0] = 0;\n"})[0], 0, path)

    def test_finds_a_leave_to_point_at_elements_that_is_not_needed(self):
        arrows = {
            "src/kernels/CMakeLists.txt": "whygrad_library(NAME kernels SRCS *.cpp)",
            "src/ops/CMakeLists.txt": "whygrad_library(NAME ops SRCS *.cpp DEPS tensor kernels)",
        }
        named = "src/ops/core/context.hpp"
        self.assertEqual(self.run_tool("check_layers.py", arrows | {named: "#pragma once\nt.impl()->data;\n"})[0], 0)
        self.assert_finds(arrows | {named: "#pragma once\n"}, named, "strike it from ELEMENTS")

    def test_finds_an_include_of_no_layer(self):
        self.assert_finds({"src/ops/add.cpp": '#include "cli/train.hpp"\n'}, "belongs to no layer")

    def test_finds_a_face_that_includes_another(self):
        sound = {"python/src/module.cpp": '#include "tensor/storage.hpp"\n#include "module.hpp"\n', "cli/main.cpp": '#include "cli/demo.hpp"\n'}
        self.assertEqual(self.run_tool("check_layers.py", sound)[0], 0)
        self.assert_finds({"python/src/module.cpp": '#include "cli/demo.hpp"\n'}, "python/src/module.cpp", "belongs to no layer")

    def test_finds_a_cycle_of_arrows(self):
        self.assert_finds({"src/base/CMakeLists.txt": "whygrad_library(NAME base SRCS *.cpp DEPS ops)"}, "cycle")

    def test_finds_an_unknown_layer(self):
        self.assert_finds({"src/base/CMakeLists.txt": "whygrad_library(NAME base SRCS *.cpp DEPS bsae)"}, "bsae")

    def test_finds_two_folders_that_include_each_other(self):
        changes = {"src/ops/reduce/r.hpp": '#include "ops/shape/s.hpp"\n', "src/ops/shape/s.hpp": '#include "ops/reduce/r.hpp"\n'}
        self.assert_finds(changes, "ops/reduce and ops/shape include each other")

    def test_lets_a_folder_and_its_subfolder_include_each_other(self):
        changes = {"src/ops/op.hpp": "", "src/ops/reduce/r.hpp": '#include "ops/op.hpp"\n', "src/ops/table.cpp": '#include "ops/reduce/r.hpp"\n'}
        self.assertEqual(self.run_tool("check_layers.py", changes)[0], 0)

    def test_finds_a_tree_without_layers(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, ROOT / "tools/check_layers.py", folder], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)


class Families(ToolTest):
    FAMILY = {"include/whygrad/ops/add.hpp": "#pragma once\n", "include/whygrad/ops/op.hpp": "#pragma once\n"}

    def assert_finds(self, changes, *words):
        super().assert_finds("check_families.py", self.FAMILY | changes, *words)

    def test_accepts_a_family_in_a_file_or_a_folder(self):
        more = {
            "include/whygrad/ops/reduce.hpp": "#pragma once\n",
            "src/ops/reduce/sum.cpp": "",
            "src/ops/core/apply.cpp": "",
            "tests/ops/samples/add.cpp": "",
            "tests/ops/samples/reduce/sum.cpp": "",
            "tests/ops/samples/samples.hpp": "",
            "python/src/op_bindings/add.cpp": "",
        }
        self.assertEqual(self.run_tool("check_families.py", self.FAMILY | more)[0], 0)

    def test_finds_files_without_a_header_of_their_name(self):
        for path in ("src/ops/sum.cpp", "src/ops/sum/fold.cpp", "tests/ops/samples/sum.cpp", "python/src/op_bindings/sum.cpp"):
            self.assert_finds({path: ""}, "/sum: no family of this name")

    def test_finds_a_header_without_sources_of_its_name(self):
        self.assert_finds({"include/whygrad/ops/sum.hpp": ""}, "sum.hpp: src/ops has no sum.cpp")


class Sizes(ToolTest):
    def assert_finds(self, changes, *words):
        super().assert_finds("check_sizes.py", changes, *words)

    def test_accepts_a_sound_tree_and_reports_the_compile_time(self):
        status, output = self.run_tool("check_sizes.py", {})
        self.assertEqual(status, 0, output)
        self.assertIn("whygrad.hpp compiles in", output)

    def test_accepts_600_lines_and_finds_601(self):
        self.assertEqual(self.run_tool("check_sizes.py", {"src/ops/long.cpp": "// Long.\n" + "\n" * 599})[0], 0)
        self.assert_finds({"src/ops/long.cpp": "\n" * 601}, "src/ops/long.cpp", "601 lines")

    def test_source_that_does_not_say_what_it_is_for(self):
        self.assert_finds({"src/ops/silent.cpp": "int x;\n"}, "silent.cpp", "what the file is for")
        self.assertEqual(self.run_tool("check_sizes.py", {"tests/silent.cpp": "int x;\n"})[0], 0)

    def test_finds_a_file_called_utils(self):
        self.assert_finds({"src/ops/utils.hpp": ""}, "src/ops/utils.hpp")
        self.assert_finds({"python/whygrad/utils.py": ""}, "python/whygrad/utils.py")
        self.assertEqual(self.run_tool("check_sizes.py", {"python/whygrad/tf/keras/utils.py": ""})[0], 0)  # TensorFlow's name

    def test_accepts_five_macros_and_finds_six(self):
        macros = [f"#define WG_M{i}\n" for i in range(6)]
        self.assertEqual(self.run_tool("check_sizes.py", {"src/ops/m.hpp": "".join(macros[:5])})[0], 0)
        self.assert_finds({"src/ops/m.hpp": "".join(macros)}, "6 macros", "WG_M5")


class Run(unittest.TestCase):
    def run_verb(self, *arguments):
        return subprocess.run([ROOT / "run", *arguments], capture_output=True, text=True)

    def test_suggests_the_nearest_verb(self):
        for wrong, right in {"tset": "test", "demos": "demo", "benhc": "bench", "linter": "lint"}.items():
            done = self.run_verb(wrong)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"did you mean './run {right}'", done.stderr)

    def test_help_names_every_verb(self):
        done = self.run_verb("help")
        self.assertEqual(done.returncode, 0)
        for verb in ("demo", "test", "bench", "fuzz", "lint", "format", "clean", "help"):
            self.assertRegex(done.stdout, rf"(?m)^  {verb} ")


if __name__ == "__main__":
    unittest.main()
