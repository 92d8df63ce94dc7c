// The host inside a notebook: answers come from the Python beside it, through the widget's model.
(() => {
  "use strict";
  const view = globalThis.leewayView;

  let last = 0;

  // Questions under way by number; an answer settles the question of its number.
  const exchange = (model) => {
    const waiting = new Map();
    const heard = ({ id, ok, result, error }) => {
      const question = waiting.get(id);
      if (question === undefined) return;
      waiting.delete(id);
      if (ok) question.resolve(result);
      else question.reject(Object.assign(new Error(error.message), { status: 500, problems: [], ...error }));
    };
    model.on("msg:custom", heard);
    const ask = (kind) => (query, { signal }) =>
      new Promise((resolve, reject) => {
        const id = (last += 1);
        waiting.set(id, { resolve, reject });
        signal.addEventListener("abort", () => {
          waiting.delete(id);
          model.send({ kind: "cancel", id });
          reject(new DOMException("no longer wanted", "AbortError"));
        });
        model.send({ kind, id, query });
      });
    return { answer: ask("answer"), twin: ask("twin"), stop: () => model.off("msg:custom", heard) };
  };

  view.renderInNotebook = ({ model, el }) => {
    const questions = exchange(model);
    const boot = model.get("boot");
    const root = document.createElement("div");
    el.append(root);
    const mounted = view.mount(root, {
      kind: "notebook",
      boot,
      levels: boot.levels,
      twinLevels: boot.levels.slice(1),
      offered: null,
      scenarios: false,
      upload: null,
      ask: questions.answer,
      twin: questions.twin,
      read: () => model.get("query") ?? "",
      write: (query) => {
        if (model.get("query") === query) return;
        model.set("query", query);
        model.save_changes();
      },
      links: () => [],
      reboot: () => {},
      watch: (changed) => {
        model.on("change:query", changed);
        return () => model.off("change:query", changed);
      },
    });
    return () => {
      mounted.destroy();
      questions.stop();
    };
  };
})();
