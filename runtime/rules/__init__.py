"""Rules with the save: which are started, what they do, and the runs that say so."""
