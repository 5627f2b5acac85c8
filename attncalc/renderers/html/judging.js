// What became of the answers to a sheet: the same as attncalc/worksheet/judging.py, for one person,
// with formulas as lists (attncalc/numbers/terms.py, written). A range is [low, high].

const SLACK = 1e-12;
const COARSEST = 0.01;
const NEARLY = 1e-9;

const NONE = 0, WRONG = 1, SLIP = 2, FOLLOWS = 3, RIGHT = 4;

// An answer as [number, unit of its last place]; [NaN, NaN] for what is none.
function numberOf(text) {
  const plain = text
    .replace(/^[=≈~'\s]+/, "")
    .trimEnd()
    .replace(/[\u2212\u2013\u2012\uFE63\uFF0D]/g, "-");
  const none = [NaN, NaN];
  const fraction = plain.match(/^([+-]?)([^/]+)\/([^/]+)$/);
  if (fraction) return quotient(...fraction.slice(1)) ?? none;
  const found = plain.match(/^([+-]?)(\d*)(?:([.,])(\d*))?(?:[eE]([+-]?\d{1,4}))?\s*(%?)$/);
  if (!found) return none;
  const [, sign, whole, , decimals = "", exponent = "0", percent] = found;
  if (whole + decimals === "") return none;
  const shift = Number(exponent) - (percent ? 2 : 0);
  const value = Number(`${sign}${whole || "0"}.${decimals || "0"}e${shift}`);
  const unit = Number(`1e${shift - decimals.length}`);
  return Number.isFinite(value) ? [value, unit] : none;
}

function quotient(sign, above, below) {
  const parts = [above, below].map((part) => part.trim().replace(",", "."));
  if (!parts.every((part) => /^(\d+\.?\d*|\.\d+)$/.test(part))) return null;
  const [over, under] = parts.map(Number);
  if (under === 0) return null;
  const value = over / under;
  let relative = 0;
  for (const part of parts) {
    const decimals = part.split(".")[1];
    if (decimals !== undefined && Number(part) !== 0) relative += 10 ** -decimals.length / part;
  }
  const size = value === 0 ? 0 : Math.floor(Math.log10(value));
  let unit = 10 ** (size - 15);
  if (relative > 0 && value !== 0) while (unit < value * relative) unit *= 10;
  return [sign === "-" ? -value : value, unit];
}

// Formulas

function end(value) {
  return value === "-inf" ? -Infinity : value === "inf" ? Infinity : value;
}

function workedOut(term, given, half) {
  const [operation, ...rest] = term;
  if (typeof operation === "number" || operation.endsWith("inf")) return term.map(end);
  if (operation === "#") return given[rest[0]];
  if (operation === "^") return outward(power(rest[0], workedOut(rest[1], given, half)));
  const parts = rest.map((part) => workedOut(part, given, half));
  if (operation === "~") return [parts[0][0] - half, parts[0][1] + half];
  return outward(combined(operation, parts));
}

function combined(operation, parts) {
  const [one, other] = parts;
  const lows = parts.map(([low]) => low);
  const highs = parts.map(([, high]) => high);
  switch (operation) {
    case "+": return [total(lows), total(highs)];
    case "max": return [Math.max(...lows), Math.max(...highs)];
    case "either": return [Math.min(...lows), Math.max(...highs)];
    case "*": return extremes(one.flatMap((left) => other.map((right) => times(left, right))));
    case "/": return divided(one, other);
    case "share": {
      const [own, others] = parts.map(notNegative);
      return [share(own[0], others[1]), share(own[1], others[0])];
    }
    case "sqrt": return notNegative(one).map(Math.sqrt);
    case "tanh": return one.map(Math.tanh);
    case "sigmoid": return one.map((x) => 1 / (1 + Math.exp(-x)));
    default: throw new Error(operation);
  }
}

function total(terms) {
  return terms.reduce((sum, term) => sum + term, 0);
}

function extremes(ends) {
  return [Math.min(...ends), Math.max(...ends)];
}

function times(one, other) {
  return one === 0 || other === 0 ? 0 : one * other;
}

function notNegative([low, high]) {
  return [Math.max(low, 0), Math.max(high, 0)];
}

function power(base, exponent) {
  return exponent.map((x) => (base === null ? Math.exp(x) : base ** x));
}

function divided(above, below) {
  if ([...above, ...below].every((x) => x === 0)) return [0, 0];
  if (below[0] <= 0 && below[1] >= 0) return [-Infinity, Infinity];
  return extremes(above.flatMap((one) => below.map((other) => one / other)));
}

function share(own, others) {
  if (own === 0) return 0;
  const whole = own + others;
  return own / (whole === 0 ? 1 : whole);
}

function outward([low, high]) {
  if (Number.isNaN(low) || Number.isNaN(high)) return [-Infinity, Infinity];
  return [
    Number.isFinite(low) ? low - Math.abs(low) * SLACK : low,
    Number.isFinite(high) ? high + Math.abs(high) * SLACK : high,
  ];
}

// Verdicts: sheet.blanks have unit, ways, mistakes, carried (null or a formula), sources; in order.

function within(value, [low, high]) {
  return value >= low && value <= high;
}

function judge(sheet, values, units) {
  const { blanks } = sheet;
  const verdicts = values.map((value, at) => {
    if (Number.isNaN(value)) return NONE;
    return blanks[at].ways.some((way) => within(value, way)) ? RIGHT : WRONG;
  });
  const mistakes = values.map(() => -1);
  const founded = values.map(() => false);
  if (verdicts.includes(WRONG)) {
    const person = { values, units, verdicts, mistakes, founded, ends: [], allRight: [] };
    for (const at of sheet.order) judgeOne(sheet, person, at);
  }
  return { verdicts, mistakes, founded };
}

function judgeOne(sheet, person, at) {
  const blank = sheet.blanks[at];
  const { half } = sheet;
  const carried = blank.carried && workedOut(blank.carried, person.ends, half);
  if (person.verdicts[at] === WRONG) settle(sheet, person, at, carried);
  const clean = blank.carried === null || blank.own.every((place) => person.allRight[place]);
  const worked = carried ? [carried[0] - half, carried[1] + half] : blank.ways[0];
  person.ends[at] = bounds(person.values[at], person.units[at], blank.ways, worked, clean);
  person.allRight[at] = clean && person.verdicts[at] === RIGHT;
}

function settle(sheet, person, at, carried) {
  const blank = sheet.blanks[at];
  const [value, unit] = [person.values[at], person.units[at]];
  const ways = [...blank.ways];
  const bounded = carried !== null && carried.every(Number.isFinite);
  let follows = false;
  if (bounded) {
    const fine = unit <= blank.unit * (1 + NEARLY);
    const room = Math.max(sheet.half, fine ? unit / 2 : 0);
    follows = within(value, [carried[0] - room, carried[1] + room]);
    ways.push(carried);
  }
  const mistake = blank.mistakes.findIndex(({ range }) => within(value, range));
  if (follows) {
    person.verdicts[at] = FOLLOWS;
    person.founded[at] = isFounded(sheet, blank, person.values);
    return;
  }
  if (ways.some((way) => slipped(blank, value, unit, way))) person.verdicts[at] = SLIP;
  person.mistakes[at] = mistake;
}

function slipped(blank, value, unit, [low, high]) {
  const away = Math.max(low - value, value - high, 0);
  if (!(away < unit * (1 - NEARLY))) return false;
  if (unit <= blank.unit * (1 + NEARLY)) return true;
  const cutOff = (value > 0 && value < low) || (value < 0 && value > high);
  return value !== 0 && (cutOff || away <= (unit / 2) * (1 + NEARLY));
}

function bounds(value, unit, ways, worked, clean) {
  if (Number.isNaN(value)) return worked;
  const off = Math.min(unit, COARSEST) / 2;
  let [low, high] = [value - off, value + off];
  for (const [least, most] of ways.filter((way) => within(value, way))) {
    low = Math.max(low, Math.min(least, clean ? Infinity : worked[0]));
    high = Math.min(high, Math.max(most, clean ? -Infinity : worked[1]));
  }
  return [low, high];
}

function isFounded(sheet, blank, values) {
  const own = blank.own.map((at) => values[at]);
  if (own.some(Number.isNaN) || own.every((value) => value === 0)) return false;
  return [blank.own, ...blank.siblings].every((places) => {
    const answers = new Set(places.map((at) => sheet.blanks[at].answer));
    return answers.size < 2 || !alike(places.map((at) => values[at]));
  });
}

function alike(values) {
  const given = values.filter((value) => !Number.isNaN(value));
  return given.length > 1 && new Set(given).size === 1;
}

// Points, as a class is given them.
function earned(sheet, { verdicts, founded }) {
  return verdicts.map(
    (verdict, at) => sheet.blanks[at].points * [0, 0, 0.5, founded[at] ? 1 : 0, 1][verdict],
  );
}
