"""When the next rows come, told from the dates of a file or known of its exchange."""
