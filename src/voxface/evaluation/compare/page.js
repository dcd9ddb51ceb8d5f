"use strict";

// Sort a table by the column whose heading is pressed; empty cells stay last.
function sortBy(heading) {
  const table = heading.closest("table");
  const column = [...heading.parentNode.children].indexOf(heading);
  const down = heading.getAttribute("aria-sort") !== "descending";
  const body = table.tBodies[0];
  const key = (row) => row.children[column].dataset.value ?? row.children[column].textContent.trim();
  const rows = [...body.rows].sort((one, other) => {
    const a = key(one), b = key(other);
    if (a === "" || b === "") return (a === "") - (b === "");
    const order = isNaN(a) || isNaN(b) ? b.localeCompare(a) : b - a;
    return down ? order : -order;
  });
  body.append(...rows);
  for (const each of heading.parentNode.children) each.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
}

for (const heading of document.querySelectorAll("table.sortable thead th")) {
  const button = document.createElement("button");
  button.append(...heading.childNodes);
  button.addEventListener("click", () => sortBy(heading));
  heading.append(button);
}

// A line over the curves shows where the film of the same take is; pressing the curves leads there.
for (const film of document.querySelectorAll("video[data-take]")) {
  const plate = document.querySelector(`.plate[data-take="${CSS.escape(film.dataset.take)}"]`);
  if (!plate) continue;
  const [left, right] = plate.dataset.axis.split(" ").map(Number);
  const length = Number(plate.dataset.seconds);
  const line = plate.appendChild(document.createElement("div"));
  line.className = "cursor";
  const chart = plate.querySelector("svg");
  const show = () => {
    const share = left + (right - left) * Math.min(1, film.currentTime / length);
    line.style.left = `${share * chart.getBoundingClientRect().width}px`;
    line.style.display = film.currentTime > 0 ? "block" : "none";
  };
  film.addEventListener("timeupdate", show);
  film.addEventListener("seeked", show);
  chart.addEventListener("click", (event) => {
    const box = chart.getBoundingClientRect();
    const share = ((event.clientX - box.left) / box.width - left) / (right - left);
    if (share >= 0 && share <= 1) film.currentTime = share * length;
  });
}

// What is folded away is printed all the same.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open]):not(.unprinted)")];
  for (const each of opened) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of opened) each.open = false;
});
