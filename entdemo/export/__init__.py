"""Cases out of the app: one model of a handout, and a writer for each kind of file."""
