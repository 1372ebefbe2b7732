"""The questions of the TPC-DS benchmark, asked of kubus and, as SQL, of the databases themselves."""
