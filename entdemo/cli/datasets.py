"""``datasets``: public data sets that a gallery can be built from."""

from __future__ import annotations

from dataclasses import asdict

from entdemo.cli.output import Json, out, print_json, rows


def datasets(json: Json = False) -> None:
    """List public data sets to download by hand, their licences and how they are read."""
    from entdemo.data.public.catalogue import PUBLIC_SETS

    if json:
        told = [asdict(it) | {"read": it.read is not None} for it in PUBLIC_SETS]
        print_json({"datasets": told})
        return
    lines = [[it.name, it.region, it.licence, it.home, it.layout] for it in PUBLIC_SETS]
    out.print(rows("Public data sets", ["name", "region", "licence", "home", "layout"], lines))
    out.print("entdemo gallery build DIR --from PATH --dataset NAME makes a gallery of one.")
