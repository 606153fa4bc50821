"""数据质量: how far the verdicts can be trusted, as a block below the table and after an import."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter, Template

import pandas as pd
import streamlit as st

from data.city import City
from data.headings import label
from data.layers import LAYERS
from metrics.assessment import Assessment
from metrics.measures.findings import UNKNOWN
from texts import lookup, numbers, say
from texts.escape import for_html
from views.kept_cities import ImportNote, import_note
from views.theme import colours

_MOST_WORDS, _LONGEST_WORD = 8, 40


@dataclass(frozen=True)
class Base:
    """
    One thing the verdicts rest on.

    Attributes
    ----------
    name
        What it is, Chinese.
    share
        Of what is complete, 0 to 1; None where it is no share.
    amount
        In numbers, or in words where it is no share.
    rest
        What becomes of the rest; "" when there is none.
    """

    name: str
    share: float | None
    amount: str
    rest: str


@dataclass(frozen=True)
class LayerState:
    """A layer: its Chinese name, its rows (None: not there), the rows its import did not take, what is to be noted."""

    name: str
    rows: int | None
    rejected: int | None
    remarks: tuple[str, ...]


def show_quality(city: City, city_key: str, assessment: Assessment, *, key: str, expanded: bool = False) -> None:
    """The block 数据质量: closed it says how much is known, open what is missing or was repaired."""
    title, told = _told(city, assessment, import_note(city_key))
    with st.expander(title, expanded=expanded, key=key):
        st.html(f"<style>{_style_sheet()}</style>")
        st.html(told)


@lru_cache(maxsize=8)
def _told(city: City, assessment: Assessment, note: ImportNote | None) -> tuple[str, str]:
    """The title, and what stands below it: made once, and shown with every filter."""
    states, general = layer_states(city, assessment, note)
    attention = sum(len(state.remarks) for state in states) + len(general)
    rest = say("quality.attention", count=numbers.whole(attention)) if attention else say("quality.nothing")
    title = say("quality.title", share=numbers.percent(known_share(assessment)), rest=rest)
    return title, f'<div class="quality">{_bases_html(bases(assessment))}{_layers_html(states, general, note)}</div>'


def known_share(assessment: Assessment) -> float:
    """The share of verdicts that are pass or fail; NaN without verdicts."""
    return float((assessment.verdicts["status"] != UNKNOWN).mean())


def bases(assessment: Assessment) -> list[Base]:
    """What the verdicts rest on; what there is nothing to say about is left out."""
    facts, verdicts = assessment.quality, len(assessment.verdicts)
    known = verdicts - int((assessment.verdicts["status"] == UNKNOWN).sum())
    found = [_base("known", known / verdicts, known, verdicts, "verdicts")] if verdicts else []
    if facts["named_share"] is not None:
        found.append(_base("named", facts["named_share"]))
    if sites := facts["sites"]:
        met = sites - facts["unmatched_sites"]
        found.append(_base("matched", met / sites, met, sites, "sites"))
        found += [_base(name, facts[f"{name}_share"]) for name in ("sized", "facing")]
        days = facts["days_since_inspection"]
        words = say("quality.no_days") if days is None else say("quality.days", days=numbers.whole(days))
        found.append(Base(say("quality.shares.fresh"), None, words, ""))
    if facts["datum"]:
        found.append(Base(say("quality.shares.datum"), None, datum_words(facts["datum"]), ""))
    return found


def _base(name: str, share: float, part: int | None = None, whole: int | None = None, unit: str = "") -> Base:
    amount = ""
    if part is not None:
        counts = {"part": numbers.whole(part), "all": numbers.whole(whole)}
        amount = say("quality.of_all", **counts, unit=say(f"quality.units.{unit}"))
    return Base(say(f"quality.shares.{name}"), share, amount, "" if share == 1 else say(f"quality.rest.{name}"))


def datum_words(text: str) -> str:
    """The datum that ``City.meta`` tells, as ``roads: wgs84; sites: gcj02``, in Chinese; other texts as they are."""
    names, layers = {**lookup("city.layers"), **lookup("intake.parts")}, {}
    for part in text.split("; "):
        layer, colon, datum = part.partition(": ")
        if not colon or layer not in names:
            return text
        layers.setdefault(lookup("import.datums").get(datum, datum), []).append(names[layer])
    if len(layers) == 1:
        return next(iter(layers))
    joiner = say("explain.joiner")
    return joiner.join(say("quality.datum_of", datum=datum, layers=joiner.join(own)) for datum, own in layers.items())


def layer_states(
    city: City, assessment: Assessment, note: ImportNote | None
) -> tuple[list[LayerState], tuple[str, ...]]:
    """
    How each layer of ``LAYERS`` stands, and what is to be noted of none in particular.

    Parameters
    ----------
    note
        Of the import of the city, where it is known.
    """
    remarks = {name: [] for name in ("", *LAYERS)}
    told = [] if note is None else [text for text in note.warnings if not _made_of(text, "import.unknown_words")]
    for sentence in dict.fromkeys([*told, *city.notes]):
        remarks[_layer_of(sentence)].append(sentence)
    for layer, sentence in _unknown_words(assessment.quality["unknown_words"]):
        remarks[layer].append(sentence)
    if (double := assessment.quality["duplicate_sites"]) and not any(_made_of(t, "import.duplicates") for t in told):
        remarks["sites"].append(say("quality.double", count=numbers.whole(double)))
    if note is not None and note.values_left_out:
        remarks[""].append(say("quality.left_out", count=numbers.whole(note.values_left_out)))
    rejected = {} if note is None else {row["layer"]: row["rejected"] for row in note.layers}
    for row in () if note is None else note.layers:
        if row["repaired"]:
            remarks[row["layer"]].append(say("quality.repaired", count=numbers.whole(row["repaired"])))
    for name in LAYERS:
        if name not in city.layers:
            remarks[name].insert(0, say(f"quality.missing.{name}"))
    states = [
        LayerState(say(f"city.layers.{name}"), _rows(city, name), rejected.get(name), tuple(remarks[name]))
        for name in LAYERS
    ]
    return states, tuple(remarks[""])


def _rows(city: City, name: str) -> int | None:
    return len(city.layers[name]) if name in city.layers else None


def _layer_of(sentence: str) -> str:
    """The layer a sentence names first; "" when it names none."""
    places = {name: sentence.find(say(f"city.layers.{name}")) for name in LAYERS}
    return min((place, name) for name, place in {**places, "": len(sentence)}.items() if place >= 0)[1]


@cache
def _fixed_parts(key: str) -> tuple[str, ...]:
    return tuple(text for text, *_ in Formatter().parse(lookup(key)) if text)


def _made_of(sentence: str, key: str) -> bool:
    """Whether a sentence was said by the text ``key``."""
    return all(part in sentence for part in _fixed_parts(key))


def _unknown_words(words: Sequence[dict]) -> Iterable[tuple[str, str]]:
    """Layer and sentence for every column with words that no vocabulary knows."""
    table = pd.DataFrame(words, columns=["layer", "column", "word", "rows"])
    for (layer, column), own in table.groupby(["layer", "column"], sort=False):
        named = say("explain.joiner").join(
            say("quality.word", word=row.word[:_LONGEST_WORD], rows=numbers.whole(row.rows))
            for row in own.head(_MOST_WORDS).itertuples()
        )
        named = say("quality.more_words", words=named) if len(own) > _MOST_WORDS else named
        count = numbers.whole(len(own))
        yield layer, say("quality.unknown_words", column=label(layer, column), count=count, words=named)


def _title_html(name: str, note: str) -> str:
    return f'<div class="block-title split">{say(f"quality.{name}")}<span class="note">{note}</span></div>'


def _bases_html(found: Sequence[Base]) -> str:
    rows = "".join(_base_html(base) for base in found)
    return f"<div>{_title_html('bases', say('quality.bases_note'))}{rows}</div>"


def _base_html(base: Base) -> str:
    if base.share is None:
        return f'<div class="base"><span>{base.name}</span><span class="words">{for_html(base.amount)}</span></div>'
    percent = numbers.percent(base.share)
    bar = f'<span class="bar"><i style="width:{100 * base.share:.1f}%"></i></span>'
    rest = f'<span class="note">{base.rest}</span>' if base.rest else ""
    head = f'<span>{base.name}</span>{bar}<b>{percent}</b><span class="amount">{base.amount}</span>'
    return f'<div class="base">{head}{rest}</div>'


def _layers_html(states: Sequence[LayerState], general: Sequence[str], note: ImportNote | None) -> str:
    words, with_import = lookup("quality.columns"), note is not None
    names = ("layer", "rows", "rejected", "remarks") if with_import else ("layer", "rows", "remarks")
    heads = "".join(f'<th class="{name}">{words[name]}</th>' for name in names)
    body = "".join(_layer_html(state, with_import=with_import) for state in states)
    if general:
        blank = f'<td colspan="{len(names) - 2}"></td>'
        body += f"<tr><td>{say('quality.general')}</td>{blank}<td>{_lines(general)}</td></tr>"
    explained = say("quality.layers_import" if with_import else "quality.layers_note")
    return f"<div>{_title_html('layers', explained)}<table><thead><tr>{heads}</tr></thead>{body}</table></div>"


def _layer_html(state: LayerState, *, with_import: bool) -> str:
    rejected = f'<td class="figure">{numbers.whole(state.rejected)}</td>' if with_import else ""
    remarks = _lines(state.remarks) if state.remarks else f'<span class="quiet">{say("quality.fine")}</span>'
    rows = f'<td class="figure">{numbers.whole(state.rows)}</td>'
    look = ' class="absent"' if state.rows is None else ""
    return f"<tr{look}><td>{state.name}</td>{rows}{rejected}<td>{remarks}</td></tr>"


def _lines(sentences: Sequence[str]) -> str:
    return "".join(f"<p>{for_html(sentence)}</p>" for sentence in sentences)


@cache
def _style_sheet() -> str:
    light = {name: value for name, value in colours().model_dump(by_alias=True).items() if isinstance(value, str)}
    return Template(Path(__file__).with_suffix(".css").read_text(encoding="utf-8")).substitute(light)
