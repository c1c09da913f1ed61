"""125 kHz readers that only talk: RDM6300, RDM630, ID-12LA, ID-20, Seeed, 7941E and their copies."""
