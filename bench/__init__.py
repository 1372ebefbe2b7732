"""What is measured: kubus beside a real Cube, on the same PostgreSQL and data. `make bench` runs it."""
