"""kubus beside a real Cube, on the same PostgreSQL and data: what is measured, and against which target."""
