"""What a model has to ask for, as a searchable list in HTML, for notebooks."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from uuid import uuid4

KINDS = (("measures", "measure"), ("dimensions", "dimension"), ("segments", "segment"))

CELL = "padding:.15em .75em;text-align:left;vertical-align:top;"

# Shows the members whose name, title or description has every word, and opens the cubes that have such members.
SEARCH = """
const box = document.getElementById("ID");
box.querySelector("input").addEventListener("input", event => {
  const words = event.target.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const cube of box.querySelectorAll("details")) {
    let found = 0;
    for (const member of cube.querySelectorAll("tbody tr")) {
      const text = member.textContent.toLowerCase();
      const has = words.every(word => text.includes(word));
      member.hidden = !has;
      found += has;
    }
    cube.hidden = !found;
    cube.open = words.length > 0 && found > 0;
  }
});
"""


def member_list_html(cubes: Iterable[Mapping[str, Any]]) -> str:
    """The cubes and views of `/v1/meta`, each to be opened, with a field that searches in them."""
    name = f"kubus-{uuid4().hex}"
    body = "".join(cube_html(cube) for cube in cubes)
    return (
        f'<div id="{name}" class="kubus-members">'
        '<input type="search" placeholder="Search members" aria-label="Search members" '
        'style="padding:.3em .6em;margin-bottom:.5em;width:20em">'
        f"{body}<script>{{{SEARCH.replace('ID', name)}}}</script></div>"
    )


def cube_html(cube: Mapping[str, Any]) -> str:
    members = [(kind, member) for group, kind in KINDS for member in cube.get(group, ())]
    rows = "".join(member_html(kind, member) for kind, member in members)
    told = f"{cube.get('type', 'cube')}, {len(members)} members"
    if cube.get("description"):
        told += f" — {cube['description']}"
    return (
        f"<details><summary><b>{escape(cube['name'])}</b> "
        f'<span style="opacity:.7">{escape(told)}</span></summary>'
        f'<table style="border-collapse:collapse"><tbody>{rows}</tbody></table></details>'
    )


def member_html(kind: str, member: Mapping[str, Any]) -> str:
    cells = (
        f"<code>{escape(member['name'])}</code>",
        kind,
        escape(str(member.get("type") or "")),
        escape(str(member.get("shortTitle") or member.get("title") or "")),
        escape(str(member.get("description") or "")),
    )
    return "<tr>" + "".join(f'<td style="{CELL}">{cell}</td>' for cell in cells) + "</tr>"
