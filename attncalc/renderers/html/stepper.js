// Reading the page step by step, for one query or another, and seeing what a number is made of.
// The page is whole without it. Whatever is shown anew is a copy of nodes that are there already:
// nothing on the page is ever read as markup. How things look, and that paper never shows any of
// it, is said in stepper.css.

const page = document.body;
const bar = document.querySelector(".stepper");
const steps = all(".step[id]");
const select = bar?.querySelector("select");

function all(selector, within = document) {
  return [...within.querySelectorAll(selector)];
}

function copies(node) {
  return [...node.cloneNode(true).childNodes];
}

function modified(event) {
  return event.ctrlKey || event.altKey || event.metaKey || event.shiftKey;
}

// One step at a time

const [back, on, stepwise, rowwise] = all(".stepper button");
const status = bar?.querySelector("[role=status]");
let current = null; // the step that is shown alone, or null for the whole page

function go(step) {
  const before = current;
  const focus = document.activeElement;
  current = step;
  page.classList.toggle("stepping", step !== null);
  page.classList.toggle("further", step !== null && step !== steps[0]);
  for (const one of steps) one.classList.toggle("current", one === step);
  back.setAttribute("aria-disabled", step === null || step === steps[0]);
  on.setAttribute("aria-disabled", step === steps.at(-1));
  stepwise.setAttribute("aria-pressed", step !== null);
  status.replaceChildren(...whereabouts(step));
  remember(step);
  cover(step);
  spread(step);
  if (step !== null) scrollTo(0, 0);
  else before?.scrollIntoView();
  // Who was reading in a step that is gone now reads on from the heading of the one that came.
  const gone = step !== null && focus?.closest(".step") && !step.contains(focus);
  if (gone) heading(step).focus({ preventScroll: true });
}

// Side by side, where there is room for that, unless a table would not fit half of it.
function spread(step) {
  if (step === null) return;
  step.classList.remove("wide");
  const boxes = all(".scroll", step);
  step.classList.toggle("wide", boxes.some((box) => box.scrollWidth > box.clientWidth));
}

function heading(step) {
  return step.querySelector(".part");
}

function whereabouts(step) {
  const told = status.dataset;
  const filled = (sentence, number) =>
    sentence.replace("{number}", number).replace("{count}", steps.length);
  if (step === null) return [filled(told.all)];
  const words = copies(heading(step)).filter((node) => node.className !== "number");
  const number = step.id.replace("step-", "");
  return [filled(told.counted, number), ...words];
}

function remember(step) {
  const address = step === null ? location.pathname + location.search : `#${step.id}`;
  try {
    history.replaceState(null, "", address);
  } catch {
    // A page inside of another page may have no address of its own.
  }
}

// One row at a time: those that are still to come keep their place and are not seen.

function byRow() {
  return rowwise.getAttribute("aria-pressed") === "true";
}

function cover(step) {
  for (const row of all(".later")) row.classList.remove("later");
  if (step === null || !byRow()) return;
  for (const row of all(".ruled tbody tr", step)) row.classList.add("later");
}

function uncover() {
  const row = all(".later", current).find((one) => one.getClientRects().length > 0);
  row?.classList.remove("later");
  return row !== undefined;
}

function next(by) {
  if (by > 0 && current !== null && uncover()) return;
  if (current === null) go(by > 0 ? steps.find(inView) ?? steps[0] : null);
  else go(steps[steps.indexOf(current) + by] ?? current);
}

function inView(step) {
  return step.getBoundingClientRect().bottom > bar.getBoundingClientRect().bottom;
}

function linked() {
  return steps.find((step) => `#${step.id}` === location.hash) ?? null;
}

function followKey(event) {
  if (event.defaultPrevented || modified(event)) return;
  if (event.target.closest("select, input, textarea")) return;
  if (event.key.startsWith("Arrow") && scrollsAside(event.target)) return;
  if (event.key === "ArrowRight") next(1);
  else if (current === null) return;
  else if (event.key === "ArrowLeft") next(-1);
  else if (event.key === "Home") go(steps[0]);
  else if (event.key === "End") go(steps.at(-1));
  else if (event.key === "Escape") go(null);
  else return;
  event.preventDefault();
}

function scrollsAside(element) {
  const box = element.closest(".scroll");
  return box !== null && box.scrollWidth > box.clientWidth;
}

if (status) {
  for (const step of steps) heading(step).tabIndex = -1;
  back.addEventListener("click", () => next(-1));
  on.addEventListener("click", () => next(1));
  stepwise.addEventListener("click", () => (current === null ? next(1) : go(null)));
  rowwise.addEventListener("click", () => {
    rowwise.setAttribute("aria-pressed", !byRow());
    if (current === null) next(1);
    else cover(current);
  });
  document.addEventListener("keydown", followKey);
  window.addEventListener("hashchange", () => go(linked()));
}

