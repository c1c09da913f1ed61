"""Everything the kiosk says, in every language: catalogues, dates and money, and a sentence for each value."""
