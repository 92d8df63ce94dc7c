// The assumption sheet, what the page doesn't claim, the sources, and the words explained.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const { el } = view;

  const COLUMNS = [
    { key: "words", label: "Input" },
    { key: "value", label: "Value" },
    { key: "status", label: "Where it comes from" },
    { key: "note", label: "Note" },
    { key: "range", label: "Plausible range" },
  ];

  // A long path may break after a dot or a bracket.
  const breakable = (path) => {
    const fragment = document.createDocumentFragment();
    for (const piece of path.split(/(?<=[.\]])/)) fragment.append(piece, el("wbr"));
    return fragment;
  };

  const origin = (row, references) => {
    if (row.status === "assumption") return el("strong", { class: "lv-assumption" }, "assumption");
    if (row.status === "chosen") return "chosen";
    return references.get(row.source) ?? row.source ?? row.status;
  };

  // The references by their keys: the sheet has them as "key: reference".
  const referencesOf = (sheet) => new Map(sheet.sources.map((one) => {
    const at = one.indexOf(": ");
    return [one.slice(0, at), one.slice(at + 2)];
  }));

  const cell = (row, { key, label }, references) => {
    const content = key === "status" ? origin(row, references) : (row[key] ?? "");
    const made = el("td", {}, content);
    made.dataset.label = label;
    if (content === "") made.classList.add("lv-empty");
    return made;
  };

  const line = (row, references) =>
    el("tr", {},
      el("th", { scope: "row", class: "lv-input" },
        el("span", {}, row.words ?? ""), " ", el("span", { class: "lv-path" }, breakable(row.path))),
      ...COLUMNS.slice(1).map((column) => cell(row, column, references)));

  const text = (row, key) => {
    if (key === "status") return `${row.status} ${row.source ?? ""}`;
    return key === "words" ? `${row.words ?? ""} ${row.path}` : row[key] ?? "";
  };

  // A table whose heads sort it; `keep` says which rows are shown.
  const sortable = (caption, rows, references, keep) => {
    let sorted = { key: null, up: true };
    const body = el("tbody", {});
    const heads = COLUMNS.map(({ key, label }) => {
      const button = el("button", { type: "button", class: "lv-sort", onclick: () => sort(key) }, label);
      return { key, element: el("th", { scope: "col" }, button) };
    });
    const fill = () => {
      const shown = rows.filter(keep);
      if (sorted.key !== null) {
        const order = (one, other) =>
          text(one, sorted.key).localeCompare(text(other, sorted.key), "en", { numeric: true });
        shown.sort((one, other) => (sorted.up ? order(one, other) : order(other, one)));
      }
      view.fill(body, ...shown.map((row) => line(row, references)));
      return shown.length;
    };
    const sort = (key) => {
      sorted = { key, up: sorted.key === key ? !sorted.up : true };
      for (const head of heads) {
        if (head.key === key) head.element.setAttribute("aria-sort", sorted.up ? "ascending" : "descending");
        else head.element.removeAttribute("aria-sort");
      }
      fill();
    };
    const element = el("table", { class: "lv-sheet" },
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, ...heads.map((head) => head.element))),
      body);
    fill();
    return { element, fill };
  };

  view.makeSheet = ({ boot }) => {
    const { sheet } = boot;
    const references = referencesOf(sheet);
    const only = el("input", { type: "checkbox", id: view.uniqueId("only"), onchange: () => filter() });
    const find = el("input", { type: "search", id: view.uniqueId("find"), oninput: () => filter() });
    const count = el("p", { class: "lv-note", role: "status" });
    const keep = (row) => {
      const wanted = find.value.trim().toLowerCase();
      if (only.checked && row.status !== "assumption") return false;
      return wanted === "" || COLUMNS.some(({ key }) => text(row, key).toLowerCase().includes(wanted));
    };
    const inputs = sortable("Inputs", sheet.rows, references, keep);
    const filter = () => view.say(count, `${inputs.fill()} of ${sheet.rows.length} inputs shown.`);
    filter();
    const choices = sheet.choices.length === 0 ? null : sortable("Choices", sheet.choices, references, () => true);
    return el("div", {},
      el("h2", {}, "Assumption sheet"),
      el("p", {}, `${sheet.share}. Every number that goes into the simulation is listed here, as the ` +
        "file has it: with its source, or marked as an assumption."),
      el("p", { class: "lv-inline" }, only, " ", el("label", { for: only.id }, "Only assumptions")),
      el("p", { class: "lv-inline" }, el("label", { for: find.id }, "Find an input"), " ", find),
      count,
      inputs.element,
      choices === null ? null : el("h3", {}, "Choices"),
      choices === null ? null : el("p", { class: "lv-note" },
        "What the design of this scenario chooses; these aren't facts about the world, and aren't counted as inputs."),
      choices?.element,
      el("h2", {}, "What this page does not claim"),
      el("ul", {}, ...boot.limits.map((one) => el("li", {}, one))),
      sheet.sources.length === 0 ? null : el("h2", {}, "Sources"),
      el("ul", { class: "lv-sources" }, ...sheet.sources.map((one) => el("li", {}, one))));
  };

  view.makeGlossary = ({ boot }) =>
    el("div", {},
      el("h2", {}, "Words"),
      el("p", {}, "What the words on this page mean."),
      el("dl", { class: "lv-glossary" }, ...boot.glossary.flatMap(({ term, meaning }) => [
        el("dt", {}, term), el("dd", {}, meaning)])));

  // What is simulated, in sentences, and what it may teach. It doesn't follow the settings, and says so;
  // written: what it is the account of, in words.
  view.makeAbout = ({ boot, written }) => {
    const { description, sentences, education } = boot.scenario;
    const list = (items) => el("ul", {}, ...items.map((one) => el("li", {}, one)));
    const parts = [el("p", { class: "lv-note" }, `${written}, whatever is set below.`),
      el("p", {}, description.trim()), list(sentences)];
    if (education?.learner_level) parts.push(el("p", {}, `For ${education.learner_level}.`));
    if (education?.objectives?.length > 0) parts.push(el("h2", {}, "Objectives"), list(education.objectives));
    if (education?.prebriefing) parts.push(el("h2", {}, "Prebriefing"), el("p", {}, education.prebriefing));
    if (education?.debriefing_points?.length > 0) {
      parts.push(el("h2", {}, "Points for the debriefing"), list(education.debriefing_points));
    }
    return el("details", { class: "lv-about" }, el("summary", {}, "What is simulated here, and for whom"), ...parts);
  };
})();
