"""The base: migrations, shapes, and an audit trail that only grows."""

import re
import sqlite3
from pathlib import Path

import psycopg
import pyogrio
import pytest
import shapely
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from store import StoreError, open_store
from store.base import Base, engine_of
from store.migrating import migrate
from store.schema import audit, gaps, metadata, orders, scenarios
from tests.store import servers, streets
from tests.store.conftest import PASSWORD


def test_an_empty_base_gets_all_tables(kept):
    with kept.base.open(writing=False) as connection:
        names = set(sa.inspect(connection).get_table_names())
    assert set(metadata.tables) <= names


def test_opening_again_changes_nothing(kept, staff, url):
    again = open_store(url)
    assert again.people.accounts(staff.command) == kept.people.accounts(staff.command)
    again.close()


def test_a_base_with_data_keeps_them_when_it_is_migrated(empty_url, clock):
    base = Base(engine_of(empty_url), clock)
    with base.open(writing=True) as connection:
        migrate(connection, to="001")
        own = {"city": "c", "name": "甲", "text": "{}", "version": 3, "changed_at": clock(), "changed_by": "me"}
        connection.execute(sa.insert(scenarios).values(**own))
        assert not sa.inspect(connection).has_table("orders")
    base.engine.dispose()
    store = open_store(empty_url, now=clock)
    person = store.people.first("boss", "王主任", "a long password")
    assert store.scenarios.read(person, "c", "甲").version == 3
    assert store.orders.page(person).total == 0
    store.close()


@pytest.mark.filterwarnings("ignore:Did not recognize type 'geometry'")
def test_the_migrations_lead_to_the_tables_that_the_program_uses(kept):
    def ours(thing, name, kind, reflected, _):
        return not (kind == "table" and name == "spatial_ref_sys") and not (kind == "index" and "geometry" in name)

    with kept.base.open(writing=False) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "include_object": ours})
        assert compare_metadata(context, metadata) == []


def test_a_base_of_a_newer_version_is_left_alone(kept, url):
    with kept.base.open(writing=True) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '999'"))
    with pytest.raises(StoreError, match=r"更新版本的程序写的（999，本程序只认得到 \d+）"):
        open_store(url)


@pytest.mark.parametrize("wrong", ["nonsense", "mysql://host/base", "sqlite://", "postgresql://host"])
def test_a_url_that_is_none_is_told(wrong):
    with pytest.raises(StoreError, match="数据库地址写错了"):
        open_store(wrong)


@pytest.mark.parametrize(
    "order",
    [
        "UPDATE audit SET name = 'x'",
        "DELETE FROM audit",
        "REPLACE INTO audit SELECT * FROM audit",
        "TRUNCATE audit",
        "INSERT INTO audit SELECT * FROM audit WHERE true ON CONFLICT (id) DO UPDATE SET name = 'x'",
    ],
)
def test_the_audit_trail_only_grows(kept, staff, kind, order):
    if order.split()[0] in {"sqlite": {"TRUNCATE"}, "postgresql": {"REPLACE"}}[kind]:
        pytest.skip("this base has no such order")
    before = kept.audit.entries(staff.command)
    with pytest.raises(sa.exc.DBAPIError, match="never changed"), kept.base.open(writing=True) as connection:
        connection.execute(sa.text(order))
    assert kept.audit.entries(staff.command) == before


def test_nor_is_it_replaced_by_another_program(tmp_path):
    """Who opens the file without our settings: there a REPLACE deletes without asking the trigger on DELETE."""
    file = tmp_path / "store.db"
    opened = open_store(f"sqlite:///{file}")
    opened.people.first("boss", "王主任", PASSWORD)
    opened.close()
    other = sqlite3.connect(file)
    try:
        for order in ("REPLACE INTO audit SELECT * FROM audit", "DELETE FROM audit", "UPDATE audit SET id = 7"):
            with pytest.raises(sqlite3.IntegrityError, match="never changed"):
                other.execute(order)
    finally:
        other.close()


def test_what_a_transaction_could_not_finish_is_not_there(kept, staff, clock):
    with pytest.raises(RuntimeError), kept.base.open(writing=True) as connection:
        connection.execute(sa.delete(scenarios))
        connection.execute(sa.text("DELETE FROM people"))
        raise RuntimeError
    assert len(kept.people.accounts(staff.command)) == 6


def test_a_machine_without_postgresql_is_told_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(servers, "INSTALLED", tmp_path)
    with pytest.raises(servers.Missing, match="apt-get install postgresql postgresql-postgis"):
        servers.new_cluster()


