// Small helpers: elements, names that are unique on the page, numbers as a reader expects them.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});

  let last = 0;
  // A name nobody else on the page has: several views may stand on one page.
  view.uniqueId = (stem) => `leeway-${stem}-${(last += 1)}`;

  // A number keeps to one line with its unit. The space between stays a plain one, so that what is read
  // is found and copied as it is spelt.
  const UNIT = "(?:%|s|min|h|d|wk)(?!\\w)";
  const MEASURED = new RegExp(`[−+(\\d.,]*\\d ${UNIT}[.,;:)]*`, "g");
  const WORD = new RegExp(`\\S*\\d ${UNIT}\\S*|\\S+`, "g");

  // The pieces of a text between which a line may end.
  view.words = (text) => text.match(WORD) ?? [""];

  // A text as nodes.
  view.together = (text) => {
    const nodes = [];
    let from = 0;
    for (const found of text.matchAll(MEASURED)) {
      const span = document.createElement("span");
      span.className = "lv-together";
      span.textContent = found[0];
      nodes.push(text.slice(from, found.index), span);
      from = found.index + found[0].length;
    }
    return [...nodes, text.slice(from)];
  };

  const nodesOf = (children) => children.filter((child) => child !== null && child !== undefined)
    .flatMap((child) => (typeof child === "string" ? view.together(child) : [child]));

  // An element with properties, attributes (dashed names and role) and children; text is text.
  view.el = (name, given = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(given)) {
      if (value === null || value === undefined) continue;
      if (key === "class") element.className = value;
      else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (key.includes("-") || key === "role" || key === "for" || key === "scope") {
        element.setAttribute(key, value);
      } else element[key] = value;
    }
    if (name === "option") element.append(...children); // holds bare text alone
    else element.append(...nodesOf(children));
    return element;
  };

  view.fill = (element, ...children) => {
    element.replaceChildren(...nodesOf(children));
    return element;
  };

  // Text is set only where it differs, so that a live region isn't read out twice.
  view.say = (element, text) => {
    if (element.textContent !== text) view.fill(element, text);
  };

  const MINUTES = { s: 1 / 60, min: 1, h: 60, d: 1440, wk: 10080 };
  // The value of a token, durations in minutes; null for a word such as a policy.
  view.tokenValue = (token) => {
    const several = token.match(/\d+(?:\.\d+)?(?:s|min|h|d|wk)/gi);
    if (several !== null && several.length > 1 && several.join("") === token) { // 1min30s
      return several.reduce((sum, one) => sum + view.tokenValue(one), 0);
    }
    const parts = /^(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(s|min|h|d|wk)?$/i.exec(token);
    if (parts === null) return null;
    return Number(parts[1]) * (parts[2] === undefined ? 1 : MINUTES[parts[2].toLowerCase()]);
  };

  // What a reader typed as a token: "45 s" is "45s", "0,3" is "0.3".
  view.typedToken = (text) => text.trim().replace(/\s+/g, "").replace(/^(\d+),(\d+)/, "$1.$2");

  // A number with so many decimals. One exactly in the middle goes to the even digit, as in the
  // sentences, which come from Python: toFixed alone would show 1.13 beside their 1.12.
  view.fixed = (value, decimals) => {
    const text = value.toFixed(decimals);
    const rest = Math.abs(value).toFixed(100).split(".")[1].slice(decimals);
    const odd = Number(text.at(-1)) % 2 === 1;
    return /^50*$/.test(rest) && odd ? `${text.slice(0, -1)}${Number(text.at(-1)) - 1}` : text;
  };

  const decimalsFor = (half) =>
    half > 0 ? Math.min(4, Math.max(0, -Math.floor(Math.log10(half / 3)))) : null;

  const plain = (value) => {
    if (value === 0) return "0";
    const decimals = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
    const text = view.fixed(value, decimals);
    return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  };

  // An estimate in the decimals that its interval deserves: {mean, range, decimals}.
  view.estimate = (found) => {
    if (found === null || found === undefined) return { mean: "none", range: "", decimals: 0 };
    const known = found.low !== null && found.high !== null;
    const decimals = known ? decimalsFor((found.high - found.low) / 2) : null;
    if (decimals === null) return { mean: plain(found.mean), range: "", decimals: 2 };
    const [mean, low, high] = [found.mean, found.low, found.high].map((one) =>
      unsigned(view.fixed(one, decimals)),
    );
    return { mean, range: `${low} to ${high}`, decimals };
  };

  const unsigned = (text) => (Number(text) === 0 ? text.replace("-", "") : text);

  // A change with its sign; "no change" where the decimals show none.
  view.change = (difference, decimals) => {
    const text = view.fixed(Math.abs(difference), decimals);
    if (Number(text) === 0) return "no change";
    return `${difference > 0 ? "+" : "−"}${text}`;
  };

  // Calls at most once in so many milliseconds, the latest arguments last.
  view.throttled = (milliseconds, call) => {
    let timer = null;
    let waiting = null;
    let since = -Infinity;
    const run = () => {
      timer = null;
      since = performance.now();
      const given = waiting;
      waiting = null;
      call(...given);
    };
    const throttle = (...given) => {
      waiting = given;
      if (timer !== null) return;
      timer = setTimeout(run, Math.max(0, since + milliseconds - performance.now()));
    };
    throttle.flush = () => {
      if (timer === null) return;
      clearTimeout(timer);
      run();
    };
    throttle.cancel = () => clearTimeout(timer);
    return throttle;
  };

  // Calls once nothing has happened for so many milliseconds.
  view.rested = (milliseconds, call) => {
    let timer = null;
    const rest = () => {
      clearTimeout(timer);
      timer = setTimeout(call, milliseconds);
    };
    rest.cancel = () => clearTimeout(timer);
    return rest;
  };
})();
