"""Types of a data model for programs that ask it: names of members, and rows of saved queries."""
