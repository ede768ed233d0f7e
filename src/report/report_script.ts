/**
 * What a report does in the browser: a click on a column sorts the users by it,
 * the first time the largest first, and the field filters them. A page that is
 * to be loaded again is, as long as nobody has done either.
 */
export const SCRIPT = `
let isTouched = false;
const table = document.querySelector("#users");
if (table) {
  const body = table.tBodies[0];
  const valueOf = (row, column) => {
    const cell = row.cells[column];
    return column === 0 ? cell.textContent : Number(cell.dataset.value);
  };
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.firstChild.addEventListener("click", () => {
      isTouched = true;
      const was = head.getAttribute("aria-sort");
      const up = was ? was === "descending" : column === 0;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...body.rows].sort((left, right) => {
        const a = valueOf(left, column), b = valueOf(right, column);
        const order = a < b ? -1 : a > b ? 1 : 0;
        return up ? order : -order;
      });
      body.append(...rows);
    });
  });
  document.querySelector("input").addEventListener("input", (event) => {
    isTouched = true;
    const wanted = event.target.value.toLowerCase();
    let found = 0;
    for (const row of body.rows) {
      row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
      if (!row.hidden) found++;
    }
    document.querySelector("#none").hidden = found > 0;
  });
}
const { refresh } = document.body.dataset;
if (refresh) {
  setInterval(() => isTouched || location.reload(), refresh * 1000);
}
`;
