// The same luck under a second supervisor: its settings, the two timelines, the two stories.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const { el, state } = view;

  // What a first supervisor's policy may not have, so that there is nothing to do as they do.
  const WITHOUT = { permissiveness: "doesn't weigh", time_limit: "waits no fixed time" };

  const path = (one) => [one.replication, one.trainee, one.case].join(".");
  const signed = (value, decimals) =>
    value === null ? "" : `${value > 0 ? "+" : value < 0 ? "−" : ""}${view.fixed(Math.abs(value), decimals)}`;

  const numbersTable = ({ a, b, numbers, request }) => ({
    caption: `${a.name}: ${a.label}; ${b.name}: ${b.label}; from ${request.replications} replications`,
    head: ["what", a.name, b.name, `${a.name} minus ${b.name}`, "95 % interval"],
    rows: numbers.map((one) => {
      const { mean, range, decimals } = view.estimate(one.difference);
      const plain = (value) => (value === null ? "none" : view.fixed(value, decimals));
      const difference = one.difference === null ? mean : signed(one.difference.mean, decimals);
      return [one.label, plain(one.a), plain(one.b), difference, range];
    }),
  });

  const story = (world) =>
    el("div", { class: "lv-story" },
      el("h4", {}, `${world.name}: ${world.label}`),
      el("p", { class: "lv-note" }, world.end),
      el("ol", {}, ...world.story.map((one) =>
        el("li", {}, el("time", {}, one.time), " ", el("span", {}, one.text)))));

  // given: {boot, terms, offered, note, asWritten, change(control, token, how), reset(), choose(attempt)}
  // asWritten: whether the first supervisor is that of the run as written, whatever is set
  view.makeSecond = ({ boot, terms, offered, note, asWritten, change, reset, choose }) => {
    const controls = boot.second
      .map((key) => boot.controls.find((control) => control.key === key))
      .filter((control) => control !== undefined && (offered === null || view.movable(control, offered)))
      .map((control) =>
        view.makeControl({
          control, terms, offered,
          name: `Second supervisor: ${control.label}`,
          resetText: "As the first",
          whose: asWritten ? "The run as written (A)" : "The first supervisor",
          change: (token, how) => change(control, token, how),
          reset: () => change(control, null, { typed: false }),
        }),
      );
    const back = el("button", { type: "button", class: "lv-button", onclick: () => {
      reset();
      controls.find((one) => !one.element.hidden)?.focus(); // the button is gone
    } }, "Back to the usual second supervisor");
    const news = el("p", { class: "lv-note", role: "status" });
    const who = el("p", {});
    const times = el("p", { class: "lv-note lv-times" });
    const says = el("ul", { class: "lv-says" });
    const picture = view.makePicture("two timelines");
    const numbers = el("details", { class: "lv-data" }, el("summary", {}, "The two supervisors in numbers"));
    const id = view.uniqueId("attempt");
    const select = el("select", { id, onchange: () => choose(select.value.split(".").map(Number)) });
    const counted = el("p", { class: "lv-note" });
    const chosen = el("p", { class: "lv-note lv-chosen" }); // where the menu is too narrow for its words
    const title = el("h3", {});
    const start = el("p", { class: "lv-note" });
    const sentences = el("div", { class: "lv-says" });
    const stories = el("div", { class: "lv-stories" });
    const attempt = el("div", {},
      el("p", { class: "lv-inline" }, el("label", { for: id }, "One attempt, followed under both"), " ", select),
      chosen, title, start, picture.holder, picture.table, sentences, stories);
    const found = el("div", { class: "lv-found", hidden: true }, who, says, times, numbers, counted, attempt);
    const element = el("section", { class: "lv-second" },
      el("h2", {}, "The same luck under a second supervisor"),
      el("p", {}, terms.withTerms(
        "The same trainees, patients and luck, once under the supervisor " +
        `${asWritten ? "of the run as written" : "set above"} (A) and once under another (B). ` +
        "What differs, differs because of the supervisor.")),
      note === null ? null : el("p", { class: "lv-note" }, note),
      controls.length === 0 ? null : el("fieldset", {}, el("legend", {}, "Second supervisor (B)"),
        el("div", { class: "lv-row" }, ...controls.map((one) => one.element)), back),
      news, found);

    // first: the settings in force under A; second: those B has, by the reader or by default;
    // chosen: whether the reader has set them
    const update = (first, second, chosen) => {
      const world = state.secondState({ ...first, second });
      for (const one of controls) {
        const own = state.token(first, one.control);
        const reason = state.unmet(world, boot, one.control);
        const without = state.unmet(first, boot, one.control) !== null;
        one.update({
          token: second[one.control.key] ?? own,
          own,
          reason,
          none: without ? `The first supervisor's policy ${WITHOUT[one.control.key]}.` : null,
          resetName: `${one.control.label}: as the first supervisor, ${view.tokenLabel(one.control, own)}`,
        });
        one.element.hidden = reason !== null && one.control.leeway;
      }
      back.hidden = !chosen && !controls.some((one) => one.wrong());
    };

    const options = (answer) => {
      const shown = answer.shown;
      const listed = [...answer.attempts];
      if (shown !== null && !listed.some((one) => path(one) === path(shown))) {
        listed.unshift({ ...shown, label: shown.title });
      }
      view.fill(select, ...listed.map((one) => el("option", { value: path(one) }, one.label)));
      if (shown !== null) select.value = path(shown);
      view.say(chosen, select.selectedOptions[0]?.textContent ?? "");
    };

    const show = (answer) => {
      found.hidden = false;
      view.say(news, "");
      view.say(who, `Supervisor ${answer.a.name}: ${answer.a.label}. Supervisor ${answer.b.name}: ${answer.b.label}.`);
      const { replications } = answer.request;
      view.say(times, `These sentences and numbers are from ${replications} ${replications === 1 ? "replication" : "replications"} under each supervisor.`);
      view.fill(says, ...answer.says.map((text) => el("li", {}, text)));
      const open = numbers.open;
      view.fill(numbers, numbers.firstElementChild, view.dataTable(numbersTable(answer)));
      numbers.open = open;
      view.say(counted, sentence(answer.cases.says));
      attempt.hidden = answer.shown === null;
      if (answer.shown === null) return;
      options(answer);
      view.say(title, answer.shown.title);
      view.say(start, answer.shown.start);
      view.fill(sentences, ...answer.shown.sentences.map((text, at) => el("p", { class: at === 0 ? "lv-first" : null }, text)));
      view.fill(stories, ...answer.shown.worlds.map(story));
      picture.set({ draw: (width) => view.figures.twin(answer.shown, { width }), subject: [answer.shown] });
    };

    return {
      element,
      update,
      show,
      settle: picture.settle,
      news: (text) => view.say(news, text),
      hide: () => (found.hidden = true),
      find: (key) => controls.find((one) => one.control.key === key) ?? null,
      destroy: picture.destroy,
    };
  };

  const sentence = (text) => (text === "" || text.endsWith(".") ? text : `${text}.`);
})();
