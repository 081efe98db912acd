"""Run `lstmkit data fetch` for a file of a test's own: URL, bytes and SHA-256 are its words."""

import sys

from lstmkit.cli import main
from lstmkit.downloads import catalogue
from lstmkit.downloads.remote import RemoteFile, Source

if __name__ == "__main__":
    url, size, sha256 = sys.argv[1:4]
    file = RemoteFile("file.csv", url, int(size), sha256)
    catalogue.CATALOGUE = (Source("dis", "a file", "ours", (file,), "next"),)
    main(["data", "fetch", "dis", "--data", "fetched"])
