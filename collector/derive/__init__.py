"""From raw rows to what a library reports: local days and hours, statuses, estimates, occupancy, anomalies."""
