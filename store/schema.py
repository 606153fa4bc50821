"""The tables of a store, as the newest migration leaves them."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from store.columns import Moment, Shape

metadata = MetaData()


def _key() -> Column:
    return Column("id", Integer, primary_key=True)


def _text(name: str, **options) -> Column:
    return Column(name, String, nullable=options.pop("nullable", False), **options)


audit = Table(
    "audit",
    metadata,
    _key(),
    Column("at", Moment, nullable=False),
    Column("person", Integer),
    _text("name"),
    _text("role"),
    _text("about"),
    Column("number", Integer, nullable=False),
    _text("act"),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Index("audit_of", "about", "number"),
    Index("audit_at", "at"),
)

people = Table(
    "people",
    metadata,
    _key(),
    _text("login", unique=True),
    _text("name"),
    _text("role"),
    _text("unit"),
    _text("district"),
    _text("password", nullable=True),
    Column("must_change", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Moment),
    Column("active", Boolean, nullable=False),
    Column("stamp", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    _key(),
    Column("person", Integer, ForeignKey("people.id"), nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("stamp", Integer, nullable=False),
    Column("outside", Boolean, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("ended_at", Moment),
    Index("sessions_until", "until"),
)

wall_tokens = Table(
    "wall_tokens",
    metadata,
    _key(),
    _text("name"),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("made_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("revoked_at", Moment),
)

runs = Table(
    "runs",
    metadata,
    _key(),
    Column("at", Moment, nullable=False),
    _text("by_name"),
    _text("city"),
    _text("city_print"),
    _text("book"),
    _text("book_print"),
    _text("edition"),
    _text("phase"),
    _text("data_date", nullable=True),
    Column("score", Float),
    Column("pass_probability", Float),
    Column("gap_m", Float, nullable=False),
    Column("gaps", Integer, nullable=False),
    Index("runs_of", "city", "book", "phase", "at"),
)

figures = Table(
    "run_figures",
    metadata,
    Column("run", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("scope", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("class", String, primary_key=True),
    Column("score", Float),
    Column("full", Float),
    Column("pass_rate", Float),
    Column("rank", Integer),
    _text("flag", nullable=True),
    Column("passed", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),
    Column("deduction", Float),
    Column("gap_m", Float),
    Column("pass_probability", Float),
)


def _gap_columns() -> list[Column]:
    """What orders and gaps both say of a gap."""
    return [
        _text("rule"),
        _text("clause"),
        _text("title"),
        _text("subject"),
        _text("subject_name"),
        _text("class"),
        _text("district"),
        _text("unit"),
        Column("from_m", Float),
        Column("to_m", Float),
        Column("length_m", Float),
        Column("missing", Float),
        Column("repair_min", Float),
        Column("explanation", Text, nullable=False),
        Column("geometry", Shape),
    ]


gaps = Table(
    "gaps",
    metadata,
    _key(),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
    *_gap_columns(),
    Index("gaps_of", "run", "district", "unit"),
)

sites = Table(
    "sites",
    metadata,
    _key(),
    _text("city"),
    _text("site"),
    _text("name"),
    _text("carrier"),
    _text("themes"),
    _text("condition"),
    _text("unit"),
    Column("geometry", Shape, nullable=False),
    Index("sites_of", "city"),
)

scenarios = Table(
    "scenarios",
    metadata,
    _key(),
    _text("city"),
    _text("district"),
    _text("name"),
    Column("text", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Moment, nullable=False),
    _text("changed_by"),
    UniqueConstraint("city", "district", "name", name="scenarios_one_name"),
)

_OPEN_PLACE = text("is_open AND from_m IS NULL")

orders = Table(
    "orders",
    metadata,
    _key(),
    _text("city"),
    _text("book"),
    _text("phase"),
    *_gap_columns(),
    _text("state"),
    Column("is_open", Boolean, nullable=False),
    _text("level"),
    Column("found_on", Date, nullable=False),
    Column("dispatch_by", Date, nullable=False),
    Column("deal_by", Date, nullable=False),
    Column("close_by", Date, nullable=False),
    Column("due_on", Date),
    Column("raised_for", Date),
    Column("proposed", Boolean, nullable=False),
    Column("first_run", Integer, ForeignKey("runs.id"), nullable=False),
    Column("last_run", Integer, ForeignKey("runs.id"), nullable=False),
    Column("closed_at", Moment),
    Column("closed_on", Date),
    Column("changed_at", Moment, nullable=False),
    _text("changed_by"),
    Column("version", Integer, nullable=False),
    Index("orders_due", "is_open", "due_on"),
    Index("orders_unit", "unit", "state", "due_on"),
    Index("orders_district", "district", "state", "due_on"),
    Index("orders_closed", "closed_on"),
    Index("orders_gap", "city", "rule", "subject", "district"),
    Index("orders_list", "city", "is_open", "due_on", "proposed", "closed_on"),
    Index("orders_board", "city", "unit", "state", "due_on"),
    Index(
        "orders_one_open_place",
        "city",
        "rule",
        "subject",
        "district",
        unique=True,
        sqlite_where=_OPEN_PLACE,
        postgresql_where=_OPEN_PLACE,
    ),
)

photos = Table(
    "photos",
    metadata,
    _key(),
    Column("order_id", Integer, ForeignKey("orders.id"), nullable=False),
    _text("kind"),
    Column("at", Moment, nullable=False),
    Column("person", Integer),
    _text("by_name"),
    _text("digest"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    UniqueConstraint("order_id", "digest", name="photos_once"),
)

mocks = Table(
    "mocks",
    metadata,
    _key(),
    _text("city"),
    _text("district"),
    _text("name"),
    _text("code"),
    Column("facts", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    _text("made_by"),
    Column("changed_at", Moment, nullable=False),
    Column("told_at", Moment),
    UniqueConstraint("city", "district", "name", name="mocks_one_name"),
)

mock_parts = Table(
    "mock_parts",
    metadata,
    Column("mock", Integer, ForeignKey("mocks.id"), primary_key=True),
    Column("district", String, primary_key=True),
    Column("facts", JSON, nullable=False),
    Column("keys", JSON, nullable=False),
    Column("text", Text, nullable=False),
)

mock_results = Table(
    "mock_results",
    metadata,
    Column("mock", Integer, ForeignKey("mocks.id"), primary_key=True),
    Column("key", String, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("found", Float),
    Column("remark", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Moment),
    _text("changed_by"),
)

unit_names = Table("unit_names", metadata, Column("old", String, primary_key=True), _text("new"))

campaign = Table(
    "campaign",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("code", String, primary_key=True),
    _text("name"),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    _text("book_phase"),
)
