const dark = matchMedia("(prefers-color-scheme: dark)");
const NARROW = 600;

function paint(model, text) {
  const grid = "rgba(128, 136, 144, 0.3)", axis = "rgba(128, 136, 144, 0.6)";
  const wanted = {
    axis_label_text_color: text, major_label_text_color: text, label_text_color: text,
    axis_line_color: axis, major_tick_line_color: axis, minor_tick_line_color: null,
  };
  for (const [name, value] of Object.entries(wanted)) {
    if (name in model.properties) model[name] = value;
  }
  if ("grid_line_color" in model.properties && model.grid_line_color !== null) {
    model.grid_line_color = grid;
  }
}

function fit(model) {
  if (innerWidth > NARROW) return;
  if (model.type === "Legend") model.ncols = 2;
  if ("ticker" in model.properties && "desired_num_ticks" in (model.ticker?.properties ?? {})) {
    model.ticker.desired_num_ticks = 3;
  }
}

function paintAll(text) {
  for (const one of Bokeh.documents) for (const model of one.all_models) paint(model, text);
}

function paintForScreen() {
  paintAll(getComputedStyle(document.documentElement).getPropertyValue("--soft").trim());
}

const charts = Array.from(document.querySelectorAll("script.item"), (script) =>
  Bokeh.embed.embed_item(JSON.parse(script.textContent)));
ready.push(Promise.all(charts).then(() => {
  for (const one of Bokeh.documents) one.all_models.forEach(fit);
  paintForScreen();
}));
dark.addEventListener("change", paintForScreen);
addEventListener("beforeprint", () => { if (dark.matches) paintAll("#555"); });
addEventListener("afterprint", paintForScreen);
