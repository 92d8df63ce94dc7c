// Text in figures: how wide it is, how it wraps, and where labels go so that none covers another.
// Lengths are in pixels, x to the right and y downwards, as in SVG. A box is {x0, y0, x1, y1}.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const draw = (view.drawing ??= {});

  // The same family as in leeway-view-figures.css: what is measured is what is drawn.
  const FAMILY = "system-ui, sans-serif";
  const LINE = 1.25; // height of a line, in sizes of its letters
  const SPARE = 1.03; // what measuring and drawing may differ by

  // ---- measuring and wrapping ---------------------------------------------------------------

  let pen = null;
  const widths = new Map();
  draw.textWidth = (text, { size = 12, weight = 400 } = {}) => {
    const key = `${weight} ${size}px ${FAMILY}|${text}`;
    let width = widths.get(key);
    if (width === undefined) {
      pen ??= document.createElement("canvas").getContext("2d");
      pen.font = `${weight} ${size}px ${FAMILY}`;
      width = pen.measureText(text).width * SPARE;
      if (widths.size > 5000) widths.clear();
      widths.set(key, width);
    }
    return width;
  };

  draw.lineHeight = (size = 12) => size * LINE;

  // Lines no wider than asked for; a word that is too long is cut, a line too many ends in "…".
  draw.wrap = (text, width, { size = 12, weight = 400, most = 12 } = {}) => {
    const fits = (line) => draw.textWidth(line, { size, weight }) <= width;
    const lines = [];
    let line = "";
    for (const word of view.words(String(text)).flatMap((one) => pieces(one, fits))) {
      const longer = line === "" ? word : `${line} ${word}`;
      if (line === "" || fits(longer)) line = longer;
      else {
        lines.push(line);
        line = word;
      }
    }
    lines.push(line);
    if (lines.length <= most) return lines;
    return [...lines.slice(0, most - 1), `${lines[most - 1].replace(/…$/, "")}…`];
  };

  const pieces = (word, fits) => {
    if (word === "" || fits(word)) return [word];
    const cut = [];
    let piece = "";
    for (const letter of word) {
      if (piece !== "" && !fits(piece + letter)) {
        cut.push(piece);
        piece = "";
      }
      piece += letter;
    }
    return [...cut, piece];
  };

  // The size of lines of text: {width, height}.
  draw.textSize = (lines, { size = 12, weight = 400 } = {}) => ({
    width: Math.max(0, ...lines.map((line) => draw.textWidth(line, { size, weight }))),
    height: lines.length * draw.lineHeight(size),
  });

  // ---- boxes --------------------------------------------------------------------------------

  draw.boxAt = (x, y, width, height) => ({
    x0: x - width / 2, y0: y - height / 2, x1: x + width / 2, y1: y + height / 2,
  });
  draw.overlap = (one, other) =>
    one.x0 < other.x1 && other.x0 < one.x1 && one.y0 < other.y1 && other.y0 < one.y1;
  draw.distance = (box, x, y) =>
    Math.hypot(Math.max(box.x0 - x, 0, x - box.x1), Math.max(box.y0 - y, 0, y - box.y1));

  // Whether a segment {x1, y1, x2, y2} goes through a box (Liang and Barsky's clipping).
  draw.crosses = (box, segment) => {
    const across = segment.x2 - segment.x1;
    const down = segment.y2 - segment.y1;
    let from = 0;
    let to = 1;
    for (const [p, q] of [
      [-across, segment.x1 - box.x0], [across, box.x1 - segment.x1],
      [-down, segment.y1 - box.y0], [down, box.y1 - segment.y1],
    ]) {
      if (p === 0 && q < 0) return false;
      if (p < 0) from = Math.max(from, q / p);
      if (p > 0) to = Math.min(to, q / p);
    }
    return from <= to;
  };

  // The parts between two ends of a line, lying or upright, that leave texts free: spans are the ends
  // of the texts that it meets, and AIR is left around each.
  const AIR = 2;
  draw.clearOf = (spans, from, to) => {
    const parts = [];
    let at = from;
    for (const [start, end] of [...spans].sort(([one], [other]) => one - other)) {
      if (start - AIR - at > 1) parts.push([at, Math.min(start - AIR, to)]);
      at = Math.max(at, end + AIR);
      if (at >= to) return parts;
    }
    return [...parts, [at, to]];
  };

  // ---- labels of points ---------------------------------------------------------------------

  const RINGS = 14;
  const TURNS = 16;
  const COST = { label: 1e5, point: 3000, line: 14, faint: 8, unclear: 10, leader: 25 };

  // Where the label of each point goes: {box, leader}. points: {x, y}; sizes: {width, height};
  // bounds: a box; lines: segments that labels had better not cover, least that of their own point
  // (of: its place; others' are drawn faintly); clear: the size of a point.
  // Rings of places around the point are tried; the nearest that costs least is taken. leader:
  // whether a line should tie the label to its point, because it is far or near another.
  draw.placeLabels = (points, sizes, bounds, lines, clear) => {
    const taken = [];
    const marks = points.map((point) => draw.boxAt(point.x, point.y, clear, clear));
    return points.map((point, index) => {
      let best = null;
      for (const one of candidates(point, sizes[index], bounds)) {
        if (best !== null && one.cost >= best.cost) continue;
        const cost = one.cost + costOf(one.box, index, points, marks, taken, lines, clear);
        if (best === null || cost < best.cost) best = { box: one.box, cost };
      }
      const box = best === null ? draw.boxAt(point.x, point.y, 0, 0) : best.box;
      taken.push({ box, tie: tie(box, point) });
      return { box, leader: !tells(box, index, points, clear) };
    });
  };

  const candidates = (point, size, bounds) => {
    const found = [];
    for (let ring = 0; ring < RINGS; ring += 1) {
      const away = 10 + ring * 7;
      for (let turn = 0; turn < TURNS; turn += 1) {
        const angle = -Math.PI / 4 + (turn * 2 * Math.PI) / TURNS;
        const x = point.x + (size.width / 2 + away) * Math.cos(angle);
        const y = point.y + (size.height / 2 + away) * Math.sin(angle);
        const box = draw.boxAt(x, y, size.width, size.height);
        const inside = box.x0 >= bounds.x0 && box.x1 <= bounds.x1
          && box.y0 >= bounds.y0 && box.y1 <= bounds.y1;
        if (inside) found.push({ box, cost: away + turn * 0.05 });
      }
    }
    return found;
  };

  const costOf = (box, own, points, marks, taken, lines, clear) => {
    let cost = 0;
    for (const other of taken) {
      if (draw.overlap(box, other.box)) cost += COST.label;
      else if (draw.crosses(box, other.tie)) cost += COST.leader;
    }
    for (const mark of marks) if (draw.overlap(box, mark)) cost += COST.point;
    for (const line of lines) if (draw.crosses(box, line)) cost += line.of === undefined || line.of === own ? COST.line : COST.faint;
    if (!tells(box, own, points, clear)) {
      const leader = tie(box, points[own]);
      cost += COST.unclear;
      for (const other of taken) if (draw.crosses(other.box, leader)) cost += COST.leader;
    }
    return cost;
  };

  // Whether a reader sees whose label it is: near its own point, clearly farther from others.
  const tells = (box, own, points, clear) => {
    const near = draw.distance(box, points[own].x, points[own].y);
    if (near > clear) return false;
    return points.every(
      (point, index) => index === own || draw.distance(box, point.x, point.y) > near + clear / 3,
    );
  };

  // The line from a point to the nearest place of its label.
  const tie = (box, point) => ({
    x1: point.x, y1: point.y,
    x2: Math.min(Math.max(point.x, box.x0), box.x1),
    y2: Math.min(Math.max(point.y, box.y0), box.y1),
  });
  draw.tie = tie;

  // Tops of things one below the other, each as near as can be to where it would like its middle:
  // wanted: {y, height}, in any order; between top and bottom where there is room.
  draw.dodge = (wanted, top, bottom, gap = 2) => {
    const order = wanted.map((_, index) => index).sort((a, b) => wanted[a].y - wanted[b].y);
    const tops = new Array(wanted.length);
    let edge = top;
    for (const index of order) {
      tops[index] = Math.max(edge, wanted[index].y - wanted[index].height / 2);
      edge = tops[index] + wanted[index].height + gap;
    }
    edge = bottom;
    for (const index of [...order].reverse()) {
      const lowest = edge - wanted[index].height;
      if (tops[index] > lowest) tops[index] = lowest;
      edge = tops[index] - gap;
    }
    return tops;
  };
})();
