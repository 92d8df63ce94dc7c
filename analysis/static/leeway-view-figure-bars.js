// Lying figures: what became of errors, and a row per outcome where there is but one setting.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const draw = (view.drawing ??= {});
  const figures = (view.figures ??= {});

  // ---- patterns: what a colour says is said by a hatch as well -----------------------------------

  draw.LEVELS = ["none", "mild", "moderate", "severe", "death"];
  const HATCHES = {
    mild: [6, (parent) => {
      draw.add(parent, "circle", { cx: 1.5, cy: 1.5, r: 1 });
      draw.add(parent, "circle", { cx: 4.5, cy: 4.5, r: 1 });
    }],
    moderate: [6, (parent) => draw.add(parent, "path", { d: "M-1,1L1,-1M0,6L6,0M5,7L7,5" })],
    severe: [7, (parent) => draw.add(parent, "path", { d: "M0,0L7,7M0,7L7,0" })],
    waits: [6, (parent) => draw.add(parent, "path", { d: "M-1,1L1,-1M0,6L6,0M5,7L7,5" })],
    queue: [6, (parent) => draw.add(parent, "path", { d: "M-1,5L1,7M0,0L6,6M5,-1L7,1" })],
    coming: [5, (parent) => draw.add(parent, "circle", { cx: 2.5, cy: 2.5, r: 0.9 })],
  };

  // Puts the patterns into a drawing; gives the fill of each by its name, null where it has none.
  draw.patterns = (svg) => {
    const defs = draw.add(svg, "defs");
    const fills = new Map();
    for (const [name, [size, paint]] of Object.entries(HATCHES)) {
      const id = view.uniqueId(`hatch-${name}`);
      paint(draw.add(defs, "pattern", {
        id, width: size, height: size, patternUnits: "userSpaceOnUse", class: `lf-hatch lf-hatch-${name}`,
      }));
      fills.set(name, `url(#${id})`);
    }
    return (name) => fills.get(name) ?? null;
  };

  draw.SWATCH = { x: 0, y: 1.5, width: 22, height: 11 }; // of a legend

  // A rectangle in the colour of a class, with its pattern over it.
  draw.hatched = (parent, box, kind, className, fills, given = {}) => {
    const place = {
      x: draw.round(box.x), y: draw.round(box.y),
      width: draw.round(Math.max(0, box.width)), height: draw.round(box.height),
    };
    const rect = draw.add(parent, "rect", { ...place, class: className, ...given });
    const fill = fills(kind);
    if (fill !== null) draw.add(parent, "rect", { ...place, fill, class: "lf-over" });
    return rect;
  };

  draw.levelKeys = (levels, fills) => levels.map((level) => ({
    text: level, "data-key": level,
    paint: (group) => draw.hatched(group, draw.SWATCH, level, `lf-level lf-level-${level}`, fills),
  }));

  // ---- what became of errors -------------------------------------------------------------------

  const FATES = ["prevented", "allowed", "late_noticed", "called", "unnoticed"];
  const ACROSS = "errors per 100 training cases";
  const KEY = "harm they ended in:";
  const worded = (fate) => fate.replaceAll("_", " ");

  figures.fates = (answer, token, opts) => {
    const width = draw.widthOf(opts);
    const point = draw.pointOf(answer, token) ?? answer.points[0];
    const label = "What became of errors";
    const setting = answer.axis === null ? "" : `${answer.axis_label} ${point.label}`;
    const table = fateTable(point, setting === "" ? label : `${label}, at ${setting}`);
    const totals = FATES.map((fate) => draw.outcome(point, fate));
    if (totals.every((total) => total === null)) {
      const text = "Nothing to show: there is no training case to divide by.";
      return { svg: draw.nothing("fates", label, width, text), table };
    }
    const frame = fateFrame(answer, totals, setting, width);
    const svg = draw.plot("fates", label, {
      width, height: frame.height, marginTop: frame.top, marginLeft: frame.left,
      marginRight: frame.right, marginBottom: frame.below.height + 24,
      x: { domain: frame.x.domain(), axis: null },
      marks: [
        Plot.gridX(frame.x.ticks(frame.ticks), draw.marked("lf-grid", [], () => ({}), {})),
        draw.axisAcross(frame.x, frame.ticks),
      ],
    });
    const fills = draw.patterns(svg);
    const x = svg.scale("x").apply;
    fateWords(svg, frame, fills, width);
    FATES.forEach((fate, index) => fateRow(svg, point, fate, index, frame, x, fills));
    return { svg, table };
  };

  const fateFrame = (answer, totals, setting, width) => {
    const narrow = width < 520;
    // The same scale at every setting: bars grow and shrink as the setting moves.
    const all = answer.points.flatMap((point) => FATES.flatMap((fate) => draw.reach(draw.outcome(point, fate))));
    const levels = draw.LEVELS.filter((level) => answer.points.some(
      (point) => point.fates.some(({ harm, mean }) => harm === level && mean > 0)));
    const texts = totals.map((total) => (total === null ? "–" : draw.estimate(total)));
    const head = draw.upTitle("", width).height;
    const key = draw.textWidth(KEY, { size: draw.SMALL }) + 10;
    const sure = totals.some(draw.hasInterval) ? [draw.intervalKey("M3,4.5v5m0,-2.5H19m0,-2.5v5", "lf-span")] : [];
    const keys = draw.legendHeight(width - 8 - key, [...draw.levelKeys(levels, () => null), ...sure]);
    const x = draw.fromZero(all);
    const inner = width - 110;
    return {
      narrow, x, levels, sure, texts, setting, head: setting === "" ? 0 : head, key,
      ticks: Math.max(3, Math.round(inner / 70)),
      top: (setting === "" ? 0 : head) + keys + 8,
      left: narrow ? 8 : 92, right: narrow ? 12 : 118, row: narrow ? 50 : 38,
      below: draw.acrossTitle(ACROSS, width),
      get height() { return this.top + this.row * FATES.length + 24 + this.below.height; },
    };
  };

  const fateWords = (svg, frame, fills, width) => {
    const group = draw.add(svg, "g", { class: "lf-words" });
    if (frame.setting !== "") {
      draw.addText(group, 2, 0, [`Set now: ${frame.setting}`], {
        class: "lf-text", weight: 700, "data-mark": "now",
      });
    }
    if (frame.levels.length > 0) draw.addText(group, 2, frame.head, [KEY], { size: draw.SMALL, class: "lf-text" });
    const keys = [...draw.levelKeys(frame.levels, fills), ...frame.sure];
    draw.legend(group, 2 + frame.key, frame.head, width - 8 - frame.key, keys);
    draw.addText(group, width - frame.right, frame.top + frame.row * FATES.length + 24, frame.below.lines, {
      anchor: "end", class: "lf-text", "data-mark": "title-across",
    });
  };

  // One bar, split by harm, with its name, its number and the interval of the whole beneath.
  const fateRow = (svg, point, fate, index, frame, x, fills) => {
    const group = draw.add(svg, "g", { "data-mark": "row", "data-outcome": fate });
    const top = frame.top + frame.row * index + (frame.narrow ? 17 : 4);
    const height = 20;
    const total = draw.outcome(point, fate);
    const named = { "data-outcome": fate, "data-setting": point.token };
    let reached = 0;
    for (const level of draw.LEVELS) {
      const mean = meanOf(point, fate, level);
      if (mean <= 0) continue;
      const rect = draw.hatched(
        group, { x: x(reached), y: top, width: x(reached + mean) - x(reached), height }, level,
        `lf-level lf-level-${level}`, fills,
        { "data-mark": "bar", "data-harm": level, "data-x": mean, ...named },
      );
      draw.add(rect, "title").textContent = `${worded(fate)}, harm ${level}: ${draw.number(mean)}`;
      reached += mean;
    }
    draw.add(group, "line", { class: "lf-base", x1: x(0), x2: x(0), y1: top - 2, y2: top + height + 2 });
    if (draw.hasInterval(total)) {
      const [low, high, y] = [x(total.low), x(total.high), top + height + 5];
      draw.add(group, "path", {
        class: "lf-span", d: `M${draw.round(low)},${y - 2.5}v5m0,-2.5H${draw.round(high)}m0,-2.5v5`,
        "data-mark": "interval", ...named,
      });
    }
    if (frame.narrow) {
      draw.addText(group, frame.left, top - 17, [`${worded(fate)}: ${frame.texts[index]}`], {
        class: "lf-text lf-halo", "data-mark": "label",
      });
      return;
    }
    draw.addText(group, frame.left - 8, top + 2.5, [worded(fate)], {
      anchor: "end", class: "lf-text", "data-mark": "label",
    });
    const end = x(Math.max(reached, total?.mean ?? 0));
    draw.addText(group, end + 6, top + 2.5, [frame.texts[index]], {
      class: "lf-text lf-halo", "data-mark": "value",
    });
  };

  const meanOf = (point, fate, level) =>
    d3.sum(point.fates, (row) => (row.fate === fate && row.harm === level ? row.mean : 0));

  const fateTable = (point, caption) => ({
    caption,
    head: ["what became of it", ACROSS, "95 % interval", ...draw.LEVELS.map((level) => `harm ${level}`)],
    rows: FATES.map((fate) => {
      const total = draw.outcome(point, fate);
      const { mean, range } = view.estimate(total);
      const parts = draw.LEVELS.map((level) => (total === null ? "–" : draw.number(meanOf(point, fate, level))));
      return [worded(fate), mean, range === "" ? "–" : range, ...parts];
    }),
  });

  // ---- one setting alone -----------------------------------------------------------------------

  // A row per outcome: its name, its mean, its interval. For answers without a curve.
  draw.row = (point, series, spec, width) => {
    const rows = series.map((one) => ({ ...one, found: draw.outcome(point, one.outcome) }));
    const x = draw.fromZero(rows.flatMap(({ found }) => draw.reach(found)));
    const sure = rows.some(({ found }) => draw.hasInterval(found));
    const across = draw.acrossTitle(sure ? `${spec.up}, with 95 % interval` : spec.up, width - 24);
    const pitch = 44;
    const height = rows.length * pitch + 28 + across.height;
    const svg = draw.plot(spec.name, spec.label, {
      width, height, marginTop: 4, marginLeft: 12, marginRight: 16, marginBottom: 24 + across.height,
      x: { domain: x.domain(), axis: null },
      marks: [
        Plot.gridX(x.ticks(5), draw.marked("lf-grid", [], () => ({}), {})),
        draw.axisAcross(x, Math.max(3, Math.round(width / 110))),
      ],
    });
    const at = svg.scale("x").apply;
    draw.add(svg, "line", { class: "lf-base", x1: at(0), x2: at(0), y1: 4, y2: 4 + rows.length * pitch });
    rows.forEach((one, index) => {
      const named = { "data-outcome": one.outcome, "data-setting": point.token };
      onRow(draw.add(svg, "g"), one, 4 + index * pitch + 29, at, named);
    });
    draw.addText(svg, width - 16, height - across.height, across.lines, {
      anchor: "end", class: "lf-text", "data-mark": "title-across",
    });
    return svg;
  };

  const onRow = (group, { text, found, colour, symbol }, y, at, named) => {
    draw.addText(group, 14, y - 26, [`${text}: ${found === null ? "–" : draw.estimate(found)}`], {
      class: "lf-text lf-halo", "data-mark": "label",
    });
    if (found === null) return;
    if (draw.hasInterval(found)) {
      draw.add(group, "line", {
        class: `lf-bar ${colour}`, x1: at(found.low), x2: at(found.high), y1: y, y2: y,
        "data-mark": "interval", ...named,
      });
    }
    draw.add(group, "path", {
      class: `lf-dot ${colour}`, d: draw.symbol(symbol, 5.5),
      transform: `translate(${draw.round(at(found.mean))},${y})`,
      "data-mark": "point", "data-x": found.mean, ...named,
    });
  };
})();
