"""M100/QM100 and R200 UHF modules: frames, commands, answers, error codes, and frames in words."""
