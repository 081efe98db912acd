function valueOf(cell) {
  const text = cell.textContent.trim();
  const number = Number(text.replace(/[,%]/g, ""));
  return text === "" || Number.isNaN(number) ? text : number;
}

function compare(one, other) {
  const numbers = (typeof one === "number") - (typeof other === "number");
  if (numbers) return -numbers;
  return typeof one === "number" ? one - other : one.localeCompare(other);
}

for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0], heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach((head, column) => head.firstElementChild.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const one of heads) one.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = Array.from(body.rows, (row) => [valueOf(row.cells[column]), row]);
    rows.sort(([one], [other]) => compare(one, other) * (down ? -1 : 1));
    body.append(...rows.map(([, row]) => row));
  }));
}
