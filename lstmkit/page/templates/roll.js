const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const LEFT = 30, TOP = 40, BOTTOM = 22, LETTER = 7.4, A_CLICK = 5;

function svg(name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

class Roll {
  constructor(element, piece, chosen) {
    Object.assign(this, { element, piece, chosen, at: 0, dragged: null });
    const pitches = piece.notes.length ? piece.notes.map((note) => note[2]) : [60];
    this.low = Math.min(...pitches) - 2;
    this.high = Math.max(...pitches) + 2;
    this.whole();
    new ResizeObserver(() => this.draw()).observe(element);
    element.onpointerdown = (event) => this.press(event);
    element.onpointermove = (event) => this.drag(event);
    element.onpointerup = (event) => this.release(event);
    element.onpointercancel = () => { this.dragged = null; this.draw(); };
    element.ondblclick = () => this.whole();
  }

  whole() { this.zoom(0, Math.max(this.piece.seconds, 0.1)); }

  zoom(from, to) {
    Object.assign(this, { from, to });
    this.draw();
  }

  x(seconds) {
    return LEFT + (seconds - this.from) / (this.to - this.from) * (this.width - LEFT);
  }

  y(pitch) {
    return TOP + (this.high - pitch) / (this.high - this.low) * (this.height - TOP - BOTTOM);
  }

  seconds(event) {
    const x = event.clientX - this.element.getBoundingClientRect().left;
    const share = (x - LEFT) / (this.width - LEFT);
    return Math.min(Math.max(this.from + share * (this.to - this.from), 0), this.piece.seconds);
  }

  draw() {
    ({ clientWidth: this.width, clientHeight: this.height } = this.element);
    if (this.width <= LEFT) return;
    this.element.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);  // paper is wider
    this.cursor = svg("line", { class: "cursor", y1: TOP - 4, y2: this.height - BOTTOM });
    this.element.replaceChildren(
      this.octaves(), this.bars(), this.voices(), this.symbols(), this.cursor);
    this.show(this.at, false);
  }

  octaves() {
    const group = svg("g", { class: "octaves" });
    for (let pitch = 12 * Math.ceil(this.low / 12); pitch <= this.high; pitch += 12) {
      const y = this.y(pitch);
      group.append(svg("line", { x1: LEFT, x2: this.width, y1: y, y2: y }));
      group.append(svg("text", { x: 2, y: y + 4 }, `C${pitch / 12 - 1}`));
    }
    return group;
  }

  bars() {
    const group = svg("g", { class: "bars" });
    const step = this.piece.bar_seconds || 5, pixels = this.x(step) - this.x(0);
    let every = 1;
    while (pixels * every < 30) every *= 2;
    for (let number = Math.ceil(this.from / step); number * step < this.to; number++) {
      const x = this.x(number * step);
      if (number % every) continue;
      group.append(svg("line", { x1: x, x2: x, y1: TOP - 4, y2: this.height - BOTTOM }));
      const label = this.piece.bar_seconds ? number + 1 : `${number * step} s`;
      group.append(svg("text", { x: x + 3, y: this.height - 8 }, label));
    }
    return group;
  }

  voices() {
    const all = svg("g", {}), height = Math.max(2, (this.y(0) - this.y(1)) * 0.84);
    for (const [onset, duration, pitch, loudness, voice] of this.piece.notes) {
      if (onset + duration < this.from || onset > this.to || !this.chosen.has(voice)) continue;
      const x = Math.max(this.x(onset), LEFT), end = this.x(onset + duration);
      const rect = svg("rect", {
        class: voice, x, y: this.y(pitch) - height / 2, height, rx: Math.min(2, height / 3),
        width: Math.max(end - x - 1, 1.5), "fill-opacity": 0.45 + 0.55 * loudness,
      });
      const name = NAMES[pitch % 12] + (Math.floor(pitch / 12) - 1);
      rect.append(svg("title", {}, `${name} at ${onset.toFixed(2)} s, ${duration.toFixed(2)} s long`));
      all.append(rect);
    }
    return all;
  }

  symbols() {
    const group = svg("g", { class: "symbols" }), free = [0, 0];
    let previous = null;
    for (const [at, text] of this.piece.symbols) {
      const width = (text.length + 1) * LETTER;
      const x = Math.min(this.x(at) + 2, this.width - width);
      const row = free.findIndex((from) => from <= x);
      const shown = at >= this.from && at < this.to && row >= 0 && text !== previous;
      previous = text;
      if (!shown) continue;
      group.append(svg("text", { x, y: TOP - 10 - 15 * row }, text));
      free[row] = x + width;
    }
    return group;
  }

  show(at, follow = true) {
    this.at = at;
    const span = this.to - this.from;
    if (follow && (at < this.from || at >= this.to)) {
      const from = Math.min(Math.max(at, 0), Math.max(this.piece.seconds - span, 0));
      if (from !== this.from) this.zoom(from, from + span);
    }
    const x = this.x(at);
    this.cursor.setAttribute("visibility", x < LEFT || x > this.width ? "hidden" : "visible");
    this.cursor.setAttribute("x1", x);
    this.cursor.setAttribute("x2", x);
  }

  press(event) {
    if (event.button) return;
    this.element.setPointerCapture(event.pointerId);
    this.dragged = { x: event.clientX, from: this.seconds(event), box: svg("rect", { class: "box" }) };
    this.element.append(this.dragged.box);
  }

  drag(event) {
    if (!this.dragged) return;
    const [left, right] = [this.dragged.from, this.seconds(event)].sort((a, b) => a - b);
    const box = { x: this.x(left), width: this.x(right) - this.x(left), y: TOP, height: this.height - TOP - BOTTOM };
    for (const [key, value] of Object.entries(box)) this.dragged.box.setAttribute(key, value);
  }

  release(event) {
    if (!this.dragged) return;
    const { x, from, box } = this.dragged, to = this.seconds(event);
    this.dragged = null;
    box.remove();
    if (Math.abs(event.clientX - x) < A_CLICK) this.onjump(to);
    else this.zoom(Math.min(from, to), Math.max(from, to));
  }
}
