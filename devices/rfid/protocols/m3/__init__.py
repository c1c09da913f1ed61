"""3M/Bibliotheca pads 210 and 810 ("D6"): frames, commands, answers, error codes, and frames in words."""
