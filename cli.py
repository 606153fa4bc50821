"""The command line: the product's jobs without a browser."""

import errno
import json
import sys
import traceback
from pathlib import Path

import click

from data.errors import DataError
from texts import lookup, say

OUR_FAULT, BAD_INPUT = 1, 2
_REJECTS_SHOWN = 20
_LONGEST_NAME = 100


class _Group(click.Group):
    """Commands that end with one clear line per fault instead of a traceback; for the exit status see `main`."""

    def invoke(self, context: click.Context):
        try:
            return super().invoke(context)
        except DataError as error:
            for fault in error.faults:
                click.echo(fault, err=True)
            context.exit(BAD_INPUT)
        except OSError as error:  # a folder that is a file, a disk that is full
            if error.filename is None and error.errno is None:
                raise
            name = Path(str(error.filename or "")).name
            reasons = lookup("cli.path_reasons")
            reason = reasons.get(errno.errorcode.get(error.errno), error.strerror)
            click.echo(say("cli.unusable_path", file=name[:_LONGEST_NAME], reason=reason), err=True)
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


def _layer_options(command):
    """``--roads``, ``--roads-datum`` … for every layer of a city."""
    from data.city import LAYERS

    for name in reversed(LAYERS):
        label = say(f"city.layers.{name}")
        command = click.option(f"--{name}-datum", help=say("cli.import.datum", layer=label))(command)
        command = click.option(f"--{name}", help=say("cli.import.layer", layer=label))(command)
    return command


def _box(_context, _option, text: str | None) -> tuple[float, ...] | None:
    """West, south, east and north out of ``W,S,E,N``."""
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError as error:
        raise DataError(say("overpass.no_area")) from error
    return west, south, east, north


