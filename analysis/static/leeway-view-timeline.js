// One attempt in two worlds that share their luck: two timelines, one above the other, on one clock.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const draw = (view.drawing ??= {});
  const figures = (view.figures ??= {});

  const LABEL = "One attempt in two worlds";
  const BAND = 16; // height of the band of harm
  const BAR = 12; // height of the bar under it: what the supervisor does
  const SIZE = 12;
  const NO_ERROR = "no error in this world, so there is nothing to follow";
  const DOING = {
    "supervisor waits": "waits", "nobody is free": "queue", "on the way": "coming", "hands on": "hands",
  };
  const kindOf = (what) => DOING[what] ?? "other";
  const harmWords = (level) => (level === "none" ? "no harm" : level === "death" ? "death" : `${level} harm`);

  figures.twin = (shown, opts) => {
    const width = draw.widthOf(opts);
    if (shown === null || shown === undefined) {
      const svg = draw.nothing("twin", LABEL, width, "No attempt is shown: none goes otherwise in the two worlds.");
      return { svg, table: { caption: LABEL, head: ["under", "time", "what happens"], rows: [] } };
    }
    const frame = layOut(shown, width);
    const svg = draw.canvas(width, frame.height, "twin", `${LABEL}: ${shown.title}`);
    const fills = draw.patterns(svg);
    clock(svg, shown, frame);
    parting(svg, shown, frame);
    frame.lanes.forEach((lane) => paint(svg, lane, frame, fills));
    const keys = legendOf(shown, fills);
    draw.legend(draw.add(svg, "g", { class: "lf-words" }), 2, frame.height - frame.legend, width - 8, keys);
    return { svg, table: tableOf(shown) };
  };

  // ---- the frame ------------------------------------------------------------------------------

  const layOut = (shown, width) => {
    const times = shown.worlds.flatMap(({ marks, harm, doing }) => [
      ...marks.map(({ minutes }) => minutes), ...harm.map(({ end }) => end), ...doing.map(({ end }) => end),
    ]);
    const longest = Math.max(0, ...times) || shown.minutes_per_unit;
    const gutter = width >= 640 ? 84 : 0;
    const x = d3.scaleLinear([0, longest / shown.minutes_per_unit], [gutter + 6, width - 8]);
    const at = (minutes) => x(minutes / shown.minutes_per_unit);
    const parts = shown.parts_at !== null && shown.parts_at >= 0 && shown.parts_at <= longest * (1 + 1e-9);
    let top = parts ? draw.lineHeight(SIZE) + 4 : 0;
    const lanes = shown.worlds.map((world) => {
      const lane = laneOf(world, at, gutter, width, top);
      top = lane.bottom + 16;
      return lane;
    });
    const axis = top - 8;
    const legend = draw.legendHeight(width - 8, legendOf(shown, () => null));
    return { x, at, gutter, width, parts, lanes, axis, legend, height: axis + 46 + legend };
  };

  // Where the parts of one world lie, from its heading down to the supervisor's bar.
  const laneOf = (world, at, gutter, width, top) => {
    const name = draw.wrap(`${world.name}: ${world.label}`, width - 6, { size: SIZE, weight: 700, most: 4 });
    const end = world.end ? draw.wrap(world.end, width - 6, { size: SIZE, most: 3 }) : [];
    const flags = draw.raiseFlags(
      world.marks.map((mark) => ({ x: at(mark.minutes), text: mark.label })),
      { x0: gutter, x1: width }, SIZE,
    );
    const head = (name.length + end.length) * draw.lineHeight(SIZE);
    const band = top + head + 8 + flags.height + 4;
    return { world, name, end, flags, top, band, bar: band + BAND + 3, bottom: band + BAND + 3 + BAR };
  };

  const legendOf = (shown, fills) => {
    const there = (list, read) => new Set(shown.worlds.flatMap((world) => world[list].map(read)));
    const levels = there("harm", ({ level }) => level);
    const doings = there("doing", ({ what }) => what);
    return [
      ...draw.levelKeys(draw.LEVELS.filter((level) => levels.has(level)), fills)
        .map((key) => ({ ...key, text: harmWords(key.text) })),
      ...[...new Set([...Object.keys(DOING), ...doings])].filter((what) => doings.has(what)).map((what) => ({
        text: what, "data-key": kindOf(what),
        paint: (group) => draw.hatched(group, draw.SWATCH, kindOf(what), `lf-doing lf-doing-${kindOf(what)}`, fills),
      })),
    ];
  };

  // ---- what is common to both worlds --------------------------------------------------------------

  const clock = (svg, shown, frame) => {
    const group = draw.add(svg, "g", { class: "lf-clock" });
    const [left, right] = frame.x.range();
    const ticks = frame.x.ticks(Math.max(3, Math.round((right - left) / 95)));
    for (const lane of frame.lanes) {
      for (const tick of ticks) {
        const x = draw.round(frame.x(tick));
        draw.add(group, "line", { class: "lf-grid", x1: x, x2: x, y1: lane.band - 3, y2: lane.bottom + 3 });
      }
    }
    draw.add(group, "path", { class: "lf-base", d: `M${left},${frame.axis}H${right}` });
    for (const tick of ticks) {
      const x = draw.round(frame.x(tick));
      const text = draw.tick(tick);
      const half = draw.textWidth(text, { size: draw.SMALL }) / 2;
      draw.add(group, "line", { class: "lf-tick", x1: x, x2: x, y1: frame.axis, y2: frame.axis + 4 });
      draw.addText(group, Math.min(x, frame.width - half - 1), frame.axis + 6, [text], {
        size: draw.SMALL, anchor: "middle", class: "lf-text", "data-mark": "tick",
      });
    }
    draw.addText(group, left, frame.axis + 22, [`${shown.unit} after the error`], {
      class: "lf-text", "data-mark": "title-across",
    });
  };

  // Where the worlds part: a line through both, named at its top.
  const parting = (svg, shown, frame) => {
    if (!frame.parts) return;
    const x = draw.round(frame.at(shown.parts_at));
    const text = "the worlds part here";
    const wide = draw.textWidth(text, { size: SIZE, weight: 700 });
    const left = x + wide + 4 > frame.width;
    const group = draw.add(svg, "g", { "data-mark": "parting", "data-minutes": shown.parts_at });
    const met = frame.lanes.flatMap(textsOf).filter(({ x0, x1 }) => x > x0 - 3 && x < x1 + 3);
    for (const [y1, y2] of draw.clearOf(met.map(({ y0, y1 }) => [y0, y1]), 1, frame.axis)) {
      draw.add(group, "line", { class: "lf-parting", x1: x, x2: x, y1: draw.round(y1), y2: draw.round(y2) });
    }
    draw.addText(group, left ? x - 4 : x + 4, 0, [text], {
      weight: 700, anchor: left ? "end" : null, class: "lf-text",
    });
  };

  // The boxes of a lane's texts.
  const textsOf = (lane) => {
    const height = draw.lineHeight(SIZE);
    const heading = [...lane.name.map((text) => [text, 700]), ...lane.end.map((text) => [text, 400])]
      .map(([text, weight], index) => ({
        x0: 0, x1: 2 + draw.textWidth(text, { size: SIZE, weight }),
        y0: lane.top + index * height, y1: lane.top + (index + 1) * height,
      }));
    const flags = lane.flags.flags.map(({ box, base, height: high }) => ({
      ...box, y0: lane.band - 4 - base - high, y1: lane.band - 4 - base,
    }));
    return [...heading, ...flags];
  };

  // ---- one world --------------------------------------------------------------------------------

  const paint = (svg, lane, frame, fills) => {
    const group = draw.add(svg, "g", { "data-world": lane.world.name });
    draw.addText(group, 2, lane.top, lane.name, {
      size: SIZE, weight: 700, class: "lf-text lf-halo", "data-mark": "name",
    });
    if (lane.end.length > 0) {
      const under = lane.top + lane.name.length * draw.lineHeight(SIZE);
      draw.addText(group, 2, under, lane.end, { size: SIZE, class: "lf-text lf-halo", "data-mark": "end" });
    }
    raise(group, lane);
    bands(group, lane, frame, fills);
    feet(group, lane);
    if (lane.world.marks.length > 0) return;
    draw.addText(group, frame.gutter + 8, lane.band + 6, [NO_ERROR], {
      size: SIZE, class: "lf-text lf-halo", "data-mark": "no-error",
    });
  };

  const raise = (group, lane) => {
    const ground = lane.band - 4;
    const poles = draw.add(group, "g", { class: "lf-poles" });
    lane.flags.flags.forEach((flag, index) => {
      const top = ground - flag.base - flag.height;
      const x = draw.round(flag.x);
      draw.add(poles, "line", { class: "lf-pole", x1: x, x2: x, y1: draw.round(top + 2), y2: lane.band });
      const mark = lane.world.marks[index];
      draw.addText(group, flag.left ? flag.box.x1 : flag.box.x0, top, flag.lines, {
        size: SIZE, anchor: flag.left ? "end" : null, class: "lf-text lf-halo",
        "data-mark": "flag", "data-kind": mark.kind, "data-minutes": mark.minutes,
      });
    });
  };

  const bands = (group, lane, frame, fills) => {
    const span = (one, y, height) => ({
      x: frame.at(one.start), y, width: frame.at(one.end) - frame.at(one.start), height,
    });
    for (const one of lane.world.harm) {
      draw.hatched(group, span(one, lane.band, BAND), one.level, `lf-level lf-level-${one.level}`, fills, {
        "data-mark": "harm", "data-harm": one.level, "data-start": one.start, "data-end": one.end,
      });
    }
    for (const one of lane.world.doing) {
      const kind = kindOf(one.what);
      const rect = draw.hatched(group, span(one, lane.bar, BAR), kind, `lf-doing lf-doing-${kind}`, fills, {
        "data-mark": "doing", "data-doing": kind, "data-start": one.start, "data-end": one.end,
      });
      draw.add(rect, "title").textContent = one.what;
    }
    if (frame.gutter === 0) return;
    for (const [y, text] of [[lane.band + 1, "patient"], [lane.bar - 1.5, "supervisor"]]) {
      draw.addText(group, frame.gutter - 4, y, [text], {
        size: draw.SMALL, anchor: "end", class: "lf-text", "data-mark": "lane",
      });
    }
  };

  // A dot on the band at the foot of each pole.
  const feet = (group, lane) => {
    for (const flag of lane.flags.flags) {
      draw.add(group, "circle", { class: "lf-foot", cx: draw.round(flag.x), cy: lane.band, r: 2.6 });
    }
  };

  // ---- the table ----------------------------------------------------------------------------------

  const tableOf = (shown) => ({
    caption: `${LABEL}: ${shown.title}`,
    head: ["under", `${shown.unit} after the error`, "what happens"],
    rows: shown.worlds.flatMap((world) => world.marks.map((mark) => [
      `${world.name}: ${world.label}`,
      view.estimate({ mean: mark.minutes / shown.minutes_per_unit, low: null, high: null }).mean,
      mark.label,
    ])),
  });
})();
