// Figures along the settings tried: harm now and later, total burden, takeovers.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const draw = (view.drawing ??= {});
  const figures = (view.figures ??= {});

  const SIDE = 0.08; // series stand so far apart, in steps between settings
  const TAG = 17; // height of a line of tags above the plot
  const LOOKS = [
    { colour: "lf-a", symbol: "circle" },
    { colour: "lf-b", symbol: "square" },
    { colour: "lf-c", symbol: "triangle" },
  ];

  figures.nowLater = (answer, token, opts) => along(answer, token, opts, {
    name: "nowLater", label: "Harm now and harm later", up: "patients harmed per 100 cases",
    series: [
      { outcome: "harm_any", text: "now, in training" },
      { outcome: "independent_harm_any", text: "later, in independent practice" },
    ],
  });

  figures.burden = (answer, token, opts) => along(answer, token, opts, {
    name: "burden", label: "Harm now and later, added up",
    up: "total burden of harm per trainee, in harm weights, now and later",
    series: [{ outcome: "total_burden", text: "total burden" }],
    kept: "the least, or can't be told from it",
  });

  figures.takeovers = (answer, token, opts) => along(answer, token, opts, {
    name: "takeovers", label: "Takeovers: needless, necessary, late",
    up: "takeovers per 100 training cases",
    series: [
      { outcome: "needless_takeovers", text: "needless" },
      { outcome: "necessary_takeovers", text: "necessary" },
      { outcome: "late_takeovers", text: "late" },
    ],
  });

  const along = (answer, token, opts, spec) => {
    const width = draw.widthOf(opts);
    const series = spec.series
      .map((one, index) => ({ ...one, ...LOOKS[index], index }))
      .filter(({ outcome }) => answer.points.some((point) => draw.outcome(point, outcome) !== null));
    const table = draw.table(answer, `${spec.label}, by setting`, (series.length > 0 ? series : spec.series)
      .map(({ outcome, text }) => ({
        outcome, title: spec.series.length === 1 ? spec.up : `${text}: ${spec.up}`,
      })), opts?.own ?? draw.OWN);
    if (series.length === 0) {
      const svg = draw.nothing(spec.name, spec.label, width, "Nothing to show: there is nothing to divide by.");
      return { svg, table, present: () => true };
    }
    if (answer.points.length === 1) {
      return { svg: draw.row(answer.points[0], series, spec, width), table, present: () => true };
    }
    const frame = { ...layOut(answer, series, spec, width), word: opts?.own ?? draw.OWN };
    const svg = draw.plot(spec.name, spec.label, options(answer, series, frame, width));
    words(svg, answer, series, frame, width);
    const ticks = axis(svg, answer, frame, width);
    const present = (next) => emphasise(svg, answer, frame, ticks, draw.pointOf(answer, next));
    present(token);
    return { svg, table, present };
  };

  // ---- the frame ------------------------------------------------------------------------------

  const layOut = (answer, series, spec, width) => {
    const found = series.flatMap(({ outcome }) => answer.points.map((point) => draw.outcome(point, outcome)));
    const y = draw.fromZero(found.flatMap(draw.reach));
    const inner = Math.min(320, Math.max(200, width * 0.46));
    const title = draw.upTitle(spec.up, width);
    const names = spec.series.length === 1 ? [] : series.map(({ text }) => draw.wrap(text, nameWidth(series, width)));
    const right = names.length === 0 ? 14 : 30 + Math.max(...names.map((lines) => draw.textSize(lines).width));
    const left = Math.ceil(draw.axisWidth(y, inner)) + 12;
    const across = draw.acrossTitle(`${answer.axis_label} (settings tried; not an even scale)`, width - left - 4);
    const kept = spec.kept !== undefined && answer.points.some((point) => point.kept);
    const sure = found.some(draw.hasInterval);
    const keys = [...(kept ? [keptKey(spec.kept)] : []), ...(sure ? [draw.intervalKey("M11,1V13", "lf-span")] : [])];
    const own = answer.points.findIndex((point) => point.as_written);
    const head = title.height + (keys.length > 0 ? draw.legendHeight(width - 8, keys) : 0);
    const top = head + TAG * (own >= 0 ? 2 : 1) + 8;
    const rows = tickRows(
      answer.points.map(({ label }) => label),
      d3.scaleLinear([-0.5, answer.points.length - 0.5], [left, width - right]),
    );
    const framed = { y, inner, title, names, right, left, across, keys, own, head, top, kept, ...rows };
    const under = top + inner + 12 + rows.rows * 14;
    return { ...framed, under, height: under + across.height };
  };

  // No word of a series' name is cut.
  const nameWidth = (series, width) => Math.max(
    width < 500 ? 70 : 110, ...series.flatMap(({ text }) => text.split(" ").map((word) => draw.textWidth(word))),
  );

  // Where settings stand, and in how many rows their names fit under the axis.
  const tickRows = (labels, place) => {
    const half = labels.map((label) => draw.textWidth(label, { size: draw.SMALL, weight: 700 }) / 2 + 2);
    const clash = (one, other) => place(other) - place(one) < half[one] + half[other];
    return { place, half, rows: d3.pairs(d3.range(labels.length)).some(([one, other]) => clash(one, other)) ? 2 : 1 };
  };

  const options = (answer, series, frame, width) => ({
    width, height: frame.height,
    marginTop: frame.top, marginLeft: frame.left, marginRight: frame.right,
    marginBottom: frame.height - frame.top - frame.inner,
    x: { domain: frame.place.domain(), axis: null },
    y: { domain: frame.y.domain(), axis: null },
    marks: [
      draw.layer("lf-here", () => {}),
      ...draw.axisUp(frame.y, frame.inner),
      Plot.ruleY([0], draw.marked("lf-base", [0], () => ({}), {})),
      ...series.flatMap((one) => curve(answer, one, series.length, frame)),
    ],
  });

  // The line, intervals and symbols of one series.
  const curve = (answer, one, count, frame) => {
    const shift = SIDE * (one.index - (count - 1) / 2);
    const all = answer.points.map((point, index) => ({
      point, x: index + shift, found: draw.outcome(point, one.outcome),
    }));
    const known = all.filter(({ found }) => found !== null);
    const sure = known.filter(({ found }) => draw.hasInterval(found));
    const kept = frame.kept ? known.filter(({ point }) => point.kept) : [];
    const named = (mark) => ({ point, found }) => ({
      "data-mark": mark, "data-setting": point.token, "data-outcome": one.outcome, "data-y": found.mean,
    });
    const spread = (row) => ({
      ...named("interval")(row), "data-low": row.found.low, "data-high": row.found.high,
    });
    const told = (row) => ({
      ...named("point")(row),
      title: `${row.point.label}${row.point.as_written ? ` (${frame.word})` : ""}, ${one.text}: `
        + draw.estimate(row.found),
    });
    const x = (row) => row.x;
    const y = ({ found }) => found?.mean;
    return [
      Plot.line(all, draw.marked(`lf-line ${one.colour}`, all, () => ({
        "data-mark": "way", "data-outcome": one.outcome,
      }), { x, y })),
      Plot.ruleX(sure, draw.marked(`lf-bar ${one.colour}`, sure, spread, {
        x, y1: ({ found }) => found.low, y2: ({ found }) => found.high,
      })),
      Plot.dot(kept, draw.marked("lf-kept", kept, named("kept"), { x, y, r: 8.5 })),
      Plot.dot(known, draw.marked(`lf-dot ${one.colour}`, known, told, { x, y, symbol: one.symbol, r: 4.5 })),
    ];
  };

  // ---- words ----------------------------------------------------------------------------------

  const keptKey = (text) => ({
    text, "data-key": "kept", paint: (group) => {
      draw.add(group, "circle", { cx: 11, cy: 7, r: 7, class: "lf-kept" });
      draw.add(group, "circle", { cx: 11, cy: 7, r: 3.5, class: "lf-dot lf-a" });
    },
  });

  const words = (svg, answer, series, frame, width) => {
    const group = draw.add(svg, "g", { class: "lf-words" });
    draw.addText(group, 2, 0, frame.title.lines, { class: "lf-text", "data-mark": "title-up" });
    draw.legend(group, 2, frame.title.height, width - 8, frame.keys);
    draw.addText(group, frame.left, frame.under, frame.across.lines, {
      class: "lf-text", "data-mark": "title-across",
    });
    if (frame.names.length > 0) nameLines(group, svg, answer, series, frame, width);
  };

  // Each series by name at the right end of its line.
  const nameLines = (group, svg, answer, series, frame, width) => {
    const y = svg.scale("y").apply;
    const last = answer.points.length - 1;
    const ends = series.map((one) => {
      const index = answer.points.findLastIndex((point) => draw.outcome(point, one.outcome) !== null);
      return { index, y: y(draw.outcome(answer.points[index], one.outcome).mean) };
    });
    const wanted = ends.map((end, index) => ({ y: end.y, height: draw.textSize(frame.names[index]).height }));
    const tops = draw.dodge(wanted, frame.top - 4, frame.top + frame.inner + 8);
    const edge = width - frame.right;
    series.forEach((one, index) => {
      const shift = SIDE * (one.index - (series.length - 1) / 2);
      const from = frame.place(ends[index].index + shift) + 7;
      const middle = tops[index] + wanted[index].height / 2;
      if (ends[index].index === last) {
        draw.add(group, "path", {
          class: `lf-tie ${one.colour}`,
          d: `M${draw.round(from)},${draw.round(ends[index].y)}L${edge + 3},${draw.round(middle)}`,
        });
      }
      draw.add(group, "path", {
        class: `lf-dot ${one.colour}`, d: draw.symbol(one.symbol, 4),
        transform: `translate(${edge + 9},${draw.round(middle)})`,
      });
      draw.addText(group, edge + 17, tops[index], frame.names[index], {
        class: "lf-text", "data-mark": "series", "data-outcome": one.outcome,
      });
    });
  };

  // The settings under the axis, as many as there is room for; gives the texts by place.
  const axis = (svg, answer, frame, width) => {
    const group = draw.add(svg, "g", { class: "lf-ticks" });
    const top = frame.top + frame.inner;
    const labels = answer.points.map(({ label }) => label);
    const first = [frame.own, 0, labels.length - 1].filter((index) => index >= 0);
    const chosen = [];
    for (const index of [...first, ...labels.keys()]) {
      const at = frame.place(index);
      const meets = chosen.some((other) => {
        const away = Math.abs(frame.place(other) - at);
        const row = (one) => one % frame.rows;
        if (row(other) === row(index)) return away < frame.half[other] + frame.half[index];
        // the way down to the second row goes through no label of the first
        return away < frame.half[row(other) === 0 ? other : index] + 1;
      });
      if (!meets) chosen.push(index);
    }
    labels.forEach((_, index) => {
      const at = draw.round(frame.place(index));
      const down = chosen.includes(index) ? (index % frame.rows) * 14 : 0;
      draw.add(group, "line", { class: "lf-tick", x1: at, x2: at, y1: top, y2: top + 4 + down });
    });
    return new Map(chosen.map((index) => {
      const at = draw.round(Math.min(frame.place(index), width - frame.half[index]));
      return [index, draw.addText(group, at, top + 7 + (index % frame.rows) * 14, [labels[index]], {
        size: draw.SMALL, anchor: "middle", class: "lf-text",
        "data-mark": "tick", "data-setting": answer.points[index].token,
      })];
    }));
  };

  // ---- the present setting ----------------------------------------------------------------------

  const emphasise = (svg, answer, frame, ticks, point) => {
    const layer = svg.querySelector(".lf-here");
    layer.replaceChildren();
    const now = point === null ? -1 : answer.points.indexOf(point);
    const bottom = frame.top + frame.inner;
    const step = frame.place(1) - frame.place(0);
    // the present setting's tag lies on its band; the file's own stands above it
    const rows = { own: frame.head + 2, now: frame.head + 2 + (frame.own >= 0 ? TAG : 0) };
    let under = null; // what the present setting's tag covers
    if (now >= 0) {
      draw.add(layer, "rect", {
        class: "lf-band", "data-mark": "present", "data-setting": point.token,
        x: draw.round(frame.place(now) - step * 0.42), width: draw.round(step * 0.84),
        y: rows.now + TAG, height: bottom - rows.now - TAG,
      });
      const [left, right] = [frame.place(now) - step * 0.42, frame.place(now) + step * 0.42];
      draw.add(layer, "path", { class: "lf-cap", d: `M${draw.round(left)},${rows.now + TAG}H${draw.round(right)}` });
      under = tag(layer, frame, now, `set now: ${point.label}`, rows.now, { weight: 700, "data-mark": "now" });
    }
    if (frame.own >= 0) {
      const at = draw.round(frame.place(frame.own));
      draw.add(layer, "line", {
        class: "lf-written", x1: at, x2: at, y1: covered(under, at) ? rows.now + TAG : rows.own + TAG - 2, y2: bottom,
        "data-mark": "as-written", "data-setting": answer.points[frame.own].token,
      });
      tag(layer, frame, frame.own, `${frame.word}: ${answer.points[frame.own].label}`, rows.own, { "data-mark": "own" });
    }
    for (const [index, text] of ticks) text.classList.toggle("lf-now", index === now);
    return true;
  };

  const covered = (span, at) => span !== null && at > span[0] - 3 && at < span[1] + 3;

  // A line of text above a setting, kept within the drawing; gives its ends.
  const tag = (layer, frame, index, text, top, given) => {
    const half = draw.textWidth(text, { size: draw.SMALL, weight: given.weight }) / 2;
    const [left, right] = frame.place.range();
    const at = Math.min(Math.max(frame.place(index), left + half - 8), Math.max(right, left + 2 * half) + 8 - half);
    draw.addText(layer, draw.round(at), top, [text], {
      size: draw.SMALL, anchor: "middle", class: "lf-text", ...given,
    });
    return [at - half, at + half];
  };
})();
