// The host of a saved report: answers come from the page itself, and nothing is ever asked of anybody.
(() => {
  "use strict";
  const view = globalThis.leewayView;

  const ABSENT = "This page holds no result for this setting. For any setting at all: run leeway explore.";

  // A query as the page's results are named: sorted, without what is the same for all of them.
  const nameOf = (query, wanted) => {
    const pairs = [...new URLSearchParams(query)].filter(([key]) => wanted(key));
    pairs.sort(([one], [other]) => (one < other ? -1 : 1));
    return new URLSearchParams(pairs).toString();
  };
  const SAME = new Set(["scenario", "seed", "replications"]);

  const found = (results, name, chosen = (result) => result) =>
    Object.hasOwn(results, name)
      ? Promise.resolve(chosen(results[name]))
      : Promise.reject(Object.assign(new Error(ABSENT), { status: 404, problems: [] }));

  // Of an answer held with several numbers of replications: the number asked for, or the greatest.
  const at = (query) => (levels) => {
    const wanted = new URLSearchParams(query).get("replications");
    return levels[wanted] ?? levels[Math.max(...Object.keys(levels).map(Number))];
  };

  const hostOf = (data) => {
    const { boot } = data;
    const leeway = new Set(boot.controls.filter((one) => one.leeway).map((one) => one.key));
    return {
      kind: "report",
      boot,
      levels: boot.levels,
      twinLevels: boot.levels.slice(-1),
      pause: 0, // everything is here
      offered: data.offered,
      offeredSecond: data.second,
      note: data.note,
      twinNote: data.twinNote,
      scenarios: false,
      upload: null,
      ask: (query) => found(data.answers, nameOf(query, (key) => !SAME.has(key) && !leeway.has(key)), at(query)),
      twin: (query) => found(data.twins, nameOf(query, (key) => key.startsWith("second.") || key === "attempt")),
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
