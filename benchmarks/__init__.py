"""Speed, as ratios to a hand-written baseline measured in the same run on the same machine: ``make bench``."""
