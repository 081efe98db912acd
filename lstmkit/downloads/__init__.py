"""The files of others that lstmkit can fetch for a user but may not ship: what, from where, how.

Every file is known by its size and SHA-256 before it is asked for, and takes its name in the user's
data folder only once both are right.
"""
