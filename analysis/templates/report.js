// What the page does beside the interactive view: the still page folds away, since the view shows
// the same, and paper says which settings had been moved on the screen.
(() => {
  "use strict";
  const root = document.documentElement;
  const mounted = document.getElementById("leeway-view");
  if (mounted === null || mounted.childElementCount === 0) return; // the still page is the page

  root.classList.add("leeway-live");

  const boot = JSON.parse(document.getElementById("leeway-data").textContent).boot;

  const button = document.createElement("button");
  const label = () => {
    const shown = root.classList.contains("leeway-unfolded");
    button.setAttribute("aria-expanded", String(shown));
    button.textContent = shown ? "Hide the report" : "Show the report";
  };
  button.type = "button";
  button.addEventListener("click", () => {
    root.classList.toggle("leeway-unfolded");
    label();
  });
  label();
  document.getElementById("unfold-button").append(button);
  document.getElementById("unfold").hidden = false;
  const against = document.getElementById("against");
  if (against !== null) against.hidden = false; // the still page says it itself

  // Paper is the run itself, with all its replications: who moved something is told so there.
  const moved = document.getElementById("moved");
  const said = () => {
    const controls = new Map(boot.controls.map((control) => [control.key, control]));
    const parts = [];
    for (const [key, token] of new URLSearchParams(location.hash.slice(1))) {
      const second = key.startsWith("second.");
      const control = controls.get(second ? key.slice("second.".length) : key);
      if (control === undefined) continue;
      const position = control.positions.find((one) => one.token === token);
      const text = `${control.label} ${position === undefined ? token : position.label}`;
      parts.push(second ? `second supervisor: ${text}` : text);
    }
    return parts.join("; ");
  };
  const tell = () => {
    const text = said();
    moved.hidden = text === "";
    moved.textContent =
      text === ""
        ? ""
        : `On the screen these settings had been moved: ${text}. This print shows this run without them.`;
  };
  addEventListener("beforeprint", tell);
  addEventListener("afterprint", () => {
    moved.hidden = true;
  });
})();
