"""Migrations of a store, oldest first in ``versions``; run by `store.migrating`."""
