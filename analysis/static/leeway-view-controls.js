// One control: a slider through the control's positions, or a list to choose from, with its
// value, its range in words, its help, and a way back to the file.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const { el, state } = view;

  const spaced = (token) => token.replace(/([\d.]+)([a-z]+)(?=\d|$)/gi, "$1 $2 ").trim();
  const inPercent = (control) => control.positions.some(({ label }) => label.endsWith("%"));

  // How answers spell what was typed: 60s is 1 min.
  const spelled = new WeakMap();
  view.spell = (control, token, label) => {
    if (!spelled.has(control)) spelled.set(control, new Map());
    spelled.get(control).set(token, label);
  };

  // What the reader sees of a token: the label of its position, or what was typed.
  view.tokenLabel = (control, token) => {
    const known = control.positions.find((position) => position.token === token);
    const label = known?.label ?? spelled.get(control)?.get(token);
    if (label !== undefined) return label;
    const value = view.tokenValue(token);
    if (!inPercent(control) || value === null) return spaced(token);
    return `${Number((value * 100).toPrecision(12))} %`;
  };

  // A share below one in a hundred may have been meant as one of the whole: files write 0.8 for 80 %.
  const percentDoubt = (control, token) => {
    const value = view.tokenValue(token);
    if (value === null || !(value > 0 && value < 0.01) || state.usual(control, token)) return "";
    const meant = Number((value * 1e4).toPrecision(12));
    return `${view.tokenLabel(control, token)} is less than one in a hundred; for ${meant} % type ${meant}.`;
  };

  // Where the slider's thumb stands for a typed value: at the nearest position.
  const nearest = (positions, token) => {
    const exact = positions.findIndex((position) => position.token === token);
    if (exact >= 0) return exact;
    const value = view.tokenValue(token);
    if (value === null) return 0;
    const away = positions.map((one) => Math.abs((one.value ?? Infinity) - value));
    return away.indexOf(Math.min(...away));
  };

  // The positions that this page has results for.
  const available = (control, offered) => {
    if (offered === null) return control.positions;
    const tokens = offered[control.key] ?? [control.own];
    return control.positions.filter((position) => tokens.includes(position.token));
  };

  const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

  // Which values a page that asks nobody holds; null where it holds all.
  view.heldWords = (control, offered) => {
    const labels = available(control, offered).map(({ label }) => label);
    if (labels.length === control.positions.length) return null;
    return `This page holds these: ${labels.join(", ")}. For others: leeway explore.`;
  };

  // Whether a control can be moved on this page at all.
  view.movable = (control, offered) => available(control, offered).length > 1;

  // given: {control, terms, offered, name, resetText, resetAbove, whose, change(token, {typed}), reset()}
  view.makeControl = (given) => {
    const { control, terms, offered } = given;
    const name = given.name ?? control.label;
    const id = view.uniqueId(control.key);
    const positions = available(control, offered);
    const note = el("p", { class: "lv-note", id: `${id}-note` });
    const doubted = control.typed !== null && offered === null && inPercent(control);
    const doubt = doubted ? el("p", { class: "lv-doubt", role: "status" }) : null;
    const error = el("p", { class: "lv-error", id: `${id}-error`, hidden: true });
    const still = el("span", { class: "lv-still" });
    const label = el("label", { for: id, class: "lv-label" }, control.label);
    const help = terms.help(name, () => [control.help, ...provenance(control, offered)]);
    const reset = el("button", {
      type: "button",
      class: "lv-reset",
      onclick: () => {
        given.reset();
        input.element.focus();
      },
    }, given.resetText ?? "Reset");
    const make = control.kind === "slider" ? slider : choice;
    const input = make({ ...given, name, id, positions });
    input.element.setAttribute("aria-describedby", `${note.id} ${error.id}`);
    if (name !== control.label) input.element.setAttribute("aria-label", name);
    const element = el("div", { class: `lv-control lv-${control.kind}` },
      el("div", { class: "lv-control-head" }, label, help, given.resetAbove ? reset : null, input.value),
      input.element,
      el("div", { class: "lv-control-foot" }, note, given.resetAbove ? null : reset),
      doubt, error);
    element.dataset.control = control.key;

    let wrong = false; // whether the field holds what was refused

    // shown: {token, own, reason} as the present state has them; none: there is no value to go back to,
    // in words
    const update = ({ token, own, reason, resetName, none = null }) => {
      const held = offered === null ? null : view.heldWords(control, offered);
      const alone = positions.length < 2 ? held : null;
      const blocked = reason ?? alone;
      input.update(token, blocked !== null);
      element.classList.toggle("lv-off", blocked !== null);
      view.say(note, blocked ?? [inRange(control), none ?? ownWords(control, own, given.whose ?? null), held].filter((one) => one !== null).join(" "));
      if (doubt !== null) view.say(doubt, percentDoubt(control, token));
      reset.classList.toggle("lv-unseen", (token === own && !wrong) || blocked !== null || none !== null);
      const run = control.in_file !== undefined; // the run of this page departs from its file here
      const to = control.from_file === false || run ? "to this page's start value" : "to the file";
      reset.setAttribute("aria-label", resetName ?? `Reset ${name} ${to}: ${view.tokenLabel(control, own)}`);
      if (wrong) view.say(still, `Still shown: ${view.tokenLabel(control, token)}.`);
    };

    const refuse = (message) => {
      wrong = message !== null;
      error.hidden = !wrong;
      view.fill(error, message, wrong ? " " : null, wrong ? still : null);
      input.invalid(wrong);
    };
    return { element, update, refuse, control, wrong: () => wrong, focus: () => input.element.focus() };
  };

  const provenance = (control, offered) => [
    control.from_file === false
      ? null
      : control.assumption
        ? "The file's value is an assumption."
        : control.source === null ? null : `The file's value comes from ${control.source}`,
    control.typed === null || offered !== null ? null : `You can type a value ${control.typed.says}.`,
  ];

  const inRange = (control) => (control.range === null ? null : sentence(control.range));

  // whose: what the value it goes back to is called; null for the file's own.
  const ownWords = (control, own, whose) => {
    const none = whose === null && control.from_file === false;
    const value = view.tokenLabel(control, own);
    const run = whose === null && control.in_file !== undefined;
    return none
      ? `Not in the file; this page starts at ${value}.`
      : run ? `In this run: ${value}. In the file: ${control.in_file}.` : `${whose ?? "In the file"}: ${value}.`;
  };

  const slider = ({ control, id, name, offered, positions: here, change }) => {
    const positions = here.length < 2 ? control.positions : here; // where it can't move, it stands
    const typing = control.typed !== null && offered === null; // what a page doesn't hold isn't asked for
    const element = el("input", {
      type: "range", id, min: "0", max: String(Math.max(1, positions.length - 1)), step: "1",
      oninput: () => change(positions[Number(element.value)].token, { typed: false }),
    });
    const value = typing ? typedField({ control, id, name, change }) : el("span", { class: "lv-value" });
    const update = (token, disabled) => {
      const text = view.tokenLabel(control, token);
      const at = String(nearest(positions, token));
      if (element.value !== at) element.value = at;
      element.disabled = disabled;
      element.setAttribute("aria-valuetext", text);
      if (typing) value.show(text, disabled, token);
      else view.say(value, text);
    };
    return {
      element,
      value: typing ? value.element : value,
      update,
      invalid: (wrong) => typing && value.invalid(wrong),
    };
  };

  // A value between the positions: taken over with Enter or on leaving the field. Until then, what
  // is in it is the reader's: nothing that comes in meanwhile is written over it.
  const typedField = ({ control, id, name, change }) => {
    let shown = "";
    let present = null; // the token on show
    let editing = false;
    const refused = () => field.getAttribute("aria-invalid") === "true";
    const take = () => {
      editing = false;
      if (field.value.trim() === "" || field.value === shown) return back();
      return change(tokenOf(control, field.value), { typed: true });
    };
    const back = () => {
      editing = false;
      field.value = shown;
      if (refused()) change(present, { typed: false }); // what was wrong with it is over
    };
    const field = el("input", {
      type: "text", class: "lv-typed", autocomplete: "off", spellcheck: false, inputMode: "text",
      "aria-label": `${name}, typed: ${control.typed.says}`,
      "aria-describedby": `${id}-error`,
      oninput: () => (editing = true),
      onchange: take,
      onkeydown: (event) => {
        if (event.key === "Enter" && editing) take(); // also where the text is as it was before
        if (event.key === "Escape") back();
      },
      onblur: () => {
        if (editing) take();
      },
    });
    return {
      element: field,
      show: (text, disabled, token) => {
        field.disabled = disabled;
        shown = text;
        present = token;
        if (editing || refused()) return;
        if (field.value !== text) field.value = text;
      },
      invalid: (wrong) => {
        if (wrong) field.setAttribute("aria-invalid", "true");
        else field.removeAttribute("aria-invalid");
      },
    };
  };

  // A typed label of a position is that position; a percentage is a share, and where the labels are
  // percentages so is a bare number.
  const tokenOf = (control, text) => {
    const typed = view.typedToken(text);
    const shares = inPercent(control);
    const same = control.positions.find(
      (one) => (one.token === typed && !shares) || view.typedToken(one.label) === typed,
    );
    if (same !== undefined) return same.token;
    const percent = (shares ? /^(-?\d+(?:\.\d+)?)%?$/ : /^(-?\d+(?:\.\d+)?)%$/).exec(typed);
    return percent === null ? typed : String(Number((Number(percent[1]) / 100).toPrecision(12)));
  };

  const choice = ({ control, id, positions, change }) => {
    const here = new Set(positions.map((position) => position.token));
    const element = el("select", { id, onchange: () => change(element.value, { typed: false }) });
    for (const { token, label } of control.positions) {
      if (here.has(token)) element.append(el("option", { value: token }, label));
    }
    const update = (token, disabled) => {
      if (![...element.options].some((option) => option.value === token)) {
        element.append(el("option", { value: token }, view.tokenLabel(control, token))); // from a link
      }
      element.value = token;
      element.disabled = disabled;
    };
    return { element, value: null, update, invalid: () => {} };
  };

  // What can't be moved on a page that asks nobody, in one line.
  const fixedWords = (fixed, now) => {
    const values = fixed.map((control) => `${control.label} ${view.tokenLabel(control, state.token(now, control))}`);
    return `Fixed on this page: ${[...values, `seed ${now.seed} (the luck drawn)`].join("; ")}. To change these: leeway explore.`;
  };

  // All controls but the leeway, by group: {element, update(state), find(key)}.
  view.makeControls = ({ boot, terms, offered, change, reset }) => {
    const others = boot.controls.filter((control) => !control.leeway);
    const moving = others.filter((control) => offered === null || view.movable(control, offered));
    const made = moving
      .map((control) =>
        view.makeControl({
          control, terms, offered,
          change: (token, how) => change(control, token, how),
          reset: () => reset(control),
        }),
      );
    const groups = [...new Set(made.map((one) => one.control.group))]; // with something to move
    const element = el("div", { class: "lv-groups" });
    for (const group of groups) {
      const members = made.filter((one) => one.control.group === group);
      element.append(el("fieldset", {}, el("legend", {}, group), ...members.map((one) => one.element)));
    }
    const fixed = el("p", { class: "lv-note lv-fixed" });
    if (offered !== null) element.append(fixed);
    const update = (now) => {
      if (offered !== null) view.say(fixed, fixedWords(others.filter((one) => !moving.includes(one)), now));
      for (const one of made) {
        one.update({
          token: state.token(now, one.control),
          own: state.own(now, one.control),
          reason: state.unmet(now, boot, one.control),
        });
      }
    };
    return {
      element,
      update,
      find: (key) => made.find((one) => one.control.key === key) ?? null,
      wrong: () => made.some((one) => one.wrong()),
    };
  };
})();
