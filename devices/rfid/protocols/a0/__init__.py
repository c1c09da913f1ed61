"""UHF readers with the Impinj R2000 or a copy of it that speak the A0 protocol (YR90x, IND90x, D100, M2800, …)."""