// One query or another

function choose(query) {
  select.value = query;
  page.classList.toggle("choosing", query !== "");
  for (const part of all("[data-query]")) {
    part.classList.toggle("chosen", part.dataset.query === query);
  }
}

function offered(row) {
  return [...(select?.options ?? [])].some((option) => option.value === row.dataset.query);
}

select?.addEventListener("change", () => choose(select.value));

// What a number is made of: its cell says the numbers of quantities, and other cells are of these

const places = new Map(); // by number
let pointed = null; // the cell under the mouse

for (const place of all("[data-of]")) {
  const { of } = place.dataset;
  places.set(of, [...(places.get(of) ?? []), place]);
}

function madeOf(cell) {
  return cell.dataset.madeOf.split(" ").flatMap((number) => places.get(number) ?? []);
}

function light() {
  const focused = document.activeElement?.closest("[data-made-of]");
  const cell = pointed ?? focused;
  for (const one of all(".lit, .looked-at")) one.classList.remove("lit", "looked-at");
  for (const box of all(".spelled-out")) box.replaceChildren();
  const lit = cell ? madeOf(cell) : [];
  if (lit.length === 0) return; // also where the page shows nothing that the number comes from
  cell.classList.add("looked-at");
  for (const place of lit) place.classList.add("lit");
  cell.closest(".scroll").nextElementSibling.replaceChildren(...spelledOut(lit));
}

// The same once more below the heatmap, each with what heads its column and its row: where it
// stands may be far up the page.
function spelledOut(lit) {
  const found = new Map();
  for (const place of lit.filter((one) => one.localName === "td")) {
    const table = place.closest("table");
    const names = [table.tHead.rows[0].cells[place.cellIndex], place.parentNode.cells[0]];
    const name = names.map((one) => one.textContent).join(" ");
    if (found.has(name)) continue;
    const entry = document.createElement("span");
    entry.append(...names.flatMap((one) => [...copies(one), " "]), ...copies(place));
    found.set(name, entry);
  }
  return found.values();
}

// A heatmap is one stop for the tab key; arrows go on from cell to cell.

function reach(heatmap) {
  const rows = [...heatmap.tBodies[0].rows].map(reachable).filter((row) => row.length > 0);
  if (rows.length === 0) return;
  const box = heatmap.closest(".scroll");
  box.removeAttribute("tabindex");
  const spelled = document.createElement("p");
  spelled.className = "spelled-out";
  spelled.setAttribute("aria-live", "polite");
  box.after(spelled);
  for (const cell of rows.flat()) cell.tabIndex = -1;
  rows[0].find((cell) => cell.localName === "td").tabIndex = 0;
  heatmap.addEventListener("focusin", (event) => {
    for (const cell of rows.flat()) cell.tabIndex = cell === event.target ? 0 : -1;
  });
  heatmap.addEventListener("keydown", (event) => move(event, rows));
  heatmap.addEventListener("click", (event) => activate(event.target.closest("th")));
}

function reachable(row) {
  const cells = all("[data-made-of]", row);
  return cells.length > 0 && offered(row) ? [row.cells[0], ...cells] : cells;
}

function move(event, rows) {
  if (modified(event)) return;
  const row = rows.find((cells) => cells.includes(event.target));
  const [down, across] = [rows.indexOf(row), row?.indexOf(event.target)];
  const aims = {
    ArrowLeft: row?.[across - 1],
    ArrowRight: row?.[across + 1],
    ArrowUp: rows[down - 1]?.at(across - row.length),
    ArrowDown: rows[down + 1]?.at(across - row.length),
    Home: row?.[0],
    End: row?.at(-1),
  };
  if (event.key === "Enter" || event.key === " ") activate(event.target);
  else if (event.key in aims) (aims[event.key] ?? event.target).focus();
  else return;
  event.preventDefault();
}

function activate(cell) {
  const row = cell?.closest("tr[data-query]");
  if (row && offered(row)) choose(row.dataset.query);
}

all(".heatmap").forEach(reach);
document.addEventListener("focusin", light);
document.addEventListener("focusout", light);
document.addEventListener("mouseover", (event) => {
  const cell = event.target.closest("[data-made-of]");
  if (cell === pointed) return;
  pointed = cell;
  light();
});

// All is set: show the controls, and what a link or an earlier visit has asked for.

if (bar) bar.hidden = false;
if (select) choose(select.value);
if (status) go(linked());
