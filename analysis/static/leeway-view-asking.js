// Asks for answers, coarse ones first. At most one request is under way; an answer never
// replaces one that was asked for later; what failed is tried again, or told in words.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});

  const PAUSE = 250; // milliseconds of rest before an answer is refined
  const PATIENCE = 1500; // after which a request nobody waits for any more is given up
  const RETRIES = [1, 2, 4, 8, 15, 30]; // seconds between attempts to reach a server that is away
  const AWAY = 0; // the status of an answer that never came
  const PASSING = new Set([AWAY, 429, 503]); // what passes by itself
  const KEPT = 40; // cells whose answers are kept

  // ask(query, {signal}) -> Promise; levels: replications, ascending.
  // told: {answer(answer, {cell, level, last}), news({phase, ...})}
  view.asking = ({ ask, levels, pause = PAUSE, told }) => {
    const kept = new Map(); // cell -> answers by level
    let wanted = null; // the cell to show
    let beside = null; // a cell to compare with, at the same levels
    let order = 0;
    let shown = -1;
    let flight = null;
    let timer = null;
    let tries = 0;
    let notBefore = 0; // a server that is busy said when to come again
    let stopped = false;

    const last = levels.length - 1;
    const answers = (cell) => kept.get(cell) ?? [];
    const best = (cell) => answers(cell).length - 1;

    const keep = (cell, level, answer) => {
      const before = answers(cell).slice(0, level);
      while (before.length < level) before.push(null);
      kept.delete(cell);
      kept.set(cell, [...before, answer]);
      for (const old of kept.keys()) {
        if (kept.size <= KEPT) break;
        if (old !== wanted && old !== beside) kept.delete(old);
      }
    };

    const show = (cell, number) => {
      if (number < shown) return; // asked for before what is on show
      shown = number;
      const level = best(cell);
      const current = cell === wanted;
      told.answer(answers(cell)[level], { cell, level, last: level === last, current });
    };

    // The next thing to find out: coarse before fine, the wanted cell before the one beside it.
    const next = () => {
      for (let level = 0; level <= last; level += 1) {
        for (const cell of [wanted, beside]) {
          if (cell !== null && (answers(cell)[level] ?? null) === null && best(cell) < level) {
            return { cell, level };
          }
        }
      }
      return null;
    };

    const go = () => {
      if (stopped || flight !== null) return;
      clearTimeout(timer);
      const step = next();
      if (step === null) return;
      const rest = Math.max(step.level === 0 ? 0 : pause, notBefore - performance.now());
      if (rest <= 0) send(step);
      else timer = setTimeout(() => send(step), rest);
    };

    const send = ({ cell, level }) => {
      const mine = { cell, level, number: order, control: new AbortController(), at: performance.now() };
      flight = mine;
      if (cell === wanted) told.news({ phase: level === 0 ? "asking" : "refining", level });
      const query = view.state.withReplications(cell, levels[level]);
      // a host may throw at once or answer at once: both count as a promise
      new Promise((resolve) => resolve(ask(query, { signal: mine.control.signal }))).then(
        (answer) => flight === mine && landed(mine, answer),
        (error) => flight === mine && failed(mine, error),
      );
    };

    const landed = (mine, answer) => {
      flight = null;
      tries = 0;
      keep(mine.cell, mine.level, answer);
      if (mine.cell === beside && mine.cell !== wanted) {
        if (best(wanted) >= 0) show(wanted, order);
      } else show(mine.cell, mine.number);
      go();
    };

    const failed = (mine, error) => {
      flight = null;
      if (stopped || error?.name === "AbortError") return go();
      if (mine.cell !== wanted) {
        if (mine.cell === beside && !PASSING.has(error.status)) beside = null; // nothing to compare with
        return mine.cell === beside ? later(error) : go();
      }
      if (PASSING.has(error.status)) return later(error);
      clearTimeout(timer);
      if (error.status === undefined) reportError(error); // a fault in this page: the console has it
      return told.news({ phase: "refused", error });
    };

    const later = (error) => {
      const away = error.status === AWAY;
      const seconds = error.retryAfter ?? RETRIES[Math.min(tries, RETRIES.length - 1)];
      tries += 1;
      if (!away) notBefore = performance.now() + seconds * 1000;
      told.news({ phase: away ? "away" : "busy", seconds, error });
      clearTimeout(timer);
      timer = setTimeout(go, seconds * 1000);
    };

    const drop = () => {
      const old = flight;
      flight = null;
      old?.control.abort();
    };

    const want = (cell, other = null) => {
      const compared = other === cell ? null : other;
      if (cell === wanted && compared === beside && flight !== null) return;
      wanted = cell;
      beside = compared;
      order += 1;
      clearTimeout(timer);
      const stale = flight !== null && (flight.cell !== cell || flight.level > 0);
      if (stale && (flight.level > 0 || performance.now() - flight.at > PATIENCE)) drop();
      if (flight !== null && flight.cell === cell) flight.number = order;
      if (best(cell) >= 0) show(cell, order);
      else told.news({ phase: "asking", level: 0 });
      go();
    };

    return {
      want,
      // The answer of a cell at a level; null where there is none.
      at: (cell, level) => answers(cell)[level] ?? null,
      again: () => {
        tries = 0;
        clearTimeout(timer);
        go();
      },
      stop: () => {
        stopped = true;
        clearTimeout(timer);
        drop();
      },
    };
  };
})();
