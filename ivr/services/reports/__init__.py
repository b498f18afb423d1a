"""Reports: counted by day, summed up by month."""