@main.command("import", help=say("cli.import.help"))
@click.option("--osm", type=click.Path(path_type=Path), help=say("cli.import.osm"))
@click.option("--overpass", metavar="W,S,E,N", callback=_box, help=say("cli.import.overpass"))
@click.option("--admin-level", type=click.IntRange(1, 12), help=say("cli.import.admin_level"))
@click.option("--area", help=say("cli.import.area"))
@click.option("--area-datum", help=say("cli.import.datum", layer=say("cli.import.area_label")))
@_layer_options
@click.option("--name", default="", help=say("cli.import.name"))
@click.option("--source", default="", help=say("cli.import.source"))
@click.option("--licence", default="", help=say("cli.import.licence"))
@click.option("--data-date", default="", help=say("cli.import.data_date"))
@click.option("--strict", is_flag=True, help=say("cli.import.strict"))
@click.option("--rejects", type=click.Path(path_type=Path), help=say("cli.import.rejects"))
@click.option("--out", type=click.Path(path_type=Path), required=True, help=say("cli.import.out"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.json"))
def import_(out: Path, rejects: Path | None, as_json: bool, **options) -> None:
    """Make a city out of an extract and tables."""
    from data.city import LAYERS
    from data.importing import ImportRequest, LayerSource, import_city, write_rejects

    layers = {
        name: LayerSource(path, datum=options[f"{name}_datum"])
        for name in LAYERS
        if (path := options[name]) is not None
    }
    request = ImportRequest(
        layers=layers,
        **{key: value for key, value in options.items() if key.removesuffix("_datum") not in LAYERS},
    )
    result = import_city(request, progress=_progress)
    result.city.write(out)
    if rejects is not None:
        write_rejects(result.rejects, rejects)
    _tell_import(result)
    _report(as_json, _import_figures(result, out), _import_sentence(result, out))


def _tell_import(result) -> None:
    """Warnings and the first rows that were not taken, on stderr."""
    for warning in result.warnings:
        _progress(warning)
    for row in result.rejects.head(_REJECTS_SHOWN).itertuples():
        facts = {name: _one_line(getattr(row, name)) for name in ("row", "column", "value", "reason")}
        _progress(say("cli.import.reject", layer=say(f"city.layers.{row.layer}"), **facts))
    if (more := len(result.rejects) - _REJECTS_SHOWN) > 0:
        _progress(say("cli.import.more", count=more))


def _import_figures(result, out: Path) -> dict[str, object]:
    return {
        "out": str(out),
        "layers": {row.layer: {"read": int(row.read), "taken": int(row.taken)} for row in result.counts.itertuples()},
        "rejects": len(result.rejects),
        "repairs": len(result.repairs),
        "duplicates": len(result.duplicates),
        "warnings": list(result.warnings),
    }


def _import_sentence(result, out: Path) -> str:
    layers = say("explain.joiner").join(
        say("cli.import.layer_count", layer=row.label, count=row.taken) for row in result.counts.itertuples()
    )
    return say("cli.import.done", file=out, layers=layers, rejects=len(result.rejects), repairs=len(result.repairs))


@main.command(help=say("cli.check.help"))
@click.argument("city", type=click.Path(path_type=Path))
@click.option("--book", default="zhoushan-2017", show_default=True, help=say("cli.check.book"))
@click.option("--phase", default="routine", show_default=True, help=say("cli.check.phase"))
@click.option("--keep", is_flag=True, help=say("cli.check.keep"))
@click.option("--out", type=click.Path(path_type=Path), required=True, help=say("cli.check.out"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.json"))
def check(city: Path, book: str, phase: str, keep: bool, out: Path, as_json: bool) -> None:
    """Judge a city and write the assessment into a folder."""
    from briefing.checked import note_source
    from briefing.files import write_assessment
    from data.city import City
    from metrics.assessment import assess
    from metrics.rulebook import load_rulebook
    from metrics.summary import summary

    _check_folder(out)
    rules = load_rulebook(book)
    _progress(say("cli.check.reading", file=city.name))
    read = City.read(city)
    for note in (*read.notes, *read.unknown_word_notes()):
        _progress(note)
    assessment = assess(read, rules, phase, progress=lambda rule: _progress(say("cli.check.judging", rule=rule)))
    files = write_assessment(assessment, out)
    note_source(out, city, book)
    figures = summary(assessment)
    kept = {"run": _kept_run(assessment, read)} if keep else {}
    _report(
        as_json,
        {"files": [str(file) for file in files], **kept, **figures},
        say("cli.check.done", folder=out, **figures["status"], gaps=figures["gaps"]),
    )


def _kept_run(assessment, city) -> int:
    """The number of the run under which the store of this installation has the assessment."""
    from data.settings import data_folder
    from store import SYSTEM, open_store
    from store.keeping import keep_whole

    store = open_store()
    try:
        run = keep_whole(store, SYSTEM, assessment, city, folder=data_folder("runs"))
    finally:
        store.close()
    _progress(say("cli.check.kept", run=run.id))
    return run.id


def _terms(_context, _option, file: Path | None) -> dict | None:
    """What a YAML file says of costs: a mapping of carriers to yuan, and ``repair`` and ``retheme``."""
    from ruamel.yaml import YAML, YAMLError

    if file is None:
        return None
    try:
        given = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise DataError(say("cli.plan.bad_costs", file=file.name)) from error
    numbers = isinstance(given, dict) and all(
        isinstance(name, str) and isinstance(cost, int | float) and not isinstance(cost, bool)
        for name, cost in given.items()
    )
    if not numbers:
        raise DataError(say("cli.plan.bad_costs", file=file.name))
    return given


@main.command(help=say("cli.plan.help"))
@click.argument("city", type=click.Path(path_type=Path))
@click.option("--book", default="zhoushan-2017", show_default=True, help=say("cli.check.book"))
@click.option("--phase", default="routine", show_default=True, help=say("cli.check.phase"))
@click.option("--sites", type=int, help=say("cli.plan.sites"))
@click.option("--budget", type=float, help=say("cli.plan.budget"))
@click.option("--cheapest", is_flag=True, help=say("cli.plan.cheapest"))
@click.option("--rule", "rules", multiple=True, help=say("cli.plan.rule"))
@click.option("--district", "districts", multiple=True, help=say("cli.plan.district"))
@click.option("--inside", is_flag=True, help=say("cli.plan.inside"))
@click.option("--worth", default="score", show_default=True, help=say("cli.plan.worth"))
@click.option("--costs", type=click.Path(path_type=Path), callback=_terms, help=say("cli.plan.costs"))
@click.option("--new-only", is_flag=True, help=say("cli.plan.new_only"))
@click.option("--forbid", help=say("cli.plan.forbid"))
@click.option("--require", help=say("cli.plan.require"))
@click.option("--time-limit", type=float, default=60.0, show_default=True, help=say("cli.plan.time_limit"))
@click.option("--out", type=click.Path(path_type=Path), required=True, help=say("cli.plan.out"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.json"))
def plan(city: Path, book: str, phase: str, out: Path, as_json: bool, **asked) -> None:
    """Plan what closes a city's gaps and write it into a folder."""
    from briefing.plan_files import plan_figures, write_plan
    from data.city import City
    from metrics.plan import Goals
    from metrics.plan import plan as planned
    from metrics.rulebook import load_rulebook

    _check_folder(out)
    rules = load_rulebook(book)
    _progress(say("cli.check.reading", file=city.name))
    read = City.read(city)
    found = planned(
        read,
        rules,
        phase,
        goals=Goals(asked["rules"], asked["districts"], asked["worth"]),
        offer=_offer(read, asked),
        sites=asked["sites"],
        budget=asked["budget"],
        cheapest=asked["cheapest"],
        time_limit_s=asked["time_limit"],
        stop=_interrupted(),
        progress=_progress,
    )
    files = write_plan(found, read.crs, out)
    _report(as_json, {"files": [str(file) for file in files], **plan_figures(found)}, found.sentence)


def _offer(city, asked: dict):
    """What the plan may do, of the options given."""
    from dataclasses import replace

    import geopandas as gpd

    from data.sources import read_area
    from geo.crs import WGS84
    from metrics.plan import Offer

    offer = Offer()
    if (costs := asked["costs"]) is not None:
        changed = {name: costs[name] for name in ("repair", "retheme") if name in costs}
        prices = {name: cost for name, cost in costs.items() if name not in changed}
        offer = replace(offer, costs=prices, **changed)
    if asked["new_only"]:
        offer = replace(offer, repair=None, retheme=None)
    if asked["inside"]:
        if not asked["districts"]:
            raise DataError(say("cli.plan.inside_of_none"))
        offer = replace(offer, within=asked["districts"])
    if asked["forbid"] is not None:
        areas = gpd.GeoSeries([read_area(asked["forbid"])], crs=WGS84).to_crs(city.crs)
        offer = replace(offer, forbidden=tuple(areas))
    return offer if asked["require"] is None else replace(offer, required=_required(city, asked["require"]))


def _required(city, path: str):
    """The spots of a sites table at which something has to be put up."""
    from data.sources import LayerSource, read_layer_file
    from data.vocabulary import vocabulary
    from geo.crs import to_mm
    from metrics.plan import Required

    spots = read_layer_file(LayerSource(path), "sites")[0].frame
    places = to_mm(spots.geometry.to_crs(city.crs).get_coordinates().to_numpy())
    words = vocabulary().carriers
    carriers = [words.code(word) or word for word in spots["carrier"]]
    return tuple(Required(int(x), int(y), form) for (x, y), form in zip(places, carriers, strict=True))


def _interrupted():
    """Asked whether the user pressed Ctrl-C: the first time the best so far is kept, the second time all ends."""
    import signal

    pressed = []

    def press(_number, _frame) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(True)
        _progress(say("cli.plan.stopping"))

    signal.signal(signal.SIGINT, press)
    return lambda: bool(pressed)


_SIZES = ("a4", "a3", "16x9")


def _kind_options(command):
    """``--pptx``, ``--docx`` … for every kind of file of a briefing."""
    from briefing.brief import KINDS

    for kind in reversed(KINDS):
        command = click.option(f"--{kind}", is_flag=True, help=say(f"cli.brief.kinds.{kind}"))(command)
    return command


@main.command(help=say("cli.brief.help"))
@click.argument("folder", type=click.Path(path_type=Path))
@_kind_options
@click.option("--all", "everything", is_flag=True, help=say("cli.brief.all"))
@click.option("--city", type=click.Path(path_type=Path), help=say("cli.brief.city"))
@click.option("--book", help=say("cli.brief.book"))
@click.option("--district", help=say("cli.brief.district"))
@click.option("--unit", help=say("cli.brief.unit"))
@click.option("--since", type=click.Path(path_type=Path), help=say("cli.brief.since"))
@click.option("--plan", "plan_folder", type=click.Path(path_type=Path), help=say("cli.brief.plan"))
@click.option("--orders-as", metavar="LOGIN", help=say("cli.brief.orders_as"))
@click.option("--templates", type=click.Path(path_type=Path), help=say("cli.brief.templates"))
@click.option("--size", type=click.Choice(_SIZES), default=_SIZES[0], show_default=True, help=say("cli.brief.size"))
@click.option("--approval", default="", help=say("cli.brief.approval"))
@click.option("--at", type=click.DateTime(), help=say("cli.brief.at"))
@click.option("--out", type=click.Path(path_type=Path), help=say("cli.brief.out"))
@click.option("--zip", "as_zip", is_flag=True, help=say("cli.brief.zip"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.json"))
def brief(folder: Path, out: Path | None, as_zip: bool, as_json: bool, **asked) -> None:
    """Write the briefing of an assessment that ``check`` wrote into a folder."""
    from datetime import datetime

    from briefing.brief import KINDS, file_name, write_set, write_zip
    from briefing.checked import checked, earlier_check, judged_again, planned
    from briefing.facts import Audience, take
    from data.settings import data_folder

    kinds = KINDS if asked["everything"] else [kind for kind in KINDS if asked[kind]]
    if not kinds:
        raise DataError(say("cli.brief.nothing"))
    if asked["district"] and asked["unit"]:
        raise DataError(say("cli.brief.one_audience"))
    found = checked(folder)
    earlier = None if asked["since"] is None else earlier_check(asked["since"])
    plan_told = None if asked["plan_folder"] is None else planned(asked["plan_folder"])
    target = out or folder
    _check_folder(target)
    _progress(say("cli.brief.judging"))
    city, assessment = judged_again(found, city=asked["city"], book=asked["book"])
    audience = next((Audience(scope, asked[scope]) for scope in ("district", "unit") if asked[scope]), Audience())
    orders = None if asked["orders_as"] is None else _orders_told(asked["orders_as"], assessment, audience)
    at = asked["at"] or datetime.now().astimezone()
    briefing = take(
        city,
        assessment,
        at=at,
        audience=audience,
        approval=asked["approval"],
        earlier=earlier,
        plan=plan_told,
        orders=orders,
    )
    options = {
        "size": asked["size"],
        "templates": asked["templates"] or data_folder("templates"),
        "tell": _progress,
    }
    if as_zip:
        archive = target / f"{say('brief.files.zip', who=file_name(briefing.who))}.zip"
        written = write_zip(city, assessment, briefing, kinds, target=archive, **options)
    else:
        written = write_set(city, assessment, briefing, kinds, target, **options)
    for note in written.notes:
        _progress(note)
    files = [str(file) for file in written.files]
    figures = {"files": files, "notes": list(written.notes), "score": briefing.own.score}
    _report(as_json, figures, say("cli.brief.done", folder=target, count=len(files)))


def _orders_told(login: str, assessment, audience):
    """What this installation's store says of the orders, as an account sees them; who has this shell vouches for it."""
    from briefing.facts import OrdersTold, UnitOrders
    from store import open_store
    from store.people import DEMO
    from store.run_rows import city_of
    from store.unit_counts import audience_counts

    store = open_store()
    try:
        by = store.people.demo("127.0.0.1") if login == DEMO else store.people.sign_in_outside(login)
        counts = audience_counts(store, by, city=city_of(assessment), scope=audience.scope, name=audience.name)
    finally:
        store.close()
    return OrdersTold.of([UnitOrders(*unit) for unit in counts])


def _check_folder(folder: Path) -> None:
    """Make the folder results go into before anything is computed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(say("cli.bad_folder", folder=folder)) from error


def _one_line(value: object) -> str:
    return say("import.none") if value is None else " ".join(str(value).split())


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
