// The host of `leeway explore`: answers come from the leeway that runs on this computer.
(() => {
  "use strict";
  const view = globalThis.leewayView;

  const failure = async (response) => {
    const told = await response.json().then((body) => body.error, () => null);
    const wait = Number(response.headers.get("Retry-After"));
    return Object.assign(new Error(told?.message ?? `leeway answered ${response.status}.`), {
      status: response.status,
      problems: told?.problems ?? [],
      retryAfter: Number.isFinite(wait) && wait > 0 ? wait : undefined,
    });
  };

  const AWAY = 0; // the status of an answer that never came
  const OTHER_EDITION = 409; // of an answer about a file that has changed since

  const reach = async (path, options) => {
    try {
      return await fetch(path, { ...options, headers: { Accept: "application/json", ...options.headers } });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw Object.assign(new Error("No answer from leeway. Is it still running? Start it with: leeway explore"), { status: AWAY });
    }
  };

  const get = async (path, options = {}) => {
    const response = await reach(path, options);
    if (!response.ok) throw await failure(response);
    return response.json();
  };

  const PLAIN = /^[\p{L}\p{N}_ .,()+-]{1,80}$/u; // a file's name that is shown again

  const upload = async (text, file) => {
    const name = file.normalize(); // as it is typed
    try {
      return await get(`/api/scenarios${PLAIN.test(name) ? `?${new URLSearchParams({ name })}` : ""}`, {
        method: "POST", body: text, headers: { "Content-Type": "application/yaml" },
      });
    } catch (error) {
      if (error.problems === undefined) throw error; // there was no answer
      return { problems: error.problems.length > 0 ? error.problems : [{ message: error.message }] };
    }
  };

  const read = () => {
    const query = new URLSearchParams(location.search);
    query.delete("token"); // let in with it; no setting
    return query.toString();
  };
  const address = (query) => `${location.origin}${location.pathname}?${query}`;

  // Keeps a file that leeway makes; gives its name.
  const save = async (path) => {
    const response = await reach(path, {});
    if (!response.ok) throw await failure(response);
    const named = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "");
    const href = URL.createObjectURL(await response.blob());
    const name = named?.[1] ?? "leeway";
    Object.assign(document.createElement("a"), { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser has read it by then
    return name;
  };

  const start = async (root) => {
    let mounted = null;
    let renewing = null;

    // The file was edited, and has been read again for another page: all of this page begins anew,
    // so that nothing of two editions is mixed. Who asked is gone by then, and isn't answered.
    const renewed = (error) => {
      if (error.status !== OTHER_EDITION) throw error;
      renewing ??= begin()
        .then(() => {
          const text = "The file of this scenario has changed. It has been read again: all you see is of the new one.";
          root.querySelector(".lv-header")?.append(Object.assign(document.createElement("p"), { className: "lv-alert", role: "alert", textContent: text }));
        }, tell)
        .finally(() => (renewing = null));
      return new Promise(() => {});
    };

    const begin = async () => {
      const wanted = new URLSearchParams(read()).get("scenario");
      const query = wanted === null ? "" : `?${new URLSearchParams({ scenario: wanted })}`;
      const boot = await get(`/api/boot${query}`);
      // said outright from the start: Back from another scenario leads here, and a copied address
      // means the same luck elsewhere
      const said = new URLSearchParams(read());
      const missing = [["scenario", boot.scenario.key], ["seed", boot.seed]].filter(([key]) => !said.has(key));
      if (missing.length > 0) history.replaceState(null, "", `?${new URLSearchParams([...missing, ...said])}`);
      const of = (what, text) => `/api/${what}?${text}&edition=${boot.edition}`;
      mounted?.destroy();
      document.title = `${boot.scenario.title} – leeway`;
      mounted = view.mount(root, {
        kind: "explorer",
        boot,
        levels: boot.levels,
        twinLevels: boot.levels.slice(1),
        offered: null,
        scenarios: true,
        ask: (text, options) => get(of("answer", text), options).catch(renewed),
        twin: (text, options) => get(of("twin", text), options).catch(renewed),
        read,
        write: (text) => history.replaceState(null, "", `?${text}`),
        address,
        reach: view.linkReach(location.hostname),
        links: (text) => [
          { label: "Save as scenario", href: of("scenario.yaml", text), download: "" },
          { label: "Save report", href: of("report.html", text), download: "" },
        ],
        save: (path) => save(path).catch(renewed),
        upload,
        reboot,
        watch: (changed) => {
          window.addEventListener("popstate", changed);
          return () => window.removeEventListener("popstate", changed);
        },
      });
    };

    const tell = (error) => {
      mounted?.destroy();
      mounted = null;
      const again = document.createElement("button");
      again.textContent = "Try again";
      again.className = "lv-button";
      again.addEventListener("click", () => begin().catch(tell));
      const text = document.createElement("p");
      text.setAttribute("role", "alert");
      text.textContent = error.message;
      const home = document.createElement("a");
      home.href = location.pathname;
      home.textContent = "To the first scenario";
      root.classList.add("leeway-view");
      root.replaceChildren(text, again, " ", home);
      if (error.status === undefined) throw error; // no matter of the server: a fault in this page
    };

    // Another scenario: a new entry in the history, so that Back leads to the old one.
    const reboot = async (key) => {
      if (new URLSearchParams(read()).get("scenario") !== key) {
        mounted?.flush();
        history.pushState(null, "", `?${new URLSearchParams({ scenario: key })}`);
      }
      await begin().catch(tell);
      root.querySelector(".lv-scenarios select")?.focus();
    };

    await begin().catch(tell);
  };

  const root = document.getElementById("leeway-view");
  if (root !== null) start(root);
})();
