// The figures with their sentences and data tables. What is in sight is drawn at once, the rest
// when the page is at rest, so that a moving slider stays quick.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const { el } = view;

  const REST = 150; // milliseconds without a change before what is out of sight is drawn
  const LEAST = 280; // px: no figure is drawn narrower

  const PANELS = [
    { key: "tradeoff", title: "Learning against harm now", curve: true,
      says: (answer, point, learning) => answer.says[learning] },
    { key: "nowLater", title: "Harm now against harm later", curve: true,
      says: (answer) => answer.says.now_later },
    { key: "burden", title: "Total burden: harm now and later added up", curve: true,
      says: (answer) => answer.says.burden },
    { key: "fates", title: "What became of the errors", curve: false,
      says: (answer, point) => point.says.fates },
    { key: "takeovers", title: "Takeovers: needless, necessary, late", curve: false,
      says: (answer, point) => point.says.takeovers },
  ];

  const LEARNING = [
    { token: "experience", label: "experience" },
    { token: "resilience", label: "resilience" },
  ];

  // What the figures call the setting of the file: only where all else is as in the file is it the
  // file as written; and a leeway that the file doesn't have is the page's.
  view.ownWords = (answer, boot) => {
    const control = boot.controls.find((one) => one.key === answer.axis);
    if (control?.from_file === false) return "the page's start value";
    const own = answer.points.find((point) => point.as_written);
    return own?.departure === null ? "as written" : `${answer.axis_label} as in the file`;
  };

  // The data behind a figure as a table.
  view.dataTable = ({ caption, head, rows }) =>
    el("div", { class: "lv-scroll", tabIndex: 0, role: "group", "aria-label": caption },
      el("table", {},
        el("caption", {}, caption),
        el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, String(text))))),
        el("tbody", {}, ...rows.map((row) =>
          el("tr", {}, ...row.map((text, at) =>
            at === 0 ? el("th", { scope: "row" }, String(text)) : el("td", {}, String(text ?? ""))))))));

  // A figure that is drawn when it is in sight. set({draw, move, subject}): draw(width) gives
  // {svg, table, present}; while the subject stays the same, move(present) moves what is drawn.
  view.makePicture = (name) => {
    const holder = el("div", { class: "lv-picture" });
    const body = el("div", {});
    const table = el("details", { class: "lv-data" },
      el("summary", {}, `The numbers behind this figure`, el("span", { class: "lv-hidden" }, `: ${name}`)), body);
    let given = null;
    let made = null;
    let stale = true;
    let seen = false;

    const paint = () => {
      if (given === null || !holder.isConnected || holder.clientWidth === 0) return;
      stale = false;
      made = { ...given.draw(Math.max(LEAST, holder.clientWidth)), subject: given.subject };
      view.fill(holder, made.svg);
      view.fill(body, view.dataTable(made.table));
    };
    const watch = new IntersectionObserver(
      (entries) => {
        seen = entries.some((entry) => entry.isIntersecting);
        if (seen && stale) paint();
      },
      { rootMargin: "100px" },
    );
    watch.observe(holder);
    let width = 0;
    const resized = new ResizeObserver(() => {
      if (holder.clientWidth === width) return;
      width = holder.clientWidth;
      paint();
    });
    resized.observe(holder);

    return {
      holder,
      table,
      set: (wanted) => {
        given = wanted;
        const same = !stale && made !== null && made.subject.every((one, at) => one === given.subject[at]);
        if (same && made.present !== undefined) return given.move(made.present);
        stale = true;
        return seen ? paint() : undefined;
      },
      settle: () => stale && paint(),
      destroy: () => {
        watch.disconnect();
        resized.disconnect();
      },
    };
  };

  // given: {terms} -> {element, update({answer, token, point, own}), destroy()}
  view.makePanels = ({ terms }) => {
    let learning = LEARNING[0].token;
    let now = null;
    const noCurve = el("p", { class: "lv-note", hidden: true });
    const grid = el("div", { class: "lv-figures" });

    const chooser = () => {
      const id = view.uniqueId("learning");
      const select = el("select", { id, onchange: () => {
        learning = select.value;
        if (now !== null) update(now);
      } }, ...LEARNING.map(({ token, label }) => el("option", { value: token }, label)));
      return el("p", { class: "lv-inline" }, el("label", { for: id }, "Learning measured as"), " ", select);
    };

    const panels = PANELS.map((panel) => {
      const picture = view.makePicture(panel.title);
      const says = el("p", { class: "lv-says" });
      const element = el("figure", { class: "lv-figure" },
        el("figcaption", {}, el("h3", {}, terms.withTerms(panel.title)),
          panel.key === "tradeoff" ? chooser() : null),
        picture.holder, says, picture.table);
      element.dataset.figure = panel.key;
      grid.append(element);
      return { ...panel, picture, text: says, element };
    });

    const settle = view.rested(REST, () => panels.forEach((panel) => panel.picture.settle()));

    const update = (given) => {
      now = given;
      const { answer, token, point, own } = given;
      const curve = answer.axis !== null;
      noCurve.hidden = curve;
      view.say(noCurve, curve ? "" : `No curve here: ${answer.no_curve}.`);
      for (const { key, curve: needed, picture, text, element, says } of panels) {
        element.hidden = needed && !curve;
        if (element.hidden) continue;
        view.say(text, says(answer, point, learning) ?? "");
        const rest = key === "tradeoff" ? [learning] : [];
        picture.set({
          draw: (width) => view.figures[key](answer, token, ...rest, { width, own }),
          move: (present) => present(token),
          subject: [answer, ...rest],
        });
      }
      settle();
    };

    const everything = () => panels.forEach((panel) => panel.picture.settle());
    window.addEventListener("beforeprint", everything);
    const destroy = () => {
      settle.cancel();
      window.removeEventListener("beforeprint", everything);
      panels.forEach((panel) => panel.picture.destroy());
    };
    return { element: el("div", {}, noCurve, grid), update, destroy };
  };
})();
