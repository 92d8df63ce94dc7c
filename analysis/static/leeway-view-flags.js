// Flags on a timeline: each stands on a pole at its instant, its text beside the pole's top, so
// that no text covers another and no pole goes through a text.
//
// A flag's text runs to the right of its pole, or to the left where it stands near the end. Where
// a text would cover the pole of another flag, it goes above that flag: so the heights follow from
// which text covers which pole, unless two cover each other, and then one must run the other way.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const draw = (view.drawing ??= {});

  const GAP = 6; // between a text and the next pole or text
  const OFF = 4; // from a pole to its own text
  const WRAPS = [190, 130, 96, 70];
  const LEFT = 6; // what a text to the left costs, in pixels of height: to the right reads easier
  const MOST_TRIED = 10; // flags of which every left and right is tried

  // flags: {x, text}, ascending x; bounds: {x0, x1}. Gives {flags: [{x, lines, left, base, height,
  // box}], height}; base: how far above the ground a text begins; box: x0 and x1 of the text.
  draw.raiseFlags = (flags, bounds, size) => {
    let best = null;
    for (const [order, most] of WRAPS.entries()) {
      const texts = flags.map(({ x, text }) => {
        const lines = draw.wrap(text, Math.min(most, (bounds.x1 - bounds.x0) * 0.9), { size, most: 4 });
        return { x, lines, ...draw.textSize(lines, { size }) };
      });
      const found = split(texts, bounds) ?? anyWay(texts, bounds);
      if (found !== null && (best === null || found.cost + order * size < best.cost)) {
        best = { ...found, cost: found.cost + order * size };
      }
    }
    return best ?? inRows(flags, bounds, size);
  };

  // Those before some flag to the right, the others to the left: the lowest such way.
  const split = (texts, bounds) => {
    let best = null;
    for (let right = texts.length; right >= 0; right -= 1) {
      const found = stack(texts, texts.map((_, index) => index >= right), bounds);
      if (found !== null && (best === null || found.cost < best.cost)) best = found;
    }
    return best;
  };

  const anyWay = (texts, bounds) => {
    if (texts.length > MOST_TRIED) return null;
    let best = null;
    for (let mask = 0; mask < 1 << texts.length; mask += 1) {
      const found = stack(texts, texts.map((_, index) => (mask >> index) % 2 === 1), bounds);
      if (found !== null && (best === null || found.cost < best.cost)) best = found;
    }
    return best;
  };

  const boxOf = ({ x, width }, left) =>
    (left ? { x0: x - OFF - width, x1: x - OFF } : { x0: x + OFF, x1: x + OFF + width });

  // Whether the text of flag i would cover the pole of flag j.
  const covers = (texts, left, boxes, i, j) => {
    if (i === j) return false;
    const [own, other] = [texts[i].x, texts[j].x];
    if (own === other) return left[i] === left[j] && i < j; // the earlier stands above
    return left[i]
      ? other < own && other > boxes[i].x0 - GAP
      : other > own && other < boxes[i].x1 + GAP;
  };

  // The heights of all flags for given sides; null where it can't be done.
  const stack = (texts, left, bounds) => {
    const boxes = texts.map((text, index) => boxOf(text, left[index]));
    if (boxes.some((box) => box.x0 < bounds.x0 - 1 || box.x1 > bounds.x1 + 1)) return null;
    const order = fromBelow(texts.length, (i, j) => covers(texts, left, boxes, i, j));
    if (order === null) return null;
    const base = new Array(texts.length).fill(0);
    const done = [];
    for (const index of order) {
      for (const other of done) {
        if (covers(texts, left, boxes, index, other)) {
          base[index] = Math.max(base[index], base[other] + texts[other].height);
        }
      }
      base[index] = above(index, base[index], texts, boxes, base, done);
      done.push(index);
    }
    return result(texts, left, boxes, base);
  };

  // The lowest base from which a text meets none of those placed.
  const above = (index, lowest, texts, boxes, base, done) => {
    let at = lowest;
    for (;;) {
      const met = done.filter((other) => boxes[index].x0 < boxes[other].x1 + GAP
        && boxes[other].x0 < boxes[index].x1 + GAP
        && at < base[other] + texts[other].height && base[other] < at + texts[index].height);
      if (met.length === 0) return at;
      at = Math.max(...met.map((other) => base[other] + texts[other].height));
    }
  };

  // An order in which whoever is covered comes first; null where two cover each other.
  const fromBelow = (count, covering) => {
    const order = [];
    const state = new Array(count).fill(0);
    const visit = (index) => {
      if (state[index] === 2) return true;
      if (state[index] === 1) return false;
      state[index] = 1;
      for (let other = count - 1; other >= 0; other -= 1) {
        if (covering(index, other) && !visit(other)) return false;
      }
      state[index] = 2;
      order.push(index);
      return true;
    };
    for (let index = count - 1; index >= 0; index -= 1) if (!visit(index)) return null;
    return order;
  };

  const result = (texts, left, boxes, base) => {
    const height = Math.max(0, ...texts.map((text, index) => base[index] + text.height));
    return { flags: placed(texts, left, boxes, base), height, cost: height + LEFT * left.filter(Boolean).length };
  };

  const placed = (texts, left, boxes, base) => texts.map(({ x, lines, height }, index) => ({
    x, lines, height, left: left[index], base: base[index], box: boxes[index],
  }));

  // Where nothing else will do: a row each from the first down, texts kept within the bounds;
  // poles then pass behind texts.
  const inRows = (flags, bounds, size) => {
    const texts = flags.map(({ x, text }) => {
      const lines = draw.wrap(text, (bounds.x1 - bounds.x0) * 0.9, { size, most: 2 });
      return { x, lines, ...draw.textSize(lines, { size }) };
    });
    const boxes = texts.map((text) => {
      const x0 = Math.max(bounds.x0, Math.min(text.x + OFF, bounds.x1 - text.width));
      return { x0, x1: x0 + text.width };
    });
    const base = new Array(texts.length).fill(0);
    for (let index = texts.length - 2; index >= 0; index -= 1) {
      base[index] = base[index + 1] + texts[index + 1].height;
    }
    return result(texts, texts.map(() => false), boxes, base);
  };
})();
