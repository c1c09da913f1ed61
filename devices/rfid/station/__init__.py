"""The tagging station: a barcode becomes a tag, a shelf changes its data model, and either can be undone."""
