"""python -m whygrad explain SCRIPT.py runs a program and says why gradients are absent, zero or not finite; graph FILE shows a graph that was saved."""

import importlib
import os
import pathlib
import runpy
import sys
import threading
import traceback

from whygrad._command_line import FAILED, FINE, FOUND, Output, read_options


def _render(report, options, folder):
    if options.format == "json":
        return report.to_json()
    if options.format == "sarif":
        return report.to_sarif(folder)
    if options.format == "html":
        return report.to_html(title=options.title)
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


def _run(options):
    if options.module:
        runpy.run_module(options.module, run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(str(options.script), run_name="__main__")


def _status_of(end):
    """What sys.exit() was given, as Python takes it: a number, or a text that is printed."""
    if end.code is not None and not isinstance(end.code, int):
        print(end.code, file=sys.stderr)
    return end.code not in (None, 0)


def _wait_for_threads():
    """Python waits for them before it ends, and what they compute belongs to the report."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()


def _explain(options):
    folder, output, process = str(pathlib.Path.cwd()), Output(options), os.getpid()
    watch = _watcher(options.engine)
    sys.argv = [str(options.script), *options.arguments]
    if not options.module:
        sys.path.insert(0, str(options.script.parent.resolve()))

    def finish(report, failed):
        if os.getpid() != process:  # a fork that ran to the end of the script: the report is its parent's
            return FAILED if failed else FINE
        output.write(_render(report, options, folder).rstrip("\n") + "\n")
        return FAILED if failed else FOUND if report.findings else FINE

    failed, leave = False, os._exit
    with watch(values=True) as report:

        def leave_at_once(status):
            """os._exit(), which ends the process without coming back here."""
            if os.getpid() == process:
                report.__exit__(None, None, None)
                status = finish(report, status != 0)
                sys.stdout.flush()
            leave(status)

        os._exit = leave_at_once
        try:
            _run(options)
            _wait_for_threads()
        except SystemExit as end:
            failed = _status_of(end)
        except KeyboardInterrupt as error:
            report.stopped_by(error)
            failed = True
        except Exception as error:
            traceback.print_exception(type(error), error, _trace_in_script(error, str(options.script)))
            report.stopped_by(error)
            failed = True
        finally:
            os._exit = leave
    return finish(report, failed)


def _graph(options):
    import whygrad

    try:
        graph = whygrad.load_graph(options.file)
    except whygrad.errors.IoError as error:
        print(error, file=sys.stderr)
        return FAILED
    faces = {
        "json": graph.to_json,
        "html": graph.to_html,
        "dot": lambda: graph.to_dot(options.compiled),
        "text": lambda: graph.to_text(options.compiled),
    }
    Output(options).write(faces[options.format]())
    return FINE


def main():
    options = read_options(sys.argv[1:])
    return _graph(options) if options.command == "graph" else _explain(options)


if __name__ == "__main__":
    sys.exit(main())
