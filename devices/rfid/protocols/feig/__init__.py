"""FEIG OBID readers in ISO host mode: frames, commands, answers, status codes, and frames in words."""
