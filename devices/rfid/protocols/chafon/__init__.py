"""UHF readers of the Chafon/UHFReader18 and UHFReader288 families (RU5102, CF-RU, CF-MU, UR and many others)."""
