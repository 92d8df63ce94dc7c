// The host of a saved report: answers come from the page itself, and nothing is ever asked of anybody.
(() => {
  "use strict";
  const view = globalThis.leewayView;

  const ABSENT = "This page holds no result for this setting.";
  const ELSEWHERE = "For any setting at all: run leeway explore.";

  // A query as the page's results are named: sorted, without what is the same for all of them.
  const nameOf = (query, wanted) => {
    const pairs = [...new URLSearchParams(query)].filter(([key]) => wanted(key));
    pairs.sort(([one], [other]) => (one < other ? -1 : 1));
    return new URLSearchParams(pairs).toString();
  };
  const SAME = new Set(["scenario", "seed", "replications"]);

  // What a page holds of the controls that a query sets to something else.
  const held = (query, boot, offered, prefix) =>
    [...new URLSearchParams(query)].flatMap(([key, token]) => {
      if (!key.startsWith(prefix)) return [];
      const control = boot.controls.find((one) => one.key === key.slice(prefix.length));
      const tokens = offered[control?.key] ?? [];
      if (control === undefined || tokens.includes(token)) return [];
      const labels = tokens.map((one) => view.tokenLabel(control, one));
      const stops = labels.length === 0 ? "nothing else" : labels.join(", ");
      return [`For ${control.label} it holds ${stops}, but not ${view.tokenLabel(control, token)}.`];
    });

  const found = (results, name, told, chosen = (result) => result) =>
    Object.hasOwn(results, name)
      ? Promise.resolve(chosen(results[name]))
      : Promise.reject(Object.assign(new Error([ABSENT, ...told(), ELSEWHERE].join(" ")), { status: 404, problems: [] }));

  // Of an answer held with several numbers of replications: the number asked for, or the greatest.
  const at = (query) => (levels) => {
    const wanted = new URLSearchParams(query).get("replications");
    return levels[wanted] ?? levels[Math.max(...Object.keys(levels).map(Number))];
  };

  const hostOf = (data) => {
    const { boot } = data;
    const leeway = new Set(boot.controls.filter((one) => one.leeway).map((one) => one.key));
    // One scenario, one seed, and no setting of leeway between those of the curve.
    const here = (query) => [...new URLSearchParams(query)].every(([key, value]) =>
      key === "scenario" ? value === boot.scenario.key : key === "seed" ? value === String(boot.seed) : !leeway.has(key));
    const luck = (query) => {
      const seed = new URLSearchParams(query).get("seed");
      return seed === null || seed === String(boot.seed) ? [] : [`It holds seed ${boot.seed} alone, not ${seed}.`];
    };
    return {
      kind: "report",
      departed: document.getElementById("against") !== null, // the run itself departs from its file
      boot,
      levels: boot.levels,
      twinLevels: boot.levels.slice(-1),
      pause: 0, // everything is here
      offered: data.offered,
      offeredSecond: data.second,
      note: data.note,
      twinNote: data.twinNote,
      firstAsWritten: true,
      scenarios: false,
      upload: null,
      ask: (query) => found(here(query) ? data.answers : {}, nameOf(query, (key) => !SAME.has(key)),
        () => [...luck(query), ...held(query, boot, data.offered, "")], at(query)),
      twin: Object.keys(data.twins).length === 0 ? null : (query) => found(data.twins, nameOf(query, (key) => key.startsWith("second.") || key === "attempt"),
        () => held(query, boot, data.second, "second.")),
      read: () => location.hash.slice(1),
      write: (query) => history.replaceState(null, "", `#${query}`),
      address: location.protocol === "file:" ? undefined : (query) => `${location.href.split("#")[0]}#${query}`,
      links: () => [],
      reboot: () => {},
      watch: (changed) => {
        window.addEventListener("hashchange", changed);
        return () => window.removeEventListener("hashchange", changed);
      },
    };
  };

  const root = document.getElementById("leeway-view");
  const data = document.getElementById("leeway-data");
  if (root === null || data === null) return;
  root.hidden = false;
  try {
    view.mount(root, hostOf(JSON.parse(data.textContent)));
  } catch (error) {
    root.replaceChildren(); // the still page says it all
    root.hidden = true;
    throw error;
  }
  document.documentElement.classList.add("leeway-live");
})();
