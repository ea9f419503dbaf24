"""After the commit: dispatch, timers, runs, deliveries, connectors, worker."""
