"""A scenario as data files: ``scenario.gpkg`` for maps, ``sites.csv`` for spreadsheets and for the next import."""

from pathlib import Path

import pandas as pd

from briefing.files import write_text
from data._gdal import write_package
from data.city import City
from data.headings import label
from data.spreadsheet import BYTE_ORDER_MARK, csv_text
from data.vocabulary import Words, split_list, vocabulary
from metrics.scenario import Changes, change_table, site_table
from texts import say


def write_scenario(city: City, changes: Changes, folder: Path | str) -> list[Path]:
    """
    Write the edited city's sites into ``folder`` (made if missing), each file whole or not at all.

    ``scenario.gpkg`` (WGS 84) holds the layers ``sites`` (all sites as they would be) and ``changes``; ``sites.csv``
    the sites with their longitude and latitude under Chinese headings. Either can be imported again as sites.

    Returns
    -------
    list of Path
        Both files.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    package, table = folder / "scenario.gpkg", folder / "sites.csv"
    write_package({"sites": site_table(city, changes), "changes": change_table(city, changes)}, package)
    write_text(table, BYTE_ORDER_MARK + csv_text(spreadsheet_of_sites(city, changes)))
    return [package, table]


def _in_chinese(words: Words, cell: object) -> object:
    """The names of a code, or of codes in a list; what has none, and what is no text, as it is."""
    if not isinstance(cell, str):
        return cell
    return say("explain.joiner").join(words.label(code) for code in split_list(cell))


def spreadsheet_of_sites(city: City, changes: Changes) -> pd.DataFrame:
    """
    The sites as a table to be read: longitude and latitude, WGS 84, Chinese headings and words where there are any.

    Read as a ``sites`` layer again it gives the same sites.
    """
    sites = site_table(city, changes)
    table = pd.DataFrame(sites.drop(columns="geometry")).assign(lon=sites.geometry.x, lat=sites.geometry.y)
    for name in table:
        if (words := vocabulary().of("sites", name)) is not None:
            table[name] = [_in_chinese(words, cell) for cell in table[name]]
    return table.rename(columns={name: label("sites", name) for name in table})
