"""Orders (整改单): made, changed, reviewed; listed, counted, and told of."""

from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from metrics.assessment import Assessment
from store.access import SYSTEM, Act, Person, seen_by
from store.audit import ORDER, Entry, entry_of
from store.base import Base
from store.errors import Denied
from store.order import Counts, Order, Page, Tally, Wanted, order_of
from store.order_changes import Asked, Changed, Line, change_lines, order_entries
from store.order_lists import SORTED, Choices, board_of, choices_of, counts_of, page_of
from store.order_making import Made, Preview, make_orders, preview_orders
from store.order_review import Reviewed, raise_overdue, review_orders
from store.photo import Photo
from store.schema import audit, orders
from texts import say

_ALL = Wanted()


class Orders:
    """Rectification orders; every call says who acts, and sees and changes only what that person may."""

    def __init__(self, base: Base):
        self._base = base

    def make(
        self,
        by: Person,
        run: int,
        gaps: Sequence[int] | None = None,
        *,
        dispatch: bool = True,
        limit_on: date | None = None,
        note: str = "",
    ) -> Made:
        """
        Orders from gaps of a run, to the units that answer for them.

        A gap that has an open order gets no second one; one whose order was closed lately opens that one again.

        Parameters
        ----------
        by
            The acting person.
        run
            The run.
        gaps
            Ids of its gaps; all that lie in the person's area when None.
        dispatch
            Whether they are dispatched at once.
        limit_on
            The day by which they have to be dealt with, in place of the usual one.
        note
            Goes with the dispatch.

        Raises
        ------
        Denied
            To all but command centre and districts, and to these outside their area.
        StoreError
            When a gap has no unit, is not of the run, or the limit is past; then no order is made.
        """
        with self._base.writing(by, Act.MAKE_ORDERS) as connection:
            now = self._base.now()
            return make_orders(connection, by, run, gaps, now, dispatch=dispatch, limit_on=limit_on, note=note)

    def preview(self, by: Person, run: int, gaps: Sequence[int] | None = None) -> Preview:
        """
        What `make` would make of gaps of a run; nothing is changed. Raises as `make`, but where gaps have no unit.
        """
        with self._base.reading(by, Act.MAKE_ORDERS) as connection:
            return preview_orders(connection, by, run, gaps, self._base.today())

    def change(
        self,
        by: Person,
        number: int,
        version: int,
        step: str,
        *,
        note: str = "",
        limit_on: date | None = None,
        unit: str = "",
        photos: Sequence[Photo] = (),
    ) -> Order:
        """
        Do a step of ``data/orders.yaml`` to an order.

        Parameters
        ----------
        by
            The acting person.
        number, version
            The order, and its version as the person saw it.
        step
            The step.
        note, limit_on, unit
            What the step asks for.
        photos
            Kept with the step, or not at all.

        Raises
        ------
        Denied
            When the order is not the person's, or the role may not do the step.
        Conflict
            When somebody changed it since: with what they did, and with this change as it was asked for.
        StoreError
            When the step cannot be done now, or something it asks for is missing or wrong.
        """
        asked = Asked(step, note.strip(), limit_on, unit.strip())
        with self._base.writing(by, Act.CHANGE_ORDERS) as connection:
            changed = change_lines(connection, by, [Line(number, version, asked)], self._base.now(), given=photos)
            if changed.refused:
                raise changed.refused[number]
        return changed.done[0]

    def change_many(
        self,
        by: Person,
        chosen: Mapping[int, int],
        step: str,
        *,
        note: str = "",
        limit_on: date | None = None,
        unit: str = "",
    ) -> Changed:
        """Do a step to many orders (id: version seen); those that `change` would refuse are left, the rest is done."""
        asked = Asked(step, note.strip(), limit_on, unit.strip())
        return self.change_lines(by, [Line(number, version, asked) for number, version in chosen.items()])

    def change_lines(self, by: Person, lines: Sequence[Line]) -> Changed:
        """Do steps to orders, each its own; those that `change` would refuse are left, the rest is done."""
        with self._base.writing(by, Act.CHANGE_ORDERS) as connection:
            return change_lines(connection, by, lines, self._base.now())

    def review(self, by: Person, run: int, assessment: Assessment) -> Reviewed:
        """
        Hold the orders against a later run, which was kept from ``assessment``.

        Orders by the same book in the same phase whose gap is gone, where the subject is known, are proposed for
        closing; a proposal is withdrawn when the gap is there again, and an order closed before the run is opened.

        Raises
        ------
        Denied
            To all but the command centre, planners and the program itself.
        ValueError
            When the run is not of this assessment.
        """
        with self._base.writing(by, Act.REVIEW_ORDERS) as connection:
            return review_orders(connection, by, run, assessment, self._base.now())

    def raise_overdue(self, by: Person = SYSTEM) -> tuple[int, ...]:
        """Let each order whose limit has passed go up one level, once for each limit; which ones."""
        with self._base.writing(by, Act.RAISE_ORDERS) as connection:
            return raise_overdue(connection, by, self._base.now())

    def get(self, by: Person, number: int) -> Order:
        """
        One order.

        Raises
        ------
        Denied
            When it is not there or not the person's.
        """
        asked = sa.select(orders).where(orders.c.id == number, *seen_by(by, orders))
        with self._base.reading(by, Act.SEE_ORDERS) as connection:
            row = connection.execute(asked).one_or_none()
        if row is None:
            raise Denied(say("store.access.out_of_area"))
        return order_of(row)

    def page(
        self, by: Person, wanted: Wanted = _ALL, *, sorted_by: str = "due", limit: int = 100, offset: int = 0
    ) -> Page:
        """A page of the orders that are wanted, sorted by ``due``, ``newest`` or ``unit``."""
        with self._base.reading(by, Act.SEE_ORDERS) as connection:
            return page_of(connection, wanted.conditions(by, self._base.today()), sorted_by, limit, offset)

    def versions(self, by: Person, wanted: Wanted = _ALL, *, limit: int = 5000) -> dict[int, int]:
        """The ids of the orders that are wanted, each with its version, those due first at the head."""
        conditions = wanted.conditions(by, self._base.today())
        asked = sa.select(orders.c.id, orders.c.version).where(*conditions).order_by(*SORTED["due"]).limit(limit)
        with self._base.reading(by, Act.SEE_ORDERS) as connection:
            return dict(connection.execute(asked).all())

    def choices(self, by: Person, *, city: str | None = None) -> Choices:
        """The districts, units and rules of the orders that the person sees."""
        with self._base.reading(by, Act.SEE_ORDERS) as connection:
            return choices_of(connection, Wanted(city=city).conditions(by, self._base.today()))

    def board(self, by: Person, wanted: Wanted = _ALL) -> list[Tally]:
        """How many orders each unit has in each state, by unit and in the order of the states."""
        today = self._base.today()
        with self._base.reading(by, Act.SEE_ORDERS) as connection:
            return board_of(connection, wanted.conditions(by, today), today)

    def counts(self, by: Person, *, city: str | None = None) -> Counts:
        """Orders that are open, overdue, due today, proposed for closing, and closed today."""
        today = self._base.today()
        with self._base.reading(by, Act.SEE_ORDERS) as connection:
            return counts_of(connection, Wanted(city=city).conditions(by, today), today)

    def history(self, by: Person, number: int) -> list[Entry]:
        """
        All that was done to an order, oldest first: who, when, from, to.

        Raises
        ------
        Denied
            When it is not there or not the person's.
        """
        self.get(by, number)
        with self._base.reading(by, Act.SEE_ORDERS) as connection:
            return order_entries(connection, number)

    def news(self, by: Person, *, limit: int = 20) -> list[tuple[Entry, str]]:
        """The newest that was done to orders that the person sees, newest first, each with the name of the place."""
        asked = (
            sa.select(audit, orders.c.subject_name)
            .join(orders, orders.c.id == audit.c.number)
            .where(audit.c.about == ORDER, *seen_by(by, orders))
            .order_by(audit.c.id.desc())
            .limit(limit)
        )
        with self._base.reading(by, Act.SEE_ORDERS) as connection:
            return [(entry_of(row), row.subject_name) for row in connection.execute(asked)]
