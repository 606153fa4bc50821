"""An assessment kept whole: its run, the review of orders, its tables as files, and the sites for QGIS."""

from pathlib import Path

from sqlalchemy import Connection

from data.city import City
from metrics.assessment import Assessment
from store.access import Person
from store.opening import Store
from store.order_review import review_orders
from store.run_files import has_files, keep_files
from store.runs import Run


def keep_assessment(store: Store, by: Person, assessment: Assessment) -> Run:
    """
    The run of an assessment, kept now when it was not yet.

    Then orders whose gap is gone are proposed for closing, and those whose gap is back are opened again.

    Raises
    ------
    Denied
        To all but the command centre and planners.
    StoreError
        When the base does not answer.
    """

    def review(connection: Connection, run: int) -> None:
        review_orders(connection, by, run, assessment, store.base.now())

    return store.runs.keep_once(by, assessment, then=review)


def keep_whole(store: Store, by: Person, assessment: Assessment, city: City, *, folder: Path) -> Run:
    """
    As `keep_assessment`; then the tables of the assessment go into ``folder``, and the sites into the base.

    What a killed process did not get to is made up for the next time. Raises as `keep_assessment`, and `StoreError`
    when the files cannot be written.
    """
    run = keep_assessment(store, by, assessment)
    if not has_files(folder, run):
        store.runs.keep_sites(by, city, name=run.city)
        keep_files(folder, run, assessment)
    return run
