"""An assessment as files to be handed on: a page with its map, a GeoPackage for QGIS, a KMZ for the field."""
