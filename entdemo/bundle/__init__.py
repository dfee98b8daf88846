"""Weight bundles: load, save, verify, exchange with the Hub."""
