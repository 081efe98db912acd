const content = JSON.parse(document.getElementById("content").textContent);
const at = (name) => document.getElementById(name);
const slider = at("step"), picker = at("unit");
let step = content.step, unit = content.unit;

function shown(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size < 1e-4 || size >= 1e5 ? value.toExponential(3) : String(Number(value.toPrecision(4)));
}

function row(cells) {
  const tr = document.createElement("tr");
  for (const text of cells) tr.appendChild(document.createElement("td")).textContent = text;
  return tr;
}

function draw() {
  const now = content.steps[step];
  const of = (name) => now.units[name][unit];
  slider.value = step + 1;
  picker.value = unit;
  at("said").textContent = `${step + 1} of ${content.steps.length}: ${now.text}`;
  slider.setAttribute("aria-valuetext", at("said").textContent);
  for (const part of ["forward", "backward"]) {
    at(part).replaceChildren(...content.lines.filter((line) => line.part === part).map((line) =>
      row([line.equation, line.numbers.replace(/\{(\w+)\}(\^?)/g, (_, name, power) =>
        power && of(name) < 0 ? `(${shown(of(name))})^` : shown(of(name)) + power), shown(of(line.name))])));
  }
  if (now.products.length) at("products").replaceChildren(...now.products[unit].map(row));
  at("answer").replaceChildren(...now.answer.map(([name, value]) => row([name, shown(value)])));
  at("summary").textContent = content.rnn
    ? `Unit ${unit} at "${now.text}": a = ${shown(of("a"))}; dL/da = ${shown(of("da"))}.`
    : `Unit ${unit} at "${now.text}": keeps ${Math.round(100 * of("f"))}% of its memory, lets in ${Math.round(100 * of("i"))}% of the candidate, shows ${Math.round(100 * of("o"))}%; c goes from ${shown(of("c_prev"))} to ${shown(of("c"))}; dL/dc = ${shown(of("dc"))}.`;
  at("words").querySelectorAll("button").forEach((button, k) => {
    if (k === step) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  });
  curve();
}

const CALLED = { c: "c, the memory", a: "a, what is shown", dc: "dL/dc", da: "dL/da" };

function curve() {
  const count = content.steps.length;
  const names = content.rnn ? ["a", "da"] : ["c", "a", "dc"];
  const x = (k) => count < 2 ? 360 : 8 + (704 * k) / (count - 1);
  const parts = [`<path class="zero" d="M0 75H720"/>`, `<path class="now" d="M${x(step)} 0V150"/>`];
  const said = [];
  for (const name of names) {
    const values = content.steps.map((one) => one.units[name][unit]);
    const most = Math.max(...values.map(Math.abs), 1e-300);
    const points = values.map((value, k) => `${x(k).toFixed(1)} ${(75 - (68 * value) / most).toFixed(1)}`);
    const kind = name === "da" ? "dc" : name;
    parts.push(`<path class="${kind}" d="M${points.join("L")}"/>`);
    said.push(`<span class="key ${kind}"></span>${CALLED[name]} (largest size ${shown(most)})`);
  }
  at("curve").innerHTML = parts.join("");
  at("curve-said").innerHTML = said.join(" ") + ". Each is drawn to its own scale; the line is zero.";
}

function go(toStep, toUnit) {
  step = Math.min(Math.max(toStep, 0), content.steps.length - 1);
  unit = Math.min(Math.max(toUnit, 0), content.units - 1);
  draw();
}

content.steps.forEach((one, k) => {
  const button = at("words").appendChild(document.createElement("li")).appendChild(document.createElement("button"));
  button.type = "button";
  button.textContent = one.text;
  button.setAttribute("aria-label", `step ${k + 1}: ${one.text}`);
  button.addEventListener("click", () => go(k, unit));
});
slider.addEventListener("input", () => go(Number(slider.value) - 1, unit));
picker.addEventListener("change", () => go(step, Math.round(Number(picker.value)) || 0));
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target === picker) return;
  const moves = { n: [1, 0], p: [-1, 0], u: [0, 1], d: [0, -1] };
  const move = moves[event.key];
  if (move) go(step + move[0], unit + move[1]);
});
draw();
