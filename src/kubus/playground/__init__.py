"""Pages to look at a project with, and what they ask of the server. They are there in development mode alone."""
