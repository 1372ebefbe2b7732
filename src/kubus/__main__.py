"""`python -m kubus` is `kubus`."""

from kubus.cli.main import main

main()
