"""What is kept in PostgreSQL: the only part of the doors that knows the database."""
