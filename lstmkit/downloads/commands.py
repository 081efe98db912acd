"""The commands that fetch what others own."""

from pathlib import Path

import click

from lstmkit.downloads import catalogue
from lstmkit.files import data_folder
from lstmkit.options import json_option
from lstmkit.terminal import say, show_json, table

data_option = click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=data_folder,
    show_default="LSTMKIT_DATA, else the user's data folder",
    help="Folder of fetched data.",
)


@click.group()
def data() -> None:
    """List and fetch data files of others: prices, MIDI, sentences, word vectors."""


@data.command("list", epilog="Example: lstmkit data list")
@data_option
@json_option
def list_(folder: Path, as_json: bool) -> None:
    """List what can be fetched, and what is here already."""
    from lstmkit.downloads.fetch import state

    rows = [
        {
            "name": source.name,
            "file": file.name,
            "bytes": file.size,
            "state": state(file, folder),
            "what": source.what,
            "licence": source.licence,
        }
        for source in catalogue.CATALOGUE
        for file in source.files
    ]
    if as_json:
        for row in rows:
            show_json({**row, "path": str(folder / str(row["file"]))})
        return
    say(table([{**row, "bytes": f"{row['bytes']:,}"} for row in rows]))
    say(f"\nfolder: {folder}", err=True)


@data.command("fetch", epilog="Example: lstmkit data fetch dis")
@click.argument(
    "names",
    nargs=-1,
    metavar="[dis|metheny|emoji|public|glove|all]...",
    shell_complete=lambda _ctx, _parameter, incomplete: [
        name for name in (*catalogue.NAMES, "all") if name.startswith(incomplete)
    ],
)
@data_option
@json_option
def fetch_files(names: tuple[str, ...], folder: Path, as_json: bool) -> None:
    """Fetch files, checked by their SHA-256, to where the other commands look for them.

    Without a name: the tutorial's files, which are small.
    """
    sources = catalogue.chosen(names or catalogue.SMALL)
    from lstmkit.downloads.fetch import fetch

    for source in sources:
        paths = [str(path) for path in fetch(source, folder)]
        if as_json:
            show_json({"name": source.name, "files": paths})
            continue
        say("\n".join(paths))
        say(f"next: {source.next_command}", err=True)
