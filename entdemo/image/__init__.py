"""From any upload to a clean square frame."""
