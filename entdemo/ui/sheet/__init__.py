"""Case sheets: a query, its answer, the nearest cases and notes, to print or to keep."""
