// One control: a slider through the control's positions, or a list to choose from, with its
// value, its range in words, its help, and a way back to the file.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const { el, state } = view;

  const spaced = (token) => token.replace(/^([\d.]+)([a-z]+)$/i, "$1 $2");

  // What the reader sees of a token: the label of its position, or what was typed.
  view.tokenLabel = (control, token) =>
    control.positions.find((position) => position.token === token)?.label ?? spaced(token);

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

  const NOT_HERE = "not in this page's grid: run leeway explore";
  const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

  // given: {control, terms, offered, name, resetText, resetAbove, whose, change(token, {typed}), reset()}
  view.makeControl = (given) => {
    const { control, terms, offered } = given;
    const name = given.name ?? control.label;
    const id = view.uniqueId(control.key);
    const positions = available(control, offered);
    const note = el("p", { class: "lv-note", id: `${id}-note` });
    const error = el("p", { class: "lv-error", id: `${id}-error`, hidden: true });
    const label = el("label", { for: id, class: "lv-label" }, control.label);
    const help = terms.help(name, () => [control.help, ...provenance(control), ...terms.meanings(control.label)]);
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
      error);
    element.dataset.control = control.key;

    // shown: {token, own, reason} as the present state has them
    const update = ({ token, own, reason, resetName }) => {
      const blocked = reason ?? (positions.length < 2 ? sentence(NOT_HERE) : null);
      input.update(token, blocked !== null);
      element.classList.toggle("lv-off", blocked !== null);
      view.say(note, blocked === null ? rangeWords(control, own, given.whose ?? "In the file") : blocked);
      reset.classList.toggle("lv-unseen", token === own || blocked !== null);
      reset.setAttribute("aria-label", resetName ?? `Reset ${name} to the file: ${view.tokenLabel(control, own)}`);
    };

    const refuse = (message) => {
      error.hidden = message === null;
      view.say(error, message ?? "");
      input.invalid(message !== null);
    };
    return { element, update, refuse, control, focus: () => input.element.focus() };
  };

  const provenance = (control) => [
    control.assumption
      ? "The file's value is an assumption."
      : control.source === null ? null : `The file's value comes from ${control.source}`,
    control.typed === null ? null : `You can type a value ${control.typed.says}.`,
  ];

  const rangeWords = (control, own, whose) => {
    const file = `${whose}: ${view.tokenLabel(control, own)}.`;
    if (control.range === null) return file;
    return `${sentence(control.range)} ${file}`;
  };

  const slider = ({ control, id, name, positions: offered, change }) => {
    const positions = offered.length < 2 ? control.positions : offered; // where it can't move, it stands
    const element = el("input", {
      type: "range", id, min: "0", max: String(Math.max(1, positions.length - 1)), step: "1",
      oninput: () => change(positions[Number(element.value)].token, { typed: false }),
    });
    const value = control.typed === null
      ? el("span", { class: "lv-value" })
      : typedField({ control, id, name, change });
    const update = (token, disabled) => {
      const text = view.tokenLabel(control, token);
      const at = String(nearest(positions, token));
      if (element.value !== at) element.value = at;
      element.disabled = disabled;
      element.setAttribute("aria-valuetext", text);
      if (control.typed === null) view.say(value, text);
      else value.show(text, disabled);
    };
    return {
      element,
      value: control.typed === null ? value : value.element,
      update,
      invalid: (wrong) => control.typed !== null && value.invalid(wrong),
    };
  };

  // A value between the positions: taken over with Enter or on leaving the field.
  const typedField = ({ control, id, name, change }) => {
    let shown = "";
    const take = () => {
      if (field.value.trim() === "" || field.value === shown) return void (field.value = shown);
      change(tokenOf(control, field.value), { typed: true });
    };
    const field = el("input", {
      type: "text", class: "lv-typed", autocomplete: "off", spellcheck: false, inputMode: "text",
      "aria-label": `${name}, typed: ${control.typed.says}`,
      "aria-describedby": `${id}-error`,
      onchange: take,
      onkeydown: (event) => {
        if (event.key !== "Escape") return;
        field.value = shown;
      },
    });
    return {
      element: field,
      show: (text, disabled) => {
        field.disabled = disabled;
        if (field.getAttribute("aria-invalid") === "true") return;
        shown = text;
        if (field.value !== text) field.value = text;
      },
      invalid: (wrong) => {
        if (wrong) field.setAttribute("aria-invalid", "true");
        else field.removeAttribute("aria-invalid");
      },
    };
  };

  // A typed label of a position is that position; a percentage is a share.
  const tokenOf = (control, text) => {
    const typed = view.typedToken(text);
    const same = control.positions.find(
      (one) => one.token === typed || view.typedToken(one.label) === typed,
    );
    if (same !== undefined) return same.token;
    const percent = /^(\d+(?:\.\d+)?)%$/.exec(typed);
    return percent === null ? typed : String(Number((Number(percent[1]) / 100).toPrecision(12)));
  };

  const choice = ({ control, id, positions, change }) => {
    const here = new Set(positions.map((position) => position.token));
    const element = el("select", { id, onchange: () => change(element.value, { typed: false }) });
    for (const { token, label } of control.positions) {
      const text = here.has(token) ? label : `${label} (${NOT_HERE})`;
      element.append(el("option", { value: token, disabled: !here.has(token) }, text));
    }
    const update = (token, disabled) => {
      if (![...element.options].some((option) => option.value === token)) {
        element.append(el("option", { value: token }, token)); // from a link; it is refused in words
      }
      element.value = token;
      element.disabled = disabled;
    };
    return { element, value: null, update, invalid: () => {} };
  };

  // All controls but the leeway, by group: {element, update(state), find(key)}.
  view.makeControls = ({ boot, terms, offered, change, reset }) => {
    const made = boot.controls
      .filter((control) => !control.leeway)
      .map((control) =>
        view.makeControl({
          control, terms, offered,
          change: (token, how) => change(control, token, how),
          reset: () => reset(control),
        }),
      );
    const groups = [...new Set(made.map((one) => one.control.group))];
    const element = el("div", { class: "lv-groups" });
    for (const group of groups) {
      const members = made.filter((one) => one.control.group === group);
      element.append(el("fieldset", {}, el("legend", {}, group), ...members.map((one) => one.element)));
    }
    const update = (now) => {
      for (const one of made) {
        one.update({
          token: state.token(now, one.control),
          own: state.own(now, one.control),
          reason: state.unmet(now, boot, one.control),
        });
      }
    };
    return { element, update, find: (key) => made.find((one) => one.control.key === key) ?? null };
  };
})();
