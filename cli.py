"""The command line: the product's jobs without a browser."""

import json
import sys
import traceback
from pathlib import Path

import click

from texts import say

DONE, OUR_FAULT, BAD_INPUT = 0, 1, 2


class _Group(click.Group):
    """Commands that end with one clear line per fault instead of a traceback; see DESIGN of exit codes in `main`."""

    def invoke(self, context: click.Context):
        from data.errors import DataError

        try:
            return super().invoke(context)
        except DataError as error:
            for fault in error.faults:
                click.echo(fault, err=True)
            context.exit(BAD_INPUT)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]}, help=say("cli.help"))
def main() -> None:
    """
    Exit status: 0 done; 2 bad input, one clear line each on stderr; 1 our own fault, with a traceback.

    Results go to files and, with ``--json``, as one object to stdout; progress goes to stderr.
    """


@main.command(help=say("cli.demo.help"))
@click.option("--out", type=click.Path(path_type=Path), required=True, help=say("cli.demo.out"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.json"))
def demo(out: Path, as_json: bool) -> None:
    """Write the demo city to a file."""
    from data.demo import demo_city

    _progress(say("cli.demo.making"))
    city = demo_city()
    city.write(out)
    _report(
        as_json,
        {"out": str(out), "layers": {name: len(frame) for name, frame in city.layers.items()}},
        say("cli.written", file=out),
    )


@main.command(help=say("cli.check.help"))
@click.argument("city", type=click.Path(path_type=Path))
@click.option("--book", default="zhoushan-2017", show_default=True, help=say("cli.check.book"))
@click.option("--phase", default="routine", show_default=True, help=say("cli.check.phase"))
@click.option("--out", type=click.Path(path_type=Path), required=True, help=say("cli.check.out"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.json"))
def check(city: Path, book: str, phase: str, out: Path, as_json: bool) -> None:
    """Judge a city and write the assessment into a folder."""
    from data.city import City
    from metrics.assessment import assess
    from metrics.export import summary, write_assessment
    from metrics.rulebook import load_rulebook

    rules = load_rulebook(book)
    _progress(say("cli.check.reading", file=city.name))
    read = City.read(city)
    assessment = assess(read, rules, phase, progress=lambda rule: _progress(say("cli.check.judging", rule=rule)))
    files = write_assessment(assessment, out)
    figures = summary(assessment)
    _report(
        as_json,
        {"files": [str(file) for file in files], **figures},
        say("cli.check.done", folder=out, **figures["status"], gaps=figures["gaps"]),
    )


def _progress(line: str) -> None:
    click.echo(line, err=True)


def _report(as_json: bool, figures: dict[str, object], sentence: str) -> None:
    """The result on stdout: one JSON object for machines, else one sentence."""
    click.echo(json.dumps(figures, ensure_ascii=False) if as_json else sentence)


def run() -> None:
    """Run the command line and leave with its exit status."""
    try:
        main(standalone_mode=True)
    except Exception:  # our own fault: show it whole, and say so by the exit status
        traceback.print_exc()
        sys.exit(OUR_FAULT)


if __name__ == "__main__":
    run()
