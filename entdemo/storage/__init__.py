"""Files and folders that a crash cannot leave half done, tables, formats."""
