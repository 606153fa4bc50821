"""数据接入: hand in files or name paths, see what will be taken, import, and have the city checked."""

from functools import cache
from pathlib import Path
from string import Template

import streamlit as st

from data.errors import DataError
from metrics.summary import summary
from texts import say
from views import calls, intake, state
from views.draft import Draft, bound, clear_draft, draft
from views.escape import for_html
from views.intake import PARTS, Outcome
from views.intake_parts import ask_part, in_chinese, part_label, show_table
from views.notices import show_faults, show_notice
from views.numbers import whole
from views.plain_tables import table_html
from views.theme import put_style
