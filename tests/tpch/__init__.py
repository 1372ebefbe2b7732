"""The questions of the TPC-H benchmark, asked of kubus and, as SQL, of the databases themselves."""
