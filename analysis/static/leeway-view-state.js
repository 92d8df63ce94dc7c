// What the reader has set, as an object and as a query string. Nothing here touches the page.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});

  const SECOND = "second.";

  const byKey = (boot) => new Map(boot.controls.map((control) => [control.key, control]));

  const pathOf = (text) => {
    const parts = text.split(".").map(Number);
    return parts.length === 3 && parts.every(Number.isInteger) ? parts : null;
  };

  // A seed as JavaScript can hold it: beyond its exact whole numbers as text.
  const seedOf = (text) => {
    const exact = BigInt(text);
    return exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : String(exact);
  };

  // A state holds only departures from the file. What a link holds beyond what is known is kept,
  // so that it is refused in words by whoever answers, and never ignored.
  const parse = (query, boot) => {
    const known = byKey(boot);
    const second = new Set(boot.second);
    const state = fresh(boot);
    for (const [key, value] of new URLSearchParams(query)) {
      const inner = key.startsWith(SECOND) ? key.slice(SECOND.length) : null;
      if (key === "scenario") state.scenario = value;
      else if (key === "seed" && /^\d+$/.test(value)) state.seed = seedOf(value);
      else if (key === "attempt" && pathOf(value) !== null) state.attempt = pathOf(value);
      else if (known.has(key)) state.settings[key] = value;
      else if (inner !== null && second.has(inner)) state.second[inner] = value;
      else state.unknown.push([key, value]);
    }
    for (const control of boot.controls) {
      if (state.settings[control.key] === own(state, control)) delete state.settings[control.key];
    }
    return state;
  };

  const fresh = (boot) => ({
    scenario: boot.scenario.key,
    settings: {},
    second: {},
    seed: boot.seed,
    attempt: null,
    unknown: [],
  });

  // The value as the file has it; a variant of the file may have a value of its own.
  const own = (state, control) =>
    control.own_under?.[state.settings.variant ?? ""] ?? control.own;

  const token = (state, control) => state.settings[control.key] ?? own(state, control);

  // A copy of the state with one setting changed.
  const changed = (state, control, value) => {
    const settings = { ...state.settings, [control.key]: value };
    if (value === own(state, control)) delete settings[control.key];
    return { ...state, settings };
  };

  // The settings of the second supervisor's world: the first one's, but for what is its own.
  const secondState = (state) => ({
    ...state,
    settings: { ...state.settings, ...state.second },
  });

  // Why a control has no meaning under the present settings; null where it has.
  const unmet = (state, boot, control) => {
    if (control.needs === null || control.needs === undefined) return null;
    const other = byKey(boot).get(control.needs.key);
    if (other === undefined) return null;
    return control.needs.tokens.includes(token(state, other)) ? null : control.needs.says;
  };

  // The settings that are in force: what a policy doesn't have is as the file has it, as in an answer.
  const inForce = (state, boot) => {
    const known = byKey(boot);
    const has = ([key]) => !known.has(key) || unmet(state, boot, known.get(key)) === null;
    return { ...state, settings: Object.fromEntries(Object.entries(state.settings).filter(has)) };
  };

  // The control that the curve runs along: permissiveness, or the time limit.
  const leewayControls = (boot) => boot.controls.filter((control) => control.leeway);
  const leeway = (state, boot) => {
    const candidates = leewayControls(boot);
    return candidates.find((control) => unmet(state, boot, control) === null) ?? null;
  };

  const usual = (control, token) => control.positions.some((position) => position.token === token);

  const pairs = (state, boot, { cell }) => {
    const found = [["scenario", state.scenario]];
    for (const control of boot.controls) {
      const value = state.settings[control.key];
      if (value === undefined || unmet(state, boot, control) !== null) continue;
      if (cell && control.leeway && usual(control, value)) continue;
      found.push([control.key, value]);
    }
    if (!cell) {
      for (const key of boot.second) {
        if (state.second[key] !== undefined) found.push([SECOND + key, state.second[key]]);
      }
    }
    found.push(["seed", String(state.seed)]); // always: another page may start with other luck
    if (!cell && state.attempt !== null) found.push(["attempt", state.attempt.join(".")]);
    return [...found, ...state.unknown];
  };

  const query = (found) => new URLSearchParams(found).toString();

  view.state = {
    parse,
    seedOf,
    fresh,
    own,
    token,
    changed,
    secondState,
    unmet,
    inForce,
    leeway,
    leewayControls,
    usual,
    // Everything: what the address holds, what a link shares.
    query: (state, boot) => query(pairs(state, boot, { cell: false })),
    // One curve: all but the leeway, which is a place on the curve.
    cell: (state, boot) => query(pairs(state, boot, { cell: true })),
    // The curve of the file as it is written, under the same luck.
    fileCell: (state, boot) =>
      query(pairs({ ...fresh(boot), scenario: state.scenario, seed: state.seed }, boot, { cell: true })),
    // Settings other than the leeway that depart from the file.
    departs: (state, boot) =>
      boot.controls.some((one) => state.settings[one.key] !== undefined) ||
      state.seed !== boot.seed ||
      state.unknown.length > 0,
    withReplications: (text, replications) => `${text}&replications=${replications}`,
  };
})();
