// Explanations on hover, focus or touch; Escape closes them, and they can be pointed at.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const { el } = view;

  const NARROW = 640; // px
  const LINGER = 300; // milliseconds to move the pointer from the word to its explanation
  const EDGE = 8;

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  // One explanation at a time for a whole root: {withTerms, help, close}.
  view.makeTerms = (root, glossary) => {
    const tip = el("div", { class: "lv-tip", role: "tooltip", id: view.uniqueId("tip"), hidden: true });
    root.append(tip);
    let owner = null;
    let timer = null;
    let pinned = false;

    const place = () => {
      const frame = root.getBoundingClientRect();
      const word = owner.getBoundingClientRect();
      const room = root.clientWidth - tip.offsetWidth - EDGE;
      const left = Math.max(EDGE, Math.min(word.left - frame.left, room));
      // on a narrow screen it stands under the bar: the slider and the numbers stay in sight
      const bar = root.clientWidth < NARROW ? owner.closest(".lv-top") : null;
      const below = (bar ?? owner).getBoundingClientRect().bottom - frame.top + 4;
      const above = word.top - frame.top - tip.offsetHeight - 4;
      const fits = bar !== null || word.bottom + tip.offsetHeight + EDGE < window.innerHeight;
      tip.style.left = `${left}px`;
      tip.style.top = `${fits || above < 0 ? below : above}px`;
    };

    const open = (button, parts) => {
      clearTimeout(timer);
      if (owner !== null && owner !== button) close();
      owner = button;
      view.fill(tip, ...parts().map((text) => el("p", {}, text)));
      tip.hidden = false;
      button.setAttribute("aria-describedby", tip.id);
      place();
    };

    const close = () => {
      clearTimeout(timer);
      owner?.removeAttribute("aria-describedby");
      owner = null;
      pinned = false;
      tip.hidden = true;
    };

    const soon = () => {
      if (pinned) return;
      clearTimeout(timer);
      timer = setTimeout(close, LINGER);
    };

    const attach = (button, parts) => {
      button.addEventListener("mouseenter", () => pinned || open(button, parts));
      button.addEventListener("mouseleave", soon);
      button.addEventListener("focus", () => open(button, parts));
      button.addEventListener("blur", close);
      button.addEventListener("click", () => {
        const again = pinned && owner === button;
        if (again) return close();
        open(button, parts);
        pinned = true;
      });
      return button;
    };

    tip.addEventListener("mouseenter", () => clearTimeout(timer));
    tip.addEventListener("mouseleave", soon);
    const escape = (event) => event.key === "Escape" && owner !== null && close();
    const elsewhere = (event) => {
      if (owner !== null && !owner.contains(event.target) && !tip.contains(event.target)) close();
    };
    root.addEventListener("keydown", escape);
    document.addEventListener("pointerdown", elsewhere);

    const words = new Map(glossary.flatMap((one) =>
      [one.term, ...(one.also ?? [])].map((word) => [word.toLowerCase(), one])));
    const longest = [...words.keys()].sort((one, other) => other.length - one.length);
    const pattern =
      longest.length === 0 ? null : new RegExp(`\\b(${longest.map(escaped).join("|")})\\b`, "gi");

    const meaning = (term) => words.get(term.toLowerCase());
    const explained = (one) => `${one.term}: ${one.meaning}`;

    const wordButton = (text) =>
      attach(el("button", { type: "button", class: "lv-term" }, text), () => [
        explained(meaning(text)),
      ]);

    // A text as nodes, the first mention of each term of the glossary explained.
    const withTerms = (text) => {
      const fragment = document.createDocumentFragment();
      const seen = new Set();
      let from = 0;
      for (const match of pattern === null ? [] : text.matchAll(pattern)) {
        const { term } = meaning(match[0]);
        if (seen.has(term)) continue;
        seen.add(term);
        const end = match.index + match[0].length;
        const close = /^[^\s\w]*/.exec(text.slice(end))[0]; // cases' and the like stay in one piece
        fragment.append(...view.together(text.slice(from, match.index)),
          el("span", { class: "lv-together" }, wordButton(match[0]), close));
        from = end + close.length;
      }
      fragment.append(...view.together(text.slice(from)));
      return fragment;
    };

    // The terms of the glossary that a text uses, each with its meaning.
    const meanings = (text) => {
      const found = pattern === null ? [] : [...text.matchAll(pattern)];
      const terms = new Set(found.map((match) => meaning(match[0])));
      return [...terms].map(explained);
    };

    // A question mark with a name, which explains a control.
    const help = (name, parts) =>
      attach(
        el("button", { type: "button", class: "lv-help", "aria-label": `About: ${name}` }, "?"),
        () => parts().filter((text) => text !== null && text !== ""),
      );

    const destroy = () => {
      close();
      document.removeEventListener("pointerdown", elsewhere);
    };
    return { withTerms, meanings, help, close, destroy };
  };
})();
