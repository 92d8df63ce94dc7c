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
      this.touched = false; // the reader has set something, so that results are spoken
      this.answer = null; // on show, with its cell and level
      this.unsure = new Map(); // typed values without an answer yet, by key: what stood before
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
      // what the settings go back to: a saved report may be of a run that departs from its file
      this.base = host.departed ? "this run" : "the file as written";
      this.headline = view.makeHeadline({ boot, terms, offered, change, reset, base: this.base });
      this.controls = view.makeControls({ boot, terms, offered, change, reset });
      this.luck = view.makeLuck({ fixed: offered !== null, terms,
        change: (seed) => this.seed(seed), refused: () => this.render() });
      this.panels = view.makePanels({ terms });
      this.share = view.makeShare({ host, query: () => this.query() });
      this.second = view.makeSecond({
        boot, terms, offered: host.offeredSecond ?? offered, note: host.twinNote ?? null,
        asWritten: host.firstAsWritten ?? false,
        change: (control, token, how) => this.changeSecond(control, token, how),
        reset: () => {
          for (const key of boot.second) this.second.find(key)?.refuse(null);
          this.typedSecond = null;
          this.set({ ...this.now, second: {}, attempt: null });
        },
        choose: (attempt) => this.set({ ...this.now, attempt }),
      });
      this.status = el("p", { class: "lv-status", role: "status" });
      this.tell = view.throttled(SPOKEN, (text) => view.say(this.status, text));
      this.spoken = el("p", { class: "lv-hidden", "aria-live": "polite" });
      this.speak = view.throttled(SPOKEN, (text) => view.say(this.spoken, text));
      this.alert = el("div", { class: "lv-alert", role: "alert", hidden: true });
      view.fill(this.shell, ...view.frame(this));
      this.second.element.hidden = host.twin === null; // a saved report may hold no second supervisor
      // JupyterLab takes the arrow keys for itself where it hears of them
      this.keys = (event) => event.stopPropagation();
      this.root.addEventListener("keydown", this.keys);
    }

    query() {
      return states.query(this.now, this.boot);
    }

    // A setting of the first supervisor's world.
    change(control, token, { typed }) {
      const before = this.unsure.get(control.key)?.before ?? states.token(this.now, control);
      this.unsure.delete(control.key);
      if (typed) this.unsure.set(control.key, { control, before });
      this.find(control.key)?.refuse(null);
      this.set({ ...states.changed(this.now, control, token), attempt: null });
    }

    find(key) {
      return this.headline.find(key) ?? this.controls.find(key);
    }

    changeSecond(control, token, { typed }) {
      this.typedSecond = typed ? { control, before: this.now.second } : null;
      this.second.find(control.key)?.refuse(null);
      const second = { ...this.effectiveSecond() };
      const own = states.token(this.first(), control);
      delete second[control.key];
      // the same as the first, said outright where nothing else is set: empty means the usual one
      if (token === null && Object.keys(second).length === 0) second[control.key] = own;
      else if (token !== null) second[control.key] = token;
      this.set({ ...this.now, second, attempt: null });
    }

    // The first supervisor of two, as the answers have it: a saved report holds the run as written alone.
    first() {
      return this.host.firstAsWritten ? states.fresh(this.boot) : states.inForce(this.now, this.boot);
    }

    effectiveSecond() {
      return Object.keys(this.now.second).length > 0 ? this.now.second : this.usualSecond;
    }

    seed(seed) {
      this.set({ ...this.now, seed, attempt: null });
    }

    reset() {
      this.unsure.clear();
      for (const control of this.boot.controls) this.find(control.key)?.refuse(null);
      this.luck.forget();
      this.set({ ...states.fresh(this.boot), scenario: this.now.scenario });
    }

    set(now) {
      // what B alone has is told beside B
      if (now.settings !== this.now.settings || now.seed !== this.now.seed) this.touched = true;
      this.now = now;
      this.write();
      this.render();
      this.want();
    }

    // The address changed: back, forward, or another link pasted.
    restore() {
      const now = states.parse(this.host.read(), this.boot);
      if (now.scenario !== this.boot.scenario.key) return this.host.reboot(now.scenario);
      this.touched = true;
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

    // Asked once the first supervisor's settings have been answered: what is wrong with them is told
    // beside them alone.
    wantTwin() {
      if (this.answer?.cell !== this.cell || this.host.twin === null) return;
      const query = this.query();
      if (query !== this.twinQuery) {
        this.twinQuery = query;
        this.twin.want(query);
      }
    }

    answered(answer, { cell, level, current }) {
      const first = current && this.answer?.cell !== cell;
      this.answer = { answer, cell, level };
      if (current) {
        this.alert.hidden = true;
        this.unsure.clear();
        this.spell(answer);
      }
      if (first) this.askTwin();
      const { seed, replications } = answer.request;
      const last = level === this.host.levels.length - 1;
      const times = `Simulated ${replications} ${replications === 1 ? "time" : "times"}`;
      if (current) this.tell(last ? `${times} with seed ${seed} (the luck drawn).` : `${times} so far; refining…`);
      this.busy(!current);
      this.render();
    }

    // Typed values are shown as the answer spells them.
    spell({ labels }) {
      for (const [key, token] of Object.entries(this.now.settings)) {
        const control = this.boot.controls.find((one) => one.key === key);
        const known = labels?.[key] !== undefined && !states.usual(control, token);
        if (known && states.unmet(this.now, this.boot, control) === null) view.spell(control, token, labels[key]);
      }
    }

    // Whether what is shown is older than what is set. Not aria-busy: a reader of the screen might
    // then keep silent about the status line.
    busy(is) {
      this.root.dataset.busy = String(is);
    }

    news({ phase, seconds, error }) {
      if (phase === "asking") {
        this.busy(true);
        this.tell((this.answer === null && this.boot.at_first) || "Simulating…");
      } else if (phase === "busy") {
        this.tell(`leeway is busy. Trying again in ${seconds} s; nothing is lost.`);
      } else if (phase === "away") {
        this.tell(`No answer from leeway. Is it still running? (Start it with: leeway explore.) Trying again in ${seconds} s.`);
      } else if (phase === "refused") this.refused(error);
    }

    // A typed value that is refused is taken back and told beside its field; a link is told above.
    refused(error) {
      this.busy(false);
      const words = view.errorWords(error, this.boot);
      if (this.unsure.size > 0) return this.takeBack(error, words.join(" "));
      this.askTwin.cancel();
      this.second.hide();
      this.second.news("");
      this.tell("This setting can't be shown. What is wrong, and what to do, stands above the figures.");
      view.fill(this.alert, ...words.map((text) => el("p", {}, text)),
        this.answer === null ? null : el("p", {}, "The numbers and figures on this page are still those of the setting before."),
        el("p", { class: "lv-buttons" },
          el("button", { type: "button", class: "lv-button", onclick: () => this.again() }, "Try again"),
          el("button", { type: "button", class: "lv-button", onclick: () => this.reset() }, `Back to ${this.base}`)));
      this.alert.hidden = false;
      return undefined;
    }

    // Of typed values without an answer those that are named as wrong, else the last one.
    takeBack(error, words) {
      const unsure = [...this.unsure.values()];
      const named = unsure.filter(({ control }) => view.isAbout(error, control));
      const wrong = named.length > 0 ? named : unsure.slice(-1);
      let now = this.now;
      for (const { control, before } of wrong) {
        this.unsure.delete(control.key);
        now = states.changed(now, control, before);
        this.find(control.key)?.refuse(words);
      }
      this.set(now);
    }

    twinAnswered(answer, { current }) {
      if (!current) return;
      this.typedSecond = null;
      if (Object.keys(this.now.second).length === 0) this.usualSecond = answer.request.second;
      this.second.show(this.finest(answer));
      this.renderSecond();
      this.second.settle();
    }

    // Where only the attempt is another, the numbers simulated more often stay.
    finest(answer) {
      const about = states.query({ ...this.now, attempt: null }, this.boot);
      const kept = this.keptTwin;
      if (kept?.about === about && kept.answer.request.replications > answer.request.replications) {
        return { ...kept.answer, shown: answer.shown };
      }
      this.keptTwin = { about, answer };
      return answer;
    }

    twinNews({ phase, seconds, error }) {
      if (phase === "asking") this.second.news("Following both supervisors…");
      if (phase === "busy" || phase === "away") this.second.news(`Trying again in ${seconds} s.`);
      if (phase !== "refused") return;
      const words = view.errorWords(error, this.boot).join(" ");
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
      this.second.update(this.first(), this.effectiveSecond(), Object.keys(this.now.second).length > 0);
    }

    // Everything that follows from the state and the answer on show; nothing is asked here.
    render() {
      const { now, boot, host, answer: held } = this;
      this.announce();
      this.controls.update(now);
      this.luck.update(now.seed);
      this.renderSecond();
      const wrong = this.headline.wrong() || this.controls.wrong() || this.luck.wrong();
      this.resetAll.disabled = !wrong && !states.departs(now, boot);
      if (held === null) {
        this.headline.update(now, { point: null, pair: null, noCurve: null });
        return this.share.update(null);
      }
      const { answer, cell, level } = held;
      this.results.hidden = false;
      const point = view.pointOf(answer, now, boot);
      if (point === null) { // its answer is still to come: what was on show stays
        return this.headline.update(now, { point: this.shownPoint ?? null, pair: null, noCurve: null });
      }
      this.shownPoint = point;
      this.headline.update(now, {
        point,
        pair: this.pair(answer, point),
        noCurve: cell === this.cell && answer.axis === null ? answer.no_curve : null,
      });
      const own = host.departed ? "as in this run" : view.ownWords(answer, boot);
      this.panels.update({ answer, token: point.token, point, own });
      view.fill(this.verdict, ...view.inShort(answer, point));
      this.share.update(point.command, answer.repeat);
      return undefined;
    }

    // A screen reader hears each result once it is settled. While another is awaited the old one isn't
    // left standing: whoever reads on would take it for the present setting's.
    announce() {
      const { now, boot, host, answer: held } = this;
      const settled = this.touched && held !== null && held.level === host.levels.length - 1
        && held.cell === states.cell(now, boot);
      const point = settled ? view.pointOf(held.answer, now, boot) : null;
      const text = point === null ? "" : point.says.now.join(" ");
      if (this.spoken.textContent !== text) view.say(this.spoken, "");
      this.speak(text);
    }

    // The point on show and the file's own with the same seed and as many replications, which alone
    // compare; null until there is one. coarse: whether the file is simulated more often as well.
    pair(answer, here) {
      const { seed, replications } = answer.request;
      const fileCell = states.fileCell({ ...this.now, seed }, this.boot);
      const files = this.host.levels.map((_, level) => this.main.at(fileCell, level)).filter((one) => one !== null);
      const file = files.find((one) => one.request.seed === seed && one.request.replications === replications);
      const written = file?.points.find((one) => one.as_written);
      if (written === undefined) return null;
      const coarse = files.some((one) => one.request.replications > replications);
      return { here, written, replications, coarse };
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
