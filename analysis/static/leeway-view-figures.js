// The figures of the curve's two sides: what trainees learn against what patients pay.
// Every figure is a function of (data, ..., {width}) to {svg, table}; where its setting can move
// without drawing it anew there is present(token) as well.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const draw = (view.drawing ??= {});
  const figures = (view.figures ??= {});

  const HARM = "harm_any";
  const ACROSS = "patients harmed per 100 training cases →";
  const LEARNING = {
    experience: ["Experience", "experience at the end of training, in cases' worth"],
    resilience: ["Resilience", "resilience at the end of training, in mistakes lived through"],
  };
  const BOLD = { size: 14, weight: 700 }; // the label of the present setting
  const CLEAR = 13; // the size of a point with some air

  // Learning (up) against harm now (right), a point per setting, joined in order.
  figures.tradeoff = (answer, token, learning, opts) => {
    const width = draw.widthOf(opts);
    const [name, up] = LEARNING[learning];
    const own = opts?.own ?? draw.OWN;
    const label = `${name} against harm now`;
    const table = draw.table(answer, `${label}, by setting`, [
      { title: "patients harmed per 100 training cases", outcome: HARM },
      { title: up, outcome: learning },
    ], own);
    const points = answer.points
      .map((point) => ({ point, harm: draw.outcome(point, HARM), gain: draw.outcome(point, learning) }))
      .filter(({ harm, gain }) => harm !== null && gain !== null);
    if (points.length === 0) {
      const text = "Nothing to show: there is no training case to divide by.";
      return { svg: draw.nothing("tradeoff", label, width, text), table, present: () => true };
    }
    const frame = layOut(points, width, up, own);
    const svg = draw.plot("tradeoff", label, options(answer, points, learning, frame, width));
    svg.setAttribute("data-learning", learning);
    words(svg, points, frame, width);
    const texts = labels(svg, points, frame, width);
    const present = (next) => emphasise(svg, points, draw.pointOf(answer, next), texts);
    present(token);
    return { svg, table, present };
  };

  // ---- the frame ------------------------------------------------------------------------------

  const layOut = (points, width, up, own) => {
    const x = draw.around(points.flatMap(({ harm }) => draw.reach(harm)));
    const y = draw.around(points.flatMap(({ gain }) => draw.reach(gain)));
    const inner = Math.min(360, Math.max(230, width * 0.56));
    const title = draw.upTitle(up, width);
    const key = draw.legendHeight(width - 8, keys(points, own));
    const below = draw.acrossTitle(ACROSS, width);
    const top = title.height + key + 8;
    const left = Math.ceil(draw.axisWidth(y, inner)) + 12;
    return { x, y, own, title, below, top, left, right: 14, inner, height: top + inner + 24 + below.height };
  };

  const options = (answer, points, learning, frame, width) => ({
    width, height: frame.height,
    marginTop: frame.top, marginLeft: frame.left, marginRight: frame.right,
    marginBottom: frame.height - frame.top - frame.inner,
    x: { domain: frame.x.domain(), axis: null },
    y: { domain: frame.y.domain(), axis: null },
    marks: [
      ...draw.axisUp(frame.y, frame.inner),
      draw.layer("lf-base", (group) => draw.add(group, "path", {
        d: `M${frame.left},${frame.top + frame.inner}H${width - frame.right}`,
      })),
      draw.axisAcross(frame.x, Math.max(3, Math.round((width - frame.left) / 70))),
      Plot.line(points, draw.marked("lf-way", points, () => ({ "data-mark": "way" }), {
        x: (one) => one.harm.mean, y: (one) => one.gain.mean,
      })),
      ...intervals(points, learning),
      draw.layer("lf-here", () => {}),
      ...[false, true].map((own) => dots(points.filter(({ point }) => point.as_written === own), own && frame.own, learning)),
    ],
  });

  const intervals = (points, learning) => {
    const named = (outcome, read) => (row) => ({
      "data-mark": "interval", "data-setting": row.point.token, "data-outcome": outcome,
      "data-low": read(row).low, "data-high": read(row).high,
    });
    const across = points.filter(({ harm }) => draw.hasInterval(harm));
    const upward = points.filter(({ gain }) => draw.hasInterval(gain));
    return [
      Plot.ruleY(across, draw.marked("lf-arms", across, named(HARM, ({ harm }) => harm), {
        x1: ({ harm }) => harm.low, x2: ({ harm }) => harm.high, y: ({ gain }) => gain.mean,
      })),
      Plot.ruleX(upward, draw.marked("lf-arms", upward, named(learning, ({ gain }) => gain), {
        y1: ({ gain }) => gain.low, y2: ({ gain }) => gain.high, x: ({ harm }) => harm.mean,
      })),
    ];
  };

  const dots = (points, own, learning) => {
    const given = ({ point, harm, gain }) => ({
      "data-mark": "point", "data-setting": point.token, "data-outcome": learning,
      "data-x": harm.mean, "data-y": gain.mean, "data-as-written": own ? "" : null,
      title: `${point.label}${own ? ` (${own})` : ""}: ${draw.estimate(harm)} patients harmed per `
        + `100 training cases, ${learning} ${draw.estimate(gain)}`,
    });
    return Plot.dot(points, draw.marked(own ? "lf-own" : "lf-point", points, given, {
      x: ({ harm }) => harm.mean, y: ({ gain }) => gain.mean,
      symbol: own ? "diamond2" : "circle", r: own ? 6.5 : 4.5,
    }));
  };

  // ---- words ----------------------------------------------------------------------------------

  const keys = (points, own) => [
    { text: "set now", "data-key": "now", paint: (group) => {
      draw.add(group, "circle", { cx: 11, cy: 7, r: 4, class: "lf-point" });
      draw.add(group, "circle", { cx: 11, cy: 7, r: 7.5, class: "lf-ring" });
    } },
    ...(points.some(({ point }) => point.as_written) ? [{
      text: own, "data-key": "own", paint: (group) => {
        draw.add(group, "path", { d: draw.symbol("diamond", 6), transform: "translate(11,7)", class: "lf-own" });
      } }] : []),
    ...(points.some(({ harm, gain }) => draw.hasInterval(harm) || draw.hasInterval(gain))
      ? [draw.intervalKey("M3,7H19M11,0V14")] : []),
  ];

  const words = (svg, points, frame, width) => {
    const group = draw.add(svg, "g", { class: "lf-words" });
    draw.addText(group, 2, 0, frame.title.lines, { class: "lf-text", "data-mark": "title-up" });
    draw.legend(group, 2, frame.title.height, width - 8, keys(points, frame.own));
    draw.addText(group, width - 4, frame.top + frame.inner + 24, frame.below.lines, {
      anchor: "end", class: "lf-text", "data-mark": "title-across",
    });
  };

  // The settings beside their points, in places that don't depend on which is the present one; gives
  // the boxes of the texts.
  const labels = (svg, points, frame, width) => {
    const x = svg.scale("x").apply;
    const y = svg.scale("y").apply;
    const places = points.map(({ harm, gain }) => ({ x: x(harm.mean), y: y(gain.mean) }));
    const texts = points.map(({ point }) => draw.wrap(point.label, 120, BOLD));
    const sizes = texts.map((lines) => {
      const { width: wide, height } = draw.textSize(lines, BOLD);
      return { width: wide + 4, height: height + 1 };
    });
    const bounds = {
      x0: frame.left + 2, y0: frame.top + 1, x1: width - 2, y1: frame.top + frame.inner - 1,
    };
    const found = draw.placeLabels(places, sizes, bounds, linesOf(points, places, x, y), CLEAR);
    const group = draw.add(svg, "g", { class: "lf-labels" });
    found.forEach(({ box, leader }, index) => {
      const token = points[index].point.token;
      if (leader) {
        const tie = draw.tie(box, places[index]);
        const far = Math.hypot(tie.x2 - tie.x1, tie.y2 - tie.y1) || 1;
        tie.x1 += ((tie.x2 - tie.x1) * 6) / far;
        tie.y1 += ((tie.y2 - tie.y1) * 6) / far;
        draw.add(group, "line", { ...tie, class: "lf-leader" });
      }
      const lines = texts[index];
      const text = draw.addText(group, (box.x0 + box.x1) / 2, box.y0 + 1, lines, {
        size: draw.TEXT, anchor: "middle", class: "lf-text lf-halo",
        "data-mark": "label", "data-setting": token,
      });
      const spare = (box.y1 - box.y0 - lines.length * draw.lineHeight(draw.TEXT)) / 2;
      text.setAttribute("transform", `translate(0,${draw.round(spare - 0.5)})`);
    });
    return found.map(({ box }) => box);
  };

  const linesOf = (points, places, x, y) => points.flatMap(({ harm, gain }, index) => {
    const at = places[index];
    const found = [];
    if (draw.hasInterval(harm)) found.push({ x1: x(harm.low), x2: x(harm.high), y1: at.y, y2: at.y, of: index });
    if (draw.hasInterval(gain)) found.push({ x1: at.x, x2: at.x, y1: y(gain.high), y2: y(gain.low), of: index });
    if (index > 0) {
      found.push({ x1: places[index - 1].x, y1: places[index - 1].y, x2: at.x, y2: at.y });
    }
    return found;
  });

  // ---- the present setting --------------------------------------------------------------------

  // Ring the point of the present setting, tie it to both axes, make its label bold.
  const emphasise = (svg, points, point, texts) => {
    const layer = svg.querySelector(".lf-here");
    layer.replaceChildren();
    for (const element of svg.querySelectorAll("[data-setting]")) {
      element.classList.toggle("lf-now", point !== null && element.dataset.setting === point.token);
    }
    const one = points.find((other) => other.point === point);
    if (one === undefined) return point === null;
    const x = svg.scale("x");
    const y = svg.scale("y");
    const [cx, cy] = [x.apply(one.harm.mean), y.apply(one.gain.mean)];
    const lying = texts.filter(({ y0, y1 }) => cy > y0 && cy < y1).map(({ x0, x1 }) => [x0, x1]);
    const upright = texts.filter(({ x0, x1 }) => cx > x0 && cx < x1).map(({ y0, y1 }) => [y0, y1]);
    draw.add(layer, "path", { class: "lf-cross", d: [
      ...draw.clearOf(lying, x.range[0], cx).map(([from, to]) => `M${from},${cy}H${to}`),
      ...draw.clearOf(upright, cy, y.range[0]).map(([from, to]) => `M${cx},${from}V${to}`),
    ].join("") });
    draw.add(layer, "circle", {
      class: "lf-ring", cx, cy, r: 9.5, "data-mark": "present", "data-setting": point.token,
    });
    return true;
  };
})();
