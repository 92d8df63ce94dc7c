// Puts the parts together: mount(root, host) -> {state(), destroy()}.
(() => {
  "use strict";
  const view = (globalThis.leewayView ??= {});
  const { el, state: states } = view;

  const TWIN_REST = 350; // milliseconds without a change before the second world is asked for
  const WRITTEN = 250; // milliseconds between changes of the address
  const SPOKEN = 1000; // milliseconds between changes of what a screen reader hears

  view.mount = (root, host) => new App(root, host).handle;

  class App {
    constructor(root, host) {
      this.host = host;
      this.boot = host.boot;
      this.now = states.parse(host.read(), this.boot);
      this.moved = false; // the leeway, so that its numbers are spoken
      this.answer = null; // on show, with its cell and level
      this.typed = null; // the last typed value, to take back if it is refused
      this.typedSecond = null;
      this.usualSecond = {};
      this.handle = {
        state: () => structuredClone(this.now),
        flush: () => this.write.flush(), // the address as it should be, at once
        destroy: () => this.destroy(),
      };
      this.root = root;
      root.classList.add("leeway-view");
      root.dataset.host = host.kind;
      this.build();
      this.write = view.throttled(WRITTEN, () => host.write(this.query()));
      this.askTwin = view.rested(TWIN_REST, () => this.wantTwin());
      this.main = view.asking({ ask: host.ask, levels: host.levels, pause: host.pause, told: {
        answer: (answer, how) => this.answered(answer, how),
        news: (news) => this.news(news) } });
      this.twin = view.asking({ ask: host.twin, levels: host.twinLevels ?? host.levels.slice(-1), told: {
        answer: (answer, how) => this.twinAnswered(answer, how),
        news: (news) => this.twinNews(news) } });
      this.stopWatching = host.watch?.(() => this.restore()) ?? (() => {});
      this.leave = () => this.write.flush();
      window.addEventListener("pagehide", this.leave);
      this.render();
      this.want();
    }

    build() {
      const { boot, host } = this;
      const offered = host.offered ?? null;
      const alone = host.kind === "report" && this.root.closest("main") === null;
      this.shell = el(alone ? "main" : "div", { class: "lv-shell" });
      view.fill(this.root, this.shell);
      const terms = (this.terms = view.makeTerms(this.root, boot.glossary));
      const change = (control, token, how) => this.change(control, token, how);
      const reset = (control) => this.change(control, states.own(this.now, control), { typed: false });
      this.headline = view.makeHeadline({ boot, terms, offered, change, reset });
      this.controls = view.makeControls({ boot, terms, offered, change, reset });
      this.luck = view.makeLuck({ fixed: offered !== null, terms, change: (seed) => this.seed(seed) });
      this.panels = view.makePanels({ terms });
      this.share = view.makeShare({ host, query: () => this.query() });
      this.second = view.makeSecond({
        boot, terms, offered: host.offeredSecond ?? offered, note: host.twinNote ?? null,
        change: (control, token, how) => this.changeSecond(control, token, how),
        reset: () => this.set({ ...this.now, second: {}, attempt: null }),
        choose: (attempt) => this.set({ ...this.now, attempt }),
      });
      this.status = el("p", { class: "lv-status", role: "status" });
      this.tell = view.throttled(SPOKEN, (text) => view.say(this.status, text));
      this.spoken = el("p", { class: "lv-hidden", "aria-live": "polite" });
      this.speak = view.throttled(SPOKEN, (text) => view.say(this.spoken, text));
      this.alert = el("div", { class: "lv-alert", role: "alert", hidden: true });
      view.fill(this.shell, ...view.frame(this));
      // JupyterLab takes the arrow keys for itself where it hears of them
      this.keys = (event) => event.stopPropagation();
      this.root.addEventListener("keydown", this.keys);
    }

    query() {
      return states.query(this.now, this.boot);
    }

    // A setting of the first supervisor's world.
    change(control, token, { typed }) {
      this.typed = typed ? { control, before: states.token(this.now, control) } : null;
      this.find(control.key)?.refuse(null);
      if (control.leeway) this.moved = true; // what the curve says there is spoken
      this.set({ ...states.changed(this.now, control, token), attempt: null });
    }

    find(key) {
      return this.headline.find(key) ?? this.controls.find(key);
    }

    changeSecond(control, token, { typed }) {
      this.typedSecond = typed ? { control, before: this.now.second } : null;
      this.second.find(control.key)?.refuse(null);
      const second = { ...this.effectiveSecond() };
      const own = states.token(this.now, control);
      delete second[control.key];
      // the same as the first, said outright where nothing else is set: empty means the usual one
      if (token === null && Object.keys(second).length === 0) second[control.key] = own;
      else if (token !== null) second[control.key] = token;
      this.set({ ...this.now, second, attempt: null });
    }

    effectiveSecond() {
      return Object.keys(this.now.second).length > 0 ? this.now.second : this.usualSecond;
    }

    seed(seed) {
      this.set({ ...this.now, seed, attempt: null });
    }

    reset() {
      this.typed = null;
      for (const control of this.boot.controls) this.find(control.key)?.refuse(null);
      this.set({ ...states.fresh(this.boot), scenario: this.now.scenario });
    }

    set(now) {
      this.now = now;
      this.write();
      this.render();
      this.want();
    }

    // The address changed: back, forward, or another link pasted.
    restore() {
      const now = states.parse(this.host.read(), this.boot);
      if (now.scenario !== this.boot.scenario.key) return this.host.reboot(now.scenario);
      this.now = now;
      this.render();
      return this.want();
    }

    want() {
      const cell = states.cell(this.now, this.boot);
      if (cell !== this.cell) {
        this.cell = cell;
        this.main.want(cell, states.fileCell(this.now, this.boot));
      }
      this.askTwin();
    }

    again() {
      this.alert.hidden = true;
      this.main.again();
    }

    wantTwin() {
      const query = this.query();
      if (query !== this.twinQuery) {
        this.twinQuery = query;
        this.twin.want(query);
      }
    }

    answered(answer, { cell, level, current }) {
      this.answer = { answer, cell, level };
      if (current) {
        this.alert.hidden = true;
        if (this.typed !== null) this.typed = null;
      }
      const { seed, replications } = answer.request;
      const last = level === this.host.levels.length - 1;
      const times = `Simulated ${replications} ${replications === 1 ? "time" : "times"}`;
      if (current) this.tell(last ? `${times}, exact for seed ${seed}.` : `${times}; refining…`);
      this.busy(!current);
      this.render();
    }

    // Whether what is shown is older than what is set. Not aria-busy: a reader of the screen might
    // then keep silent about the status line.
    busy(is) {
      this.root.dataset.busy = String(is);
    }

    news({ phase, seconds, error }) {
      if (phase === "asking") {
        this.busy(true);
        this.tell("Simulating…");
      } else if (phase === "busy") {
        this.tell(`leeway is busy with others' questions. Trying again in ${seconds} s; nothing is lost.`);
      } else if (phase === "away") {
        this.tell(`No answer from leeway. Is it still running? (Start it with: leeway explore.) Trying again in ${seconds} s.`);
      } else if (phase === "refused") this.refused(error);
    }

    // A typed value that is refused is taken back and told beside its field; a link is told above.
    refused(error) {
      const { typed } = this;
      this.typed = null;
      this.busy(false);
      const words = view.errorWords(error);
      if (typed !== null) {
        this.find(typed.control.key)?.refuse(words.join(" "));
        return this.set(states.changed(this.now, typed.control, typed.before));
      }
      this.askTwin.cancel();
      this.second.hide();
      this.second.news("");
      this.tell("This setting can't be shown. What is wrong, and what to do, stands above the figures.");
      view.fill(this.alert, ...words.map((text) => el("p", {}, text)),
        this.answer === null ? null : el("p", {}, "The numbers and figures on this page are still those of the setting before."),
        el("p", { class: "lv-buttons" },
          el("button", { type: "button", class: "lv-button", onclick: () => this.again() }, "Try again"),
          el("button", { type: "button", class: "lv-button", onclick: () => this.reset() }, "Back to the file as written")));
      this.alert.hidden = false;
      return undefined;
    }

    twinAnswered(answer, { current }) {
      if (!current) return;
      this.typedSecond = null;
      if (Object.keys(this.now.second).length === 0) this.usualSecond = answer.request.second;
      this.second.show(answer);
      this.renderSecond();
      this.second.settle();
    }

    twinNews({ phase, seconds, error }) {
      if (phase === "asking") this.second.news("Following both supervisors…");
      if (phase === "busy" || phase === "away") this.second.news(`Trying again in ${seconds} s.`);
      if (phase !== "refused") return;
      const words = view.errorWords(error).join(" ");
      const { typedSecond } = this;
      this.typedSecond = null;
      if (typedSecond !== null) {
        this.second.find(typedSecond.control.key)?.refuse(words);
        this.second.news("");
        return void this.set({ ...this.now, second: typedSecond.before });
      }
      this.second.hide();
      this.second.news(words);
    }

    renderSecond() {
      this.second.update(this.now, this.effectiveSecond());
    }

    // Everything that follows from the state and the answer on show; nothing is asked here.
    render() {
      const { now, boot, answer: held } = this;
      this.controls.update(now);
      this.luck.update(now.seed);
      this.renderSecond();
      this.resetAll.disabled = !states.departs(now, boot);
      if (held === null) {
        this.headline.update(now, { point: null, pair: null, noCurve: null });
        return this.share.update(null);
      }
      const { answer, cell, level } = held;
      this.results.hidden = false;
      const point = view.pointOf(answer, now, boot);
      this.headline.update(now, {
        point,
        pair: this.pair(cell, level),
        noCurve: cell === this.cell && answer.axis === null ? answer.no_curve : null,
      });
      this.panels.update({ answer, token: point.token, point });
      view.fill(this.verdict, ...view.inShort(answer, point));
      this.share.update(point.command ?? answer.command);
      if (this.moved) this.speak(point.says.now.join(" "));
      this.moved = false;
      return undefined;
    }

    // The present point and the file's own, as often simulated: the same luck, so that they compare.
    pair(cell, finest) {
      const fileCell = states.fileCell(this.now, this.boot);
      for (let level = finest; level >= 0; level -= 1) {
        const [here, file] = [this.main.at(cell, level), this.main.at(fileCell, level)];
        const written = file?.points.find((one) => one.as_written);
        if (here === null || written === undefined) continue;
        if (here.request.replications === file.request.replications) {
          return { here: view.pointOf(here, this.now, this.boot), written };
        }
      }
      return null;
    }

    destroy() {
      this.main.stop();
      this.twin.stop();
      this.write.flush();
      for (const late of [this.askTwin, this.tell, this.speak]) late.cancel();
      this.stopWatching();
      this.terms.destroy();
      this.panels.destroy();
      this.second.destroy();
      this.stopFollowing();
      window.removeEventListener("pagehide", this.leave);
      this.root.removeEventListener("keydown", this.keys);
      this.root.replaceChildren();
    }
  }
})();
