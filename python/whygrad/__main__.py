"""python -m whygrad explain SCRIPT.py: runs a TensorFlow program on whygrad and says why gradients are absent, zero or not finite."""

import argparse
import pathlib
import runpy
import sys
import traceback

_FINE, _FOUND, _FAILED = 0, 1, 2


def _render(report, form):
    return {"text": str, "json": lambda r: r.to_json(), "sarif": lambda r: r.to_sarif(str(pathlib.Path.cwd())), "html": lambda r: r.to_html()}[form](report)


def _explain(options):
    import whygrad
    from whygrad.tf import _stand_in

    _stand_in.install()
    sys.argv = [str(options.script), *options.arguments]
    sys.path.insert(0, str(options.script.parent.resolve()))
    failed = False
    with whygrad.diagnose(values=True) as report:
        try:
            runpy.run_path(str(options.script), run_name="__main__")
        except SystemExit as end:
            failed = end.code not in (None, 0)
        except Exception:
            traceback.print_exc()
            failed = True
    text = _render(report, options.format)
    if options.output:
        options.output.write_text(text + "\n")
    else:
        sys.stdout.write(text + "\n")
    return _FAILED if failed else _FOUND if report.findings else _FINE


def main():
    parser = argparse.ArgumentParser(prog="python -m whygrad", description="What whygrad does from the command line.")
    commands = parser.add_subparsers(dest="command", required=True)
    explain = commands.add_parser(
        "explain",
        help="run a script that says `import tensorflow` on whygrad and report on its gradients",
        description="Runs a script that says `import tensorflow` with whygrad.tf in its place and reports on every gradient that is absent, zero or not "
                    "finite. Exit status: 0 where all gradients are fine, 1 where there is something to report, 2 where the script failed.",
    )
    explain.add_argument("--format", choices=["text", "json", "sarif", "html"], default="text")
    explain.add_argument("--output", type=pathlib.Path, metavar="FILE", help="where the report goes; standard output by default")
    explain.add_argument("script", type=pathlib.Path)
    explain.add_argument("arguments", nargs=argparse.REMAINDER, help="for the script")
    options = parser.parse_args()
    if not options.script.is_file():
        explain.error(f"there is no file {options.script}")
    return _explain(options)


if __name__ == "__main__":
    sys.exit(main())