def test_shapes_come_back_as_they_were(kept, staff, assessed):
    west = assessed("west_gap")
    run = kept.runs.keep(staff.command, west)
    kept.orders.make(staff.command, run)
    told = west.gaps.to_crs(4326).geometry
    for found in (kept.runs.gaps(staff.command, run), kept.orders.page(staff.command, sorted_by="newest").orders[::-1]):
        assert shapely.equals_exact([row.geometry for row in found], told.to_numpy(), 1e-12).all()


def test_qgis_finds_gaps_sites_and_orders_as_geometry_columns(kept, kind):
    if kind == "sqlite":
        assert str(gaps.c.geometry.type.compile(kept.base.engine.dialect)) == "BLOB"
        return
    with kept.base.open(writing=False) as connection:
        asked = "SELECT f_table_name, f_geometry_column, srid, type FROM geometry_columns"
        rows = {tuple(row) for row in connection.execute(sa.text(asked))}
        area = connection.execute(sa.select(sa.func.ST_SRID(orders.c.geometry))).all()
    assert rows == {(name, "geometry", 4326, "GEOMETRY") for name in ("gaps", "sites", "orders")}
    assert area == []


def test_qgis_reads_what_is_in_them(kept, staff, assessed, kind, url):
    """As QGIS asks: the columns that are listed, and their rows as WKB, by another program than ours."""
    if kind == "sqlite":
        pytest.skip("SQLite keeps WKB; QGIS reads the files beside it")
    west = assessed("west_gap")
    kept.orders.make(staff.command, kept.runs.keep(staff.command, west))
    kept.runs.keep_sites(staff.command, streets.town("west_gap"), name="测试市")
    with psycopg.connect(url) as connection:
        listed = connection.execute("SELECT f_table_name, f_geometry_column FROM geometry_columns").fetchall()
        shapes = {
            table: [
                shapely.from_wkb(bytes(row[0]))
                for row in connection.execute(f"SELECT ST_AsBinary({column}) FROM {table} ORDER BY id")
            ]
            for table, column in listed
        }
        kinds = dict(connection.execute("SELECT ST_GeometryType(geometry), count(*) FROM gaps GROUP BY 1").fetchall())
        near = connection.execute("SELECT count(*) FROM gaps, orders WHERE gaps.geometry && orders.geometry").fetchone()
    assert len(shapes["gaps"]) == len(shapes["orders"]) == sum(kinds.values()) == 3 <= near[0]
    told = west.gaps.to_crs(4326).geometry.to_numpy()
    assert shapely.equals_exact(shapes["gaps"], told, 1e-12).all()
    assert len(shapes["sites"]) == len(streets.town("west_gap").sites)
    if "PostgreSQL" in pyogrio.list_drivers():
        address = sa.make_url(url)
        source = f"PG:host={address.host} port={address.port} dbname={address.database} user={address.username}"
        assert len(pyogrio.read_dataframe(source, layer="gaps")) == 3


def test_the_account_of_the_guide_reads_the_map_and_nothing_else(kept, staff, assessed, kind, url):
    """The grants and filters of the administrator's guide, as QGIS uses them."""
    if kind == "sqlite":
        pytest.skip("SQLite has no accounts")
    guide = (Path(__file__).parents[2] / "docs/guide/administrator.md").read_text(encoding="utf-8")
    grant, newest = (re.search(pattern, guide).group(1) for pattern in (r"(GRANT .*) TO qgis;", r'`("run" = .*?)`'))
    kept.runs.keep(staff.command, assessed("west_gap"))
    last = kept.runs.keep(staff.command, assessed("bare"))
    with psycopg.connect(url) as connection:
        connection.execute("CREATE ROLE map_reader")
        connection.execute(f"{grant} TO map_reader")
        connection.execute("SET ROLE map_reader")
        wanted = newest.replace("本市名称", kept.runs.newest(staff.command)[0].city)
        shown = connection.execute(f"SELECT DISTINCT run FROM gaps WHERE {wanted}").fetchall()
        connection.execute('SELECT id, geometry FROM orders WHERE "is_open"')
        connection.execute("SELECT id, geometry FROM sites")
        readable = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND (has_table_privilege(oid, 'SELECT') OR has_table_privilege(oid, 'INSERT, UPDATE, DELETE'))"
        ).fetchall()
        changeable = connection.execute("SELECT has_table_privilege('orders', 'INSERT, UPDATE, DELETE')").fetchone()
        connection.rollback()
    assert shown == [(last,)]
    assert {name for (name,) in readable} - {"spatial_ref_sys"} == {"gaps", "orders", "sites", "runs"}
    assert changeable == (False,)


def test_nothing_but_a_row_of_its_own_comes_of_a_note(kept, staff):
    with kept.base.open(writing=False) as connection:
        rows = connection.execute(sa.select(sa.func.count()).select_from(audit)).scalar_one()
    assert rows == len(kept.audit.entries(staff.command))
