// A sheet that says what became of its answers. What is typed stays in this browser. Nothing on the
// page is ever read as markup: what is shown anew is text, or nodes that are there already.

const bar = document.querySelector(".sheet");
const sheet = JSON.parse(decoded(bar.dataset.checks));
const said = bar.dataset;
const status = bar.querySelector("[role=status]");
const fields = sheet.blanks.map(({ id }) => {
  const input = document.getElementById(id);
  return { input, label: input.getAttribute("aria-label"), hint: document.getElementById(`hint-${id}`) };
});
const checked = new Set(); // the places of those whose verdicts are shown

function decoded(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

function filled(sentence, slots) {
  return sentence.replace(/\{(\w+)\}/g, (slot, name) => slots[name] ?? slot);
}

// Controls beside each field

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function button(text, label, act) {
  const made = element("button", { type: "button", onclick: act }, text);
  made.setAttribute("aria-label", `${text}: ${label}`);
  return made;
}

fields.forEach((field, at) => {
  const { input, label, hint } = field;
  field.verdict = element("span", { className: "verdict", id: `verdict-${input.id}` });
  field.help = button(said.hint, label, () => help(at));
  field.help.setAttribute("aria-expanded", "false");
  field.help.setAttribute("aria-controls", hint.id);
  const check = button(said.check, label, () => checkOne(at));
  input.after(element("span", { className: "controls" }, check, field.help, field.verdict));
  input.setAttribute("aria-describedby", field.verdict.id);
  input.addEventListener("input", () => changed(at));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") checkOne(at);
  });
  input.closest(".scroll").after(hint);
});

function changed(at) {
  checked.delete(at);
  show(at, NONE, -1);
  keep();
}

// Verdicts

const CLASSES = ["is-none", "is-wrong", "is-near", "is-carried", "is-right"];
const SIGNS = ["", "✗", "≈", "→", "✓"];

function judged() {
  const answers = fields.map(({ input }) => numberOf(input.value));
  return judge(sheet, answers.map(([value]) => value), answers.map(([, unit]) => unit));
}

function show(at, verdict, mistake) {
  const { input, verdict: place } = fields[at];
  const shown = checked.has(at);
  place.className = `verdict ${shown ? CLASSES[verdict] : ""}`;
  place.replaceChildren();
  input.removeAttribute("aria-invalid");
  if (!shown) return "";
  const word = words(at, verdict, mistake);
  const sign = element("span", {}, `${SIGNS[verdict]} `);
  sign.setAttribute("aria-hidden", "true");
  place.append(sign, word);
  if (verdict === WRONG) input.setAttribute("aria-invalid", "true");
  return word;
}

function words(at, verdict, mistake) {
  const typed = fields[at].input.value.trim() !== "";
  const word = [typed ? said.number : said.none, said.wrong, said.slip, said.follows, said.right][verdict];
  if (mistake < 0 || verdict > SLIP) return word;
  return filled(said.diagnosis, { verdict: word, mistake: sheet.blanks[at].mistakes[mistake].what });
}

function showAll() {
  const found = judged();
  const told = fields.map((_, at) => show(at, found.verdicts[at], found.mistakes[at]));
  keep();
  return { found, told };
}

function checkOne(at) {
  checked.add(at);
  const { told } = showAll();
  status.textContent = filled(said.one, { label: fields[at].label, verdict: told[at] });
}

function checkAll() {
  fields.forEach((_, at) => checked.add(at));
  const { found } = showAll();
  const points = earned(sheet, found).reduce((sum, each) => sum + each, 0);
  const all = sheet.blanks.reduce((sum, each) => sum + each.points, 0);
  status.textContent = filled(said.all, { points: numeral(points), all });
}

function numeral(number) {
  return String(Math.round(number * 100) / 100).replace(".", said.mark);
}

// Hints: what a number is made of, with the reader's own numbers

function help(at) {
  const { hint, help: own } = fields[at];
  hint.hidden = !hint.hidden;
  own.setAttribute("aria-expanded", String(!hint.hidden));
  const numbers = sheet.blanks[at].own
    .map((place) => fields[place])
    .filter(({ input }) => input.value.trim() !== "")
    .map(({ input, label }) => filled(said.own, { label, number: input.value.trim() }));
  hint.querySelector(".own").textContent = numbers.length ? ` ${said.yours} ${numbers.join("; ")}` : "";
}

// What was typed is kept where the browser lets a page keep anything

const place = `attncalc ${sheet.name}`;

function keep() {
  const typed = fields.map(({ input }) => input.value);
  try {
    localStorage.setItem(place, JSON.stringify({ typed, checked: [...checked] }));
  } catch {
    // Some browsers keep nothing for files, or for anybody.
  }
}

function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(place));
    if (kept?.typed?.length !== fields.length) return;
    fields.forEach(({ input }, at) => (input.value = String(kept.typed[at])));
    for (const at of kept.checked) if (at in fields) checked.add(at);
    showAll();
  } catch {
    // Nothing is kept, or nothing that can be read.
  }
}

const [all, again] = bar.querySelectorAll("button");
all.addEventListener("click", checkAll);
again.addEventListener("click", () => {
  if (!confirm(said.sure)) return;
  checked.clear();
  for (const { input } of fields) input.value = "";
  showAll();
  status.textContent = "";
  fields[0].input.focus();
});
bar.hidden = false;
recall();
