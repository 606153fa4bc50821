"""Column types that SQLite and PostgreSQL share: points in time, and shapes that QGIS opens."""

from datetime import UTC, datetime

import shapely
from sqlalchemy import DateTime, TypeDecorator
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import UserDefinedType

SRID = 4326


class Moment(TypeDecorator):
    """A point in time: aware in Python, UTC in the base."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect) -> datetime | None:
        """In UTC; SQLite keeps no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect) -> datetime | None:
        """As it was kept, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Shape(UserDefinedType):
    """A geometry in WGS 84: a PostGIS ``geometry(Geometry, 4326)``, or WKB in SQLite; shapely in Python."""

    cache_ok = True

    def get_col_spec(self, **_) -> str:
        """The column in PostGIS."""
        return f"geometry(Geometry,{SRID})"

    def bind_processor(self, dialect):
        """WKB for SQLite; EWKB in hexadecimal, which PostGIS reads as a geometry."""
        as_hex = dialect.name != "sqlite"

        def bound(value: shapely.Geometry | None) -> str | bytes | None:
            if value is None:
                return None
            shape = shapely.set_srid(value, SRID) if as_hex else value
            return shapely.to_wkb(shape, hex=as_hex, include_srid=as_hex)

        return bound

    def result_processor(self, dialect, coltype):
        """Shapely geometries, without an SRID."""

        def read(value: str | bytes | None) -> shapely.Geometry | None:
            return None if value is None else shapely.set_srid(shapely.from_wkb(value), 0)

        return read


@compiles(Shape, "sqlite")
def _blob(element, compiler, **_) -> str:
    return "BLOB"
