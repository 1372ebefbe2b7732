"""What is wrong with a data model, and what is probably not meant, for people, editors and CI."""
