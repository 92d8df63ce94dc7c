// Luck, links and files: the seed, the link to this setting, save as, the same as a command.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const { el } = view;

  const LARGEST = 2 ** 53 - 1; // beyond it JavaScript has no exact whole numbers

  // given: {fixed, change(seed), refused(), terms}; fixed: the page can't change it, and says so elsewhere
  view.makeLuck = ({ fixed, change, refused, terms }) => {
    const id = view.uniqueId("seed");
    const note = el("p", { class: "lv-note", id: `${id}-note` });
    let shown = 0;
    let editing = false; // what is being typed isn't written over
    let wrong = false;
    const take = () => {
      editing = false;
      const wanted = Number(field.value);
      wrong = field.value.trim() === "" || !Number.isSafeInteger(wanted) || wanted < 0;
      if (!wrong) return change(wanted);
      tell(`“${field.value}” isn't a seed: a seed is a whole number from 0 on, such as 7. Still shown: seed ${shown}.`);
      return refused();
    };
    const tell = (text) => {
      note.className = wrong ? "lv-error" : "lv-note";
      if (wrong) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
      view.say(note, text);
    };
    const forget = () => {
      wrong = editing = false;
    };
    const field = el("input", {
      type: "number", id, min: "0", max: String(LARGEST), step: "1", class: "lv-seed",
      "aria-describedby": note.id, oninput: () => (editing = true), onchange: take,
    });
    const other = el("button", { type: "button", class: "lv-button", onclick: () => {
      forget();
      change(view.state.seedOf(String(BigInt(shown) + 1n)));
    } }, "Other luck");
    const element = fixed ? null : el("fieldset", {}, el("legend", {}, "Luck"),
      el("div", { class: "lv-control" },
        el("div", { class: "lv-control-head" },
          el("label", { for: id, class: "lv-label" }, "Seed"),
          terms.help("Seed", () => [
            "The seed fixes the luck: the same seed gives the same patients, errors and moods of the day. " +
            "Another seed shows what chance alone changes."]),
          field, other),
        note));
    if (element !== null) element.dataset.control = "seed";
    const update = (seed) => {
      shown = seed;
      if (editing || wrong) return;
      field.value = String(seed);
      tell("The luck drawn: the same seed, the same luck.");
    };
    return { element, update, forget, wrong: () => wrong };
  };

  const copy = async (text, field) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { // no leave, or no clipboard outside a secure page: the reader copies by hand
      field.hidden = false;
      field.value = text;
      field.focus();
      field.select();
      return false;
    }
  };

  const HERE = new Set(["127.0.0.1", "localhost", "[::1]"]);
  // For whom a link to a running leeway works, by the name of the host in it.
  view.linkReach = (hostname) =>
    `It works ${HERE.has(hostname) ? "on this computer" : "for those who were let in"} while leeway runs; ` +
    "what to send is the file of Save report.";

  // given: {host, query() -> the whole state as a query}
  view.makeShare = ({ host, query }) => {
    const told = el("p", { class: "lv-note", role: "status" });
    const field = el("input", { type: "text", class: "lv-address", readOnly: true, hidden: true, "aria-label": "Link to this setting" });
    const address = () => host.address?.(query()) ?? null;
    const button = el("button", { type: "button", class: "lv-button", onclick: async () => {
      const done = await copy(address(), field);
      const copied = done ? "Link copied." : "Copy the link from the field.";
      view.say(told, [copied, host.reach ?? ""].join(" ").trim());
    } }, "Copy link");
    const links = el("span", { class: "lv-links" });
    // fetched rather than followed, so that a refusal is told here and not kept as a file
    const save = async (event) => {
      event.preventDefault();
      const { href, textContent: label } = event.currentTarget;
      view.say(told, `${label}: making the file…`);
      try {
        view.say(told, `Saved: ${await host.save(href)}.`);
      } catch (error) {
        view.say(told, `${label}: ${error.message}`);
      }
    };
    const command = el("code", {});
    const shown = el("details", { class: "lv-command" }, el("summary", {}, "The same as a command"), el("pre", { tabIndex: 0, role: "group", "aria-label": "The same as a command" }, command));
    const same = host.kind === "explorer" ? null : el("p", {}, "With leeway installed, this command gives the same numbers on any computer.");
    const beside = el("p", { class: "lv-note" }); // what to know of the command, or to do first
    const element = el("section", { class: "lv-share" },
      el("h2", {}, host.kind === "explorer" ? "Share and keep" : "To get these numbers again"),
      same,
      el("p", { class: "lv-buttons" }, host.address === undefined ? null : button, links),
      field, told, shown, beside);

    let made = [];
    let linked = null;
    const update = (text, repeat = {}) => {
      shown.hidden = text === null;
      if (same !== null) same.hidden = text === null;
      view.say(beside, (text === null ? repeat.without : repeat.says) ?? "");
      view.say(command, text ?? "");
      if (linked === query()) return;
      linked = query();
      const wanted = host.links(linked);
      if (wanted.length !== made.length) {
        made = wanted.map(() => el("a", { class: "lv-button", onclick: save }));
        view.fill(links, ...made);
      }
      wanted.forEach(({ label, href, download }, at) => {
        view.say(made[at], label);
        made[at].href = href;
        if (download !== undefined) made[at].download = download;
      });
      view.say(told, "");
      field.hidden = true;
    };
    return { element, update };
  };

  // Choice of scenario, and a file of one's own.
  view.makeScenarios = ({ host, boot }) => {
    if (!host.scenarios) return null;
    const id = view.uniqueId("scenario");
    const select = el("select", { id, onchange: () => host.reboot(select.value) },
      ...boot.scenarios.map(({ key, title }) => el("option", { value: key }, title)));
    select.value = boot.scenario.key;
    const element = el("div", { class: "lv-scenarios" },
      el("p", { class: "lv-inline" }, el("label", { for: id }, "Scenario"), " ", select));
    if (host.upload !== null && host.upload !== undefined) element.append(upload(host));
    return element;
  };

  const upload = (host) => {
    const id = view.uniqueId("file");
    const problems = el("div", { class: "lv-problems", role: "alert" });
    const file = el("input", { type: "file", id, accept: ".yaml,.yml,.json", onchange: async () => {
      const [chosen] = file.files;
      if (chosen === undefined) return;
      view.fill(problems);
      const answer = await host.upload(await chosen.text(), chosen.name).catch((error) => ({
        problems: [{ message: error.message }],
      }));
      file.value = "";
      if (answer.key !== undefined) host.reboot(answer.key);
      else view.fill(problems, el("p", {}, `${chosen.name} can't be used:`), view.problemList(answer.problems));
    } });
    return el("details", { class: "lv-upload" },
      el("summary", {}, "A scenario file of your own"),
      el("p", { class: "lv-inline" }, el("label", { for: id }, "File"), " ", file), problems);
  };

  // What was wrong, where, what is allowed and what to try, in one line.
  view.problemWords = ({ message, path, given, allowed, advice }) =>
    message ?? [path ? `${path}: ${given}` : given, allowed, advice].filter((part) => part).join("; ");

  view.problemList = (problems) =>
    el("ul", {}, ...problems.map((one) => el("li", {}, view.problemWords(one))));
})();
