"""What `python -m whygrad` understands, and where its report goes."""

import argparse
import os
import pathlib
import shlex
import sys
import tempfile

FINE, FOUND, FAILED = 0, 1, 2  # exit statuses
_PROGRAM = "python -m whygrad"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong, and then what to do."""

    def error(self, message, advice=None):
        self.exit(FAILED, f"{self.prog}: {message}\nhelp: {advice or f'`{self.prog} --help` lists what there is'}\n")


def _parsers():
    parser = _Parser(prog=_PROGRAM, description="What whygrad does from the command line.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    explain = commands.add_parser(
        "explain",
        help="run a script and report on its gradients",
        usage=f"{_PROGRAM} explain [--engine ENGINE] [--format FORMAT] [--output FILE] (SCRIPT | -m MODULE) [-- ARGUMENTS OF THE SCRIPT]",
        description="Runs a script, on the engine that it imports, and reports on every gradient that is absent, zero or not finite. Options stand "
        "before or behind the script; what belongs to the script stands behind `--`.",
        epilog="Exit status: 0 where all gradients are fine, 1 where there is something to report, 2 where the script failed or the command was not "
        "understood.",
        allow_abbrev=False,
    )
    explain.add_argument(
        "--engine",
        choices=["tensorflow", "torch", "jax", "whygrad"],
        metavar="ENGINE",
        help="tensorflow, torch or jax: the script runs there and is watched; whygrad: whygrad.tf stands in for tensorflow. If not said, what the script "
        "imports, and whygrad where it imports tensorflow and that is not installed",
    )
    explain.add_argument(
        "--format",
        choices=["text", "json", "sarif", "html"],
        default="text",
        metavar="FORMAT",
        help="text (default); html: a page for a browser; sarif: for code hosts; json",
    )
    explain.add_argument(
        "--output",
        metavar="FILE",
        help="where the report goes. If not said, a page goes to SCRIPT.whygrad.html in the present folder, everything else to standard "
        "output, behind what the script prints there; where the report is json or sarif, or FILE is `-`, it stands there alone, and "
        "what the script prints goes to standard error",
    )
    explain.add_argument("-m", dest="module", metavar="MODULE", help="run a module, as `python -m` does, instead of a script")
    explain.add_argument("script", type=pathlib.Path, nargs="?", metavar="SCRIPT")
    graph = commands.add_parser(
        "graph",
        help="show the graph of a traced function that a program saved",
        description="Shows what whygrad.save_graph wrote: the graph of a traced function, before and after passes.",
        epilog="Exit status: 0, or 2 where the file cannot be read or the command was not understood.",
        allow_abbrev=False,
    )
    graph.add_argument("file", metavar="FILE", help="such as step.wggraph")
    graph.add_argument("--compiled", action="store_true", help="for text and dot: the graph that runs, after all passes; html and json have both")
    graph.add_argument(
        "--format",
        choices=["text", "html", "dot", "json"],
        default="text",
        metavar="FORMAT",
        help="text (default); html: a page for a browser; dot: for Graphviz; json",
    )
    graph.add_argument(
        "--output",
        metavar="FILE",
        help="file to write, `-` for standard output. If not said, FILE.whygrad.html in the present folder for html, else standard output",
    )
    return parser, explain, graph


def _refuse_unknown(explain, options, unknown):
    """Words that are neither an option nor the script."""
    from difflib import get_close_matches

    word = unknown[0]
    near = get_close_matches(word.split("=")[0], ["--engine", "--format", "--output", "--help"], 1, 0.7) if word.startswith("--") else []
    script = f"-m {options.module}" if options.module else str(options.script) if options.script and options.script.is_file() else "SCRIPT.py"
    own = [
        f"--{name}={value}"
        for name, value in (("engine", options.engine), ("format", options.format), ("output", options.output))
        if value != explain.get_default(name)
    ]
    command = shlex.join([*own, *script.split(" "), "--", *(other for other in unknown if other != script)])
    explain.error(
        f"unknown {'option' if word.startswith('-') else 'argument'} `{word}`",
        (f"did you mean `{near[0]}`? " if near else "") + f"what belongs to the script stands behind `--`: {_PROGRAM} explain {command}",
    )


def _engine(explain, options):
    """The engine that the script runs on."""
    from whygrad._live import engine, script

    named = options.engine or script.engine_of(options.script) or "whygrad"
    if named == "whygrad" or script.is_installed(named):
        return named
    if options.engine is None and named == "tensorflow":
        return "whygrad"
    explain.error(f"the script runs on {named}, which is not installed", engine.how_to_install(named))


def _find_script(explain, options):
    """options.script: the file that is run; options.title: what it is called."""
    from whygrad._live import script

    if options.module:
        options.script = script.file_of_module(options.module)
        if options.script is None:
            explain.error(f"there is no module {options.module} that can be run", "name it as `python -m` takes it, from the folder that holds it")
    elif options.script is None:
        explain.error("no script is named", "name the script to run, or a module: -m MODULE")
    elif not options.script.is_file():
        explain.error(f"there is no file {options.script}", "name the script to run")
    options.title = options.module or options.script.name


def read_options(words):
    """What the command line asks for. Does not return where it cannot be understood."""
    end = words.index("--") if "--" in words else len(words)
    parser, explain, graph = _parsers()
    options, unknown = parser.parse_known_args(words[:end])
    if options.command == "graph":
        unknown += words[end:]
        if unknown:
            graph.error(f"unknown {'option' if unknown[0].startswith('-') else 'argument'} `{unknown[0]}`")
        return _find_output(graph, options, pathlib.Path(options.file).stem)
    if options.module and options.script:  # what stands behind the module is the module's
        unknown, options.script = sorted([str(options.script), *unknown], key=words.index), None
    if unknown:
        _refuse_unknown(explain, options, unknown)
    _find_script(explain, options)
    options.arguments = words[end + 1 :]
    options.engine = _engine(explain, options)
    return _find_output(explain, options, options.module or options.script.stem)


def _find_output(command, options, stem):
    """options.written: the file that is written, None for standard output."""
    if options.output is None and options.format == "html":
        options.output = f"{stem}.whygrad.html"
        options.announced = True
    else:
        options.announced = False
    # Before the script is run: it may take hours, and it may change to another folder.
    options.written = None if options.output in (None, "-") else pathlib.Path(options.output).absolute()
    if options.written is None:
        try:
            os.fstat(1)
        except OSError:
            command.error("standard output is closed", "name a file for the report: --output FILE")
    elif options.written.is_dir() or not options.written.parent.is_dir():
        command.error(
            f"{options.output} cannot be written: {'it is a folder' if options.written.is_dir() else f'there is no folder {options.written.parent}'}",
            "name a file in a folder that there is",
        )
    return options


class Output:
    """Where the report goes. Made before the script is run, since its standard output may have to be kept apart from the report."""

    def __init__(self, options):
        self._file, self._announced = options.written, options.announced
        self._stream = None
        if self._file is None:
            self._stream = os.dup(1)
            if options.output == "-" or options.format != "text":
                sys.stdout.flush()
                os.dup2(2, 1)  # until the process ends: programs that the script starts, and functions called at exit, print too

    def write(self, text):
        data = text.encode("utf-8", "backslashreplace")
        if self._file is None:
            sys.stdout.flush()
            try:
                with open(self._stream, "wb") as stream:
                    stream.write(data)
            except BrokenPipeError:
                pass  # whoever was reading has seen enough
            return
        try:
            self._file.write_bytes(data)
        except OSError as error:
            descriptor, name = tempfile.mkstemp(self._file.suffix, "whygrad-")
            with open(descriptor, "wb") as file:
                file.write(data)
            print(f"whygrad: {self._file} cannot be written: {error.strerror}\nhelp: the report is in {name}", file=sys.stderr)
            return
        if self._announced:
            print(f"whygrad: the page is {self._file}", file=sys.stderr)
