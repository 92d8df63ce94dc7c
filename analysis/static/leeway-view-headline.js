// What is seen first: the leeway's slider and three numbers that move with it.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const { el, state } = view;

  const NUMBERS = [
    { outcome: "experience", name: "Learning" },
    { outcome: "harm_any", name: "Harm now" },
    { outcome: "independent_harm_any", name: "Harm later" },
  ];

  const measure = (outcome) => {
    if (outcome === undefined) return "";
    return outcome.unit.startsWith("per ") ? `${outcome.label} ${outcome.unit}` : outcome.label;
  };

  const makeNumber = ({ outcome, name }, boot, terms, base) => {
    const mean = el("span", { class: "lv-mean" }, "…");
    const range = el("span", { class: "lv-range" }, "");
    const change = el("span", { class: "lv-change" }, "");
    const against = el("span", { class: "lv-hidden" }, " ");
    const element = el("div", { class: "lv-number" },
      el("p", { class: "lv-number-name" }, name),
      el("p", { class: "lv-amount" }, mean, " ", change, against),
      el("p", {}, el("span", { class: "lv-hidden" }, "95 % interval "), range),
      el("p", { class: "lv-measure" }, terms.withTerms(measure(boot.outcomes[outcome]))));
    element.dataset.outcome = outcome;

    const update = (point, pair) => {
      const found = point?.outcomes[outcome];
      const shown = point === null ? { mean: "…", range: "", decimals: 0 } : view.estimate(found);
      view.say(mean, shown.mean);
      view.say(range, shown.range);
      const here = pair?.here.outcomes[outcome] ?? null;
      const written = pair?.written.outcomes[outcome] ?? null;
      const known = here !== null && written !== null;
      const moved = known ? view.change(here.mean - written.mean, shown.decimals) : "";
      // the file's number elsewhere on the page is another one: it comes from more replications
      const file = known && pair.coarse ? view.fixed(written.mean, shown.decimals) : null;
      const hardly = file !== null && moved === "no change" && file !== shown.mean; // 6.94 and 6.96
      view.say(change, file === null ? moved : `${hardly ? "hardly changed" : moved} from ${file}`);
      view.say(against, known ? ` against ${base}` : "");
    };
    return { element, update };
  };

  // given: {boot, terms, offered, change(control, token, how), reset(control), base}; base: what changes are
  // told against, in words
  view.makeHeadline = ({ boot, terms, offered, change, reset, base }) => {
    const levers = state.leewayControls(boot).map((control) =>
      view.makeControl({
        control, terms, offered,
        resetAbove: true,
        change: (token, how) => change(control, token, how),
        reset: () => reset(control),
      }),
    );
    const numbers = NUMBERS.map((one) => makeNumber(one, boot, terms, base));
    const sentence = el("p", {});
    // on a narrow screen what the numbers count is told here, where it doesn't stay in the way
    const counts = el("p", { class: "lv-counts" }, ...NUMBERS.flatMap(({ outcome, name }) => [
      el("strong", {}, `${name}: `), `${measure(boot.outcomes[outcome])}. `]));
    const explained = el("p", { class: "lv-note" });
    const meaning = el("div", { class: "lv-meaning" }, sentence, counts, explained);
    const top = el("div", { class: "lv-top" },
      el("div", { class: "lv-levers" }, ...levers.map((one) => one.element)),
      el("div", { class: "lv-numbers" }, ...numbers.map((one) => one.element)));

    // point: the present setting's; pair: {here, written}, as often simulated as each other, or null
    const update = (now, { point, pair, noCurve }) => {
      const meant = state.leeway(now, boot);
      const active = meant ?? levers[0]?.control ?? null;
      for (const lever of levers) {
        const { control } = lever;
        lever.element.hidden = control !== active;
        const reason = state.unmet(now, boot, control) ?? noCurve;
        lever.update({ token: state.token(now, control), own: state.own(now, control), reason });
      }
      for (const number of numbers) number.update(point, pair);
      view.say(sentence, meant === null ? "" : meant.help);
      view.say(explained, howToRead(pair, base));
    };
    return {
      top,
      meaning,
      update,
      find: (key) => levers.find((one) => one.control.key === key) ?? null,
      wrong: () => levers.some((one) => one.wrong()),
    };
  };

  const howToRead = (pair, base) => {
    const times = pair === null ? "as often" : `as often (${pair.replications} times)`;
    return "Under each number is its 95 % interval. " +
      `Beside it is the change against ${base}, with the same luck and simulated ${times}.`;
  };
})();
