"""python -m whygrad explain SCRIPT.py: runs a program and says why gradients are absent, zero or not finite."""

import importlib
import pathlib
import runpy
import sys
import traceback

from whygrad._command_line import FAILED, FINE, FOUND, Output, read_options


def _render(report, options, folder):
    if options.format == "json":
        return report.to_json()
    if options.format == "sarif":
        return report.to_sarif(folder)
    if options.format == "html":
        return report.to_html(title=options.script.name)
    return str(report)


def _trace_in_script(error, script):
    """The traceback from the script's first line on, without the frames of this command; None where no line of it ran."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != script:
        trace = trace.tb_next
    return trace


def _watcher(engine):
    """The diagnose() of the engine that the script runs on."""
    if engine == "whygrad":
        import whygrad
        from whygrad.tf import _stand_in

        _stand_in.install()
        return whygrad.diagnose
    return importlib.import_module(f"whygrad.{engine}").diagnose


def _explain(options):
    folder, output = str(pathlib.Path.cwd()), Output(options)
    watch = _watcher(options.engine)
    sys.argv = [str(options.script), *options.arguments]
    sys.path.insert(0, str(options.script.parent.resolve()))
    failed = False
    with watch(values=True) as report:
        try:
            runpy.run_path(str(options.script), run_name="__main__")
        except SystemExit as end:
            failed = end.code not in (None, 0)
        except Exception as error:
            traceback.print_exception(type(error), error, _trace_in_script(error, str(options.script)))
            report.stopped_by(error)
            failed = True
    output.write(_render(report, options, folder).rstrip("\n") + "\n")
    return FAILED if failed else FOUND if report.findings else FINE


def main():
    return _explain(read_options(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
