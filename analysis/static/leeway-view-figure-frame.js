// What every figure shares: its frame, its marks with their names, legends, axes and its table.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const draw = (view.drawing ??= {});

  const SVG = "http://www.w3.org/2000/svg";
  draw.SMALL = 11; // ticks and legends; nothing is smaller
  draw.OWN = "as written"; // what the setting of the file is called, unless the page says otherwise
  draw.TEXT = 12;

  // ---- elements -----------------------------------------------------------------------------

  draw.add = (parent, name, given = {}) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(given)) {
      if (value !== null && value !== undefined) element.setAttribute(key, value);
    }
    parent?.append(element);
    return element;
  };

  // Lines of text whose first begins at the top y; given: size, weight, anchor and attributes.
  draw.addText = (parent, x, y, lines, { size = draw.TEXT, weight, anchor, ...given } = {}) => {
    const text = draw.add(parent, "text", {
      "font-size": size, "font-weight": weight, "text-anchor": anchor ?? "start", ...given,
    });
    lines.forEach((line, index) => {
      // without width; read aloud or copied, the lines would be one word otherwise
      if (index > 0) draw.add(text, "tspan", { "font-size": 0 }).textContent = " ";
      const span = draw.add(text, "tspan", {
        x: round(x), y: round(y + draw.lineHeight(size) * index + size * 0.98),
      });
      span.textContent = line;
    });
    return text;
  };

  const round = (value) => Math.round(value * 100) / 100;
  draw.round = round;

  // An empty drawing: {svg, ids}; ids(name) is unique on the page.
  draw.canvas = (width, height, name, label) => {
    const svg = draw.add(null, "svg", { width, height, viewBox: `0 0 ${width} ${height}` });
    return draw.dress(svg, name, label);
  };

  draw.dress = (svg, name, label) => {
    svg.setAttribute("class", "leeway-figure");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    svg.setAttribute("data-figure", name);
    svg.setAttribute("font-family", "system-ui, sans-serif");
    const title = draw.add(null, "title");
    title.textContent = label;
    svg.prepend(title);
    return svg;
  };

  // ---- Plot ---------------------------------------------------------------------------------

  // A drawing by Plot without the style element that it puts inside (our style sheet has it).
  draw.plot = (name, label, options) => {
    const svg = Plot.plot({ className: "leeway-plot", ...options });
    for (const style of svg.querySelectorAll("style")) style.remove();
    return draw.dress(svg, name, label);
  };

  // Options of a Plot mark whose group gets a class and whose elements get attributes by datum.
  draw.marked = (className, data, attributes, options) => ({
    ...options,
    render: (index, scales, values, dimensions, context, next) => {
      const group = next(index, scales, values, dimensions, context);
      if (group === null) return null;
      group.setAttribute("class", className);
      group.removeAttribute("aria-label");
      for (const element of group.children) {
        const place = element.__data__;
        if (!Number.isInteger(place)) continue;
        const { title, ...given } = attributes(data[place], place);
        for (const [key, value] of Object.entries(given)) {
          if (value !== null && value !== undefined) element.setAttribute(key, value);
        }
        if (title !== undefined) draw.add(element, "title").textContent = title;
      }
      return group;
    },
  });

  // A mark drawn by a function of (group, scales); it comes where it stands among the others.
  draw.layer = (className, paint) => (_index, scales, _values, dimensions) => {
    const group = draw.add(null, "g", { class: className });
    paint(group, scales, dimensions);
    return group;
  };

  // The horizontal lines and numbers of an upright axis.
  draw.axisUp = (domain, height) => {
    const ticks = Math.max(3, Math.round(height / 48));
    return [
      Plot.gridY(domain.ticks(ticks), draw.marked("lf-grid", [], () => ({}), {})),
      Plot.axisY({
        ticks: domain.ticks(ticks), tickSize: 0, tickPadding: 6, label: null, fontSize: draw.SMALL,
        tickFormat: draw.tick,
      }),
    ];
  };

  // The numbers of a lying axis.
  draw.axisAcross = (domain, count) => Plot.axisX({
    ticks: domain.ticks(count), tickSize: 4, tickFormat: draw.tick, label: null, fontSize: draw.SMALL,
  });

  draw.tick = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 6 });

  // The widest number on an upright axis, in pixels.
  draw.axisWidth = (domain, height) => {
    const ticks = domain.ticks(Math.max(3, Math.round(height / 48)));
    const texts = ticks.map((tick) => draw.tick(tick));
    return Math.max(...texts.map((text) => draw.textWidth(text, { size: draw.SMALL })));
  };

  // The title of the upright axis, at the top left, where it takes no width: {lines, height}.
  draw.upTitle = (text, width) => {
    const lines = draw.wrap(`↑ ${text}`, width - 4, { size: draw.TEXT });
    return { lines, height: lines.length * draw.lineHeight(draw.TEXT) + 4 };
  };

  // The title of the lying axis, under its numbers.
  draw.acrossTitle = (text, width) => {
    const lines = draw.wrap(text, width, { size: draw.TEXT });
    return { lines, height: lines.length * draw.lineHeight(draw.TEXT) + 4 };
  };

  // ---- numbers ------------------------------------------------------------------------------

  // An outcome of a point; null where there is nothing to divide by.
  draw.outcome = (point, name) => {
    const found = point.outcomes[name];
    return found === undefined || found === null || found.mean === null ? null : found;
  };

  draw.hasInterval = (found) =>
    found !== null && found.low !== null && found.high !== null
    && found.low !== undefined && found.high !== undefined;

  // `2.3 (2.1 to 2.5)`, in the decimals that the interval deserves.
  draw.estimate = (found) => {
    const { mean, range } = view.estimate(found);
    return range === "" ? mean : `${mean} (${range})`;
  };

  // A number without an interval.
  draw.number = (value) => view.estimate({ mean: value, low: null, high: null }).mean;

  // The ends of an outcome's interval, or its mean alone.
  draw.reach = (found) =>
    found === null ? [] : draw.hasInterval(found) ? [found.low, found.high] : [found.mean];

  // A linear scale from 0 over some values; [0, 1] where all are 0.
  draw.fromZero = (values) => {
    const high = Math.max(0, ...values.filter(Number.isFinite));
    const low = Math.min(0, ...values.filter(Number.isFinite));
    if (high === 0 && low === 0) return d3.scaleLinear([0, 1], [0, 1]);
    return d3.scaleLinear([low, high * 1.02], [0, 1]);
  };

  // A linear scale around some values, with room at the ends.
  draw.around = (values) => {
    const known = values.filter(Number.isFinite);
    if (known.length === 0) return d3.scaleLinear([0, 1], [0, 1]);
    const low = Math.min(...known);
    const high = Math.max(...known);
    if (low === 0 && high === 0) return d3.scaleLinear([-0.05, 1], [0, 1]);
    const room = high > low ? (high - low) * 0.08 : Math.abs(high) * 0.1;
    // Little place below 0 for what can't be below it.
    const from = low < 0 ? low - room : low === 0 ? -room / 2 : Math.max(0, low - room);
    return d3.scaleLinear([from, high + room], [0, 1]);
  };

  // The point of a setting: by its token, or by the value that the token writes.
  draw.pointOf = (answer, token) => {
    const points = answer.points;
    const same = points.find((point) => point.token === token);
    if (same !== undefined) return same;
    const value = typeof token === "string" ? view.tokenValue(token) : null;
    const near = value === null ? undefined : points.find((point) => point.value === value);
    return near ?? (points.length === 1 ? points[0] : null);
  };

  // ---- symbols, legends, labels ---------------------------------------------------------------

  const SYMBOLS = {
    circle: "symbolCircle", square: "symbolSquare", triangle: "symbolTriangle",
    diamond: "symbolDiamond2",
  };
  // The outline of a symbol of about that radius around 0, 0.
  draw.symbol = (name, radius) =>
    d3.symbol(d3[SYMBOLS[name]], Math.PI * radius * radius)();

  // A legend of {text, paint(group)} in rows; paint draws a swatch of 22 x 12. Gives its height.
  draw.legend = (parent, x, y, width, entries) => {
    const size = draw.SMALL;
    const row = draw.lineHeight(size) + 3;
    let left = x;
    let top = y;
    for (const { text, paint, ...given } of entries) {
      const lines = draw.wrap(text, width - 28, { size });
      const wide = 28 + draw.textSize(lines, { size }).width;
      if (left > x && left + wide > x + width) {
        left = x;
        top += row;
      }
      const group = draw.add(parent, "g", { transform: `translate(${round(left)},${round(top)})`, ...given });
      paint(group);
      draw.addText(group, 27, 0, lines, { size, class: "lf-text" });
      left += wide + 14;
      top += (lines.length - 1) * draw.lineHeight(size);
    }
    return entries.length === 0 ? 0 : top + row - y;
  };

  // What the thin lines are; path: how they lie.
  draw.intervalKey = (path, className = "lf-arms") => ({
    text: "95 % interval", "data-key": "interval",
    paint: (group) => draw.add(group, "path", { d: path, class: className }),
  });

  // How high that legend will be.
  draw.legendHeight = (width, entries) =>
    draw.legend(draw.add(null, "g"), 0, 0, width, entries.map((one) => ({ ...one, paint: () => {} })));

  // Why there is nothing in a figure, in its middle.
  draw.nothing = (name, label, width, text) => {
    const lines = draw.wrap(text, width - 24);
    const height = lines.length * draw.lineHeight() + 32;
    const svg = draw.canvas(width, height, name, label);
    draw.addText(svg, width / 2, 16, lines, { anchor: "middle", class: "lf-text", "data-mark": "nothing" });
    return svg;
  };

  // ---- tables -------------------------------------------------------------------------------

  // A table of outcomes, a row per setting: {caption, head, rows}.
  draw.table = (answer, caption, columns, own) => ({
    caption,
    head: [
      answer.axis_label ?? "setting",
      ...columns.flatMap(({ title }) => [title, "95 % interval"]),
    ],
    rows: answer.points.map((point) => [
      point.as_written && answer.axis !== null ? `${point.label} (${own})` : point.label,
      ...columns.flatMap(({ outcome }) => {
        const { mean, range } = view.estimate(draw.outcome(point, outcome));
        return [mean, range === "" ? "–" : range];
      }),
    ]),
  });

  draw.widthOf = (opts) => Math.max(280, Math.round(opts?.width ?? 600));
})();
