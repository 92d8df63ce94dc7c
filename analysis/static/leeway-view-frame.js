// Where the parts of the page stand, its tabs, and small choices of words.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const { el, state } = view;

  const QUESTION =
    "How far may a supervisor let a trainee go wrong, for the learning in it, before a patient pays?";
  const WIDE = 900; // px from which the settings stand beside the figures

  const header = (app) => {
    const { boot, host } = app;
    // in a notebook others may stand on the same page, and a page has one banner
    return el(host.kind === "notebook" ? "div" : "header", { class: "lv-header" },
      el("h1", {}, boot.scenario.title),
      el("p", { class: "lv-question" }, QUESTION),
      view.makeScenarios({ host, boot }),
      view.makeAbout({ boot, written: host.kind === "report" ? "As written in this run" : "As the file has it" }));
  };

  // Stays in sight, whatever is shown: what these numbers are.
  const warning = ({ boot }) =>
    el("p", { class: "lv-warning" }, el("strong", {}, boot.simulated), " ", `${boot.share}.`);

  // Tabs as the ARIA practices have them: arrows move, Home and End too.
  const tabs = (root, panels) => {
    const list = el("div", { class: "lv-tabs", role: "tablist", "aria-label": "Parts of this page" });
    const made = panels.map(({ title, content }) => {
      const id = view.uniqueId("tab");
      const tab = el("button", { type: "button", role: "tab", id, "aria-controls": `${id}-panel` }, title);
      const panel = el("div", { role: "tabpanel", id: `${id}-panel`, "aria-labelledby": id }, ...content);
      list.append(tab);
      return { tab, panel };
    });
    const choose = (at) => made.forEach(({ tab, panel }, index) => {
      tab.setAttribute("aria-selected", String(index === at));
      tab.tabIndex = index === at ? 0 : -1;
      panel.hidden = index !== at;
    });
    made.forEach(({ tab }, at) => {
      tab.addEventListener("click", () => choose(at));
      tab.addEventListener("keydown", (event) => {
        const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: made.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        const next = (to + made.length) % made.length;
        choose(next);
        made[next].tab.focus();
      });
    });
    choose(0);
    return [list, ...made.map(({ panel }) => panel)];
  };

  // The settings can be folded away; where there is room they stand open beside the figures.
  const settings = (app) => {
    app.resetAll = el("button", { type: "button", class: "lv-button", onclick: () => app.reset() },
      `Everything back to ${app.host.departed ? "this run" : "the file"}`);
    const details = el("details", { class: "lv-settings" },
      el("summary", {}, "Other settings"),
      el("p", { class: "lv-buttons" }, app.resetAll),
      app.host.note ? el("p", { class: "lv-note" }, app.host.note) : null,
      app.controls.element, app.luck.element);
    details.open = app.root.clientWidth >= WIDE;
    return details;
  };

  // The bar with the slider stays in sight; what is scrolled to must not hide under it.
  const follow = (app, warned, top) => {
    const page = document.documentElement;
    const measure = () => {
      const bar = warned.offsetHeight;
      app.root.style.setProperty("--lv-warning-height", `${bar}px`);
      app.root.style.setProperty("--lv-top-height", `${bar + top.offsetHeight}px`);
      const stuck = getComputedStyle(top).position === "sticky";
      page.style.scrollPaddingTop = stuck ? `${bar + top.offsetHeight + 8}px` : "";
    };
    const observer = new ResizeObserver(measure);
    observer.observe(top);
    observer.observe(warned);
    app.stopFollowing = () => {
      observer.disconnect();
      page.style.scrollPaddingTop = "";
    };
  };

  view.frame = (app) => {
    app.verdict = el("div", {});
    const verdict = el("section", { class: "lv-verdict" }, el("h2", {}, "In short"), app.verdict);
    const warned = warning(app);
    follow(app, warned, app.headline.top);
    app.results = el("div", { hidden: true }, verdict, app.panels.element);
    const main = el("div", { class: "lv-main" }, app.alert, app.results);
    const explore = [
      app.headline.top, app.headline.meaning, app.status, app.spoken,
      el("div", { class: "lv-columns" }, settings(app), main),
      app.second.element, app.share.element,
    ];
    return [header(app), warned, ...tabs(app.root, [
      { title: "Explore", content: explore },
      { title: "Assumptions", content: [view.makeSheet({ boot: app.boot })] },
      { title: "Words", content: [view.makeGlossary({ boot: app.boot })] },
    ])];
  };

  // The point of the curve that the state's leeway names: by token, else by value; null where the
  // answer has none, being one to an earlier question.
  view.pointOf = (answer, now, boot) => {
    const control = state.leeway(now, boot);
    const { points } = answer;
    if (answer.axis === null) return points[0];
    if (control?.key !== answer.axis) return null;
    const token = state.token(now, control);
    const value = view.tokenValue(token);
    return points.find((one) => one.token === token)
      ?? points.find((one) => value !== null && Math.abs(one.value - value) < 1e-9 * (1 + value))
      ?? null;
  };

  // The sentences that stand for the whole, the verdict first.
  view.inShort = (answer, point) => {
    const departure = point.departure ?? answer.departure;
    return [
      ...answer.warnings.map((text) => el("p", { class: "lv-caution" }, text)),
      departure === null || departure === undefined ? null : el("p", { class: "lv-note" }, departure),
      point.says.verdict === "" ? null : el("p", { class: "lv-first" }, point.says.verdict),
      ...point.says.now.map((text) => el("p", {}, text)),
      point.says.more === "" ? null : el("p", { class: "lv-note" }, point.says.more),
    ];
  };

  // Whether a problem of an error is about a control, whichever way it names it.
  const names = (path, control) =>
    [control.key, control.label].some((name) => name.toLowerCase() === path?.toLowerCase());
  view.isAbout = (error, control) => (error.problems ?? []).some(({ path }) => names(path, control));

  // What to tell a reader of an error: what was given, what is allowed, what to try.
  view.errorWords = (error, boot) => {
    const problems = (error.problems ?? []).map((problem) => {
      const control = boot.controls.find((one) => names(problem.path, one));
      return control === undefined ? problem : { ...problem, path: control.label };
    });
    return problems.length > 1 ? problems.map(view.problemWords) : [error.message];
  };
})();
