"""Findings as HTML: each a headline that opens, with the path, the reason and the remedy inside."""

from html import escape

_STYLE = "font-family: monospace; white-space: pre"
_COLOURS = {"absent": "#b3261e", "zero": "#8a5a00", "nan": "#6a1b9a", "inf": "#6a1b9a", "partial": "#8a5a00"}


def _step(step):
    weight = "normal" if step.status in ("source", "flows") else "bold"
    cells = (step.name, step.signature, step.note or step.status, step.place)
    return f"<tr style='font-weight: {weight}'>" + "".join(f"<td style='text-align: left; {_STYLE}'>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _paragraph(word, text):
    return f"<p><b>{word}</b> {escape(text)}</p>" if text else ""


def _finding(finding, open_):
    badge = f"<span style='color: {_COLOURS[finding.status]}; font-weight: bold'>{finding.status}</span>"
    headline = f"{badge} gradient of <code>{escape(finding.source)}</code> {escape(finding.place)} [{finding.code} {finding.cause}]"
    path = f"<table>{''.join(map(_step, finding.path))}</table>" if finding.path else ""
    body = path + "".join(_paragraph("evidence", line) for line in finding.evidence)
    body += _paragraph("why", finding.why) + _paragraph("fix", finding.remedy)
    return f"<details{' open' if open_ else ''}><summary>{headline}</summary>{body}</details>"


def fragment(findings):
    """For a notebook's cell; the first finding is open."""
    return "".join(_finding(finding, i == 0) for i, finding in enumerate(findings)) or "<p>every gradient is there</p>"


def page(findings):
    """For a browser."""
    head = "<head><meta charset='utf-8'><title>Gradients</title></head>"
    return f"<!doctype html>\n<html lang='en'>{head}<body><h1>Gradients</h1>{fragment(findings)}</body></html>\n"
