"""What must survive: runs, orders, scenarios, people, audit trail; in SQLite, or in PostgreSQL with PostGIS."""

from store.access import SYSTEM, Person
from store.errors import Conflict, Denied, StoreError
from store.opening import Store, open_store
from store.order import Order, Wanted
from store.phases import Phase

__all__ = ["SYSTEM", "Conflict", "Denied", "Order", "Person", "Phase", "Store", "StoreError", "Wanted", "open_store"]
