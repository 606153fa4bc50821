"""The help beside a choice: the failing window of a street, or what can be seen from a square, with the edits made."""

import pandas as pd
import streamlit as st

from metrics.listing import WALKED
from metrics.why import place_of, strip_of
from texts import say
from texts.escape import for_html
from views.charts import CONFIG
from views.siting_desk import Desk
from views.siting_work import Bench
from views.square import place_figure
from views.strip import strip_figure


def show_help(bench: Bench, desk: Desk, *, drawn: bool) -> None:
    """The chosen street or place as it is with the edits; charts only once ``drawn``."""
    with st.container(key="siting_help"):
        if desk.subject is None:
            st.html(f'<p class="empty">{say("siting.help.none")}</p>')
            return
        assessment, city = bench.assessed_with(desk.scenario.changes)
        rule_id, subject = desk.subject
        verdicts = assessment.verdicts
        own = verdicts[(verdicts["rule"] == rule_id) & (verdicts["subject"] == subject)]
        rule = next((rule for rule in assessment.book.at(assessment.phase) if rule.id == rule_id), None)
        if own.empty or rule is None:
            st.html(f'<p class="empty">{say("siting.help.gone")}</p>')
            return
        verdict = own.iloc[0]
        words, picture, _ = st.columns([300, 742, 290] if rule.measure in WALKED else [300, 420, 612], gap="medium")
        words.html(_words(verdict, rule.title))
        if not drawn:
            return
        if rule.measure in WALKED:
            strip = strip_of(assessment, city, rule, subject)
            figure = strip_figure(strip, focus=_worst_gap(assessment.gaps, rule_id, subject))
            picture.plotly_chart(figure, config=CONFIG, theme=None, key="siting_strip", width="stretch")
        elif (place := place_of(assessment, city, rule, subject)) is not None:
            picture.plotly_chart(place_figure(place), config=CONFIG, theme=None, key="siting_square", width="stretch")


def _worst_gap(gaps: pd.DataFrame, rule: str, subject: str) -> tuple[float, float] | None:
    """From where to where the worst failing stretch of a street runs, metres; None when none does."""
    own = gaps[(gaps["rule"] == rule) & (gaps["subject"] == subject) & gaps["from_m"].notna()]
    if own.empty:
        return None
    worst = own.sort_values(["missing", "length_m"]).iloc[-1]
    return float(worst["from_m"]), float(worst["to_m"])


def _words(verdict: pd.Series, title: str) -> str:
    who = "　".join(for_html(part) for part in (verdict["district"], verdict["unit"]) if isinstance(part, str))
    status = verdict["status"]
    return (
        f'<div class="note">{say("siting.help.title")}</div>'
        f'<div class="why-name">{for_html(verdict["subject_name"])}</div><div class="note">{who}</div>'
        f'<p class="why-text"><span class="{"fail" if status == "fail" else ""}">'
        f"{say(f'coverage.status.{status}')}</span>　{for_html(verdict['explanation'])}</p>"
        f'<div class="note">{for_html(title)}</div>'
    )
