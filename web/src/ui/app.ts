import { type Moment, sampleClip } from "../view/sample";
import type { HeadView } from "../view/head_view";
import type { Actions } from "./actions";
import { banner } from "./banner";
import { Curves } from "./curves";
import { h } from "./dom";
import { dropTargets, filePicker } from "./drop";
import { HeadKeeper } from "./head_keeper";
import { helpDialog } from "./help";
import { Idle } from "./idle";
import { listenToKeys } from "./keys";
import { Listener } from "./listener";
import { fetchFile } from "./open_files";
import { comparePanel } from "./panel_compare";
import { controlsPanel } from "./panel_controls";
import { exportPanel } from "./panel_export";
import { headPanel } from "./panel_head";
import { Player } from "./player";
import { Session } from "./session";
import { watchAll } from "./signal";
import { Stage } from "./stage";
import { State, type Take } from "./state";
import { tabs } from "./tabs";
import { startTheme, switchTheme } from "./theme";
import { Timeline } from "./timeline";
import { topBar } from "./top_bar";
import { Transport } from "./transport";

const EXAMPLE = Object.values(
  import.meta.glob<string>("../../../examples/speech.flac", {
    query: "?url",
    import: "default",
    eager: true,
  }),
)[0];

/** Puts the parts of the page together and keeps them in step with the sound. */
export class App {
  readonly state = new State();
  readonly player = new Player();
  readonly stage = new Stage(this.state);
  readonly view: HeadView | null = this.stage.view;
  readonly heads = new HeadKeeper(this.view);
  readonly session = new Session(this.state, this.player, this.heads);
  readonly listener = new Listener(this.state, this.session, this.view);
  readonly transport = new Transport(this.state, this.player, this.listener.live);
  readonly timeline = new Timeline(this.state, this.player, this.listener.live);
  readonly curves = new Curves(this.state, this.player, this.listener.live);
  /** Whether the head is there (or cannot be). */
  started = false;
  /** The moment of the take for which the head was last posed. */
  shownTime = 0;
  #moments: { main?: Moment; other?: Moment } = {};
  #asked = 0;

  constructor(root: HTMLElement) {
    startTheme(this.state.dark);
    const help = helpDialog();
    const files = filePicker({ openFiles: (...given) => this.session.openFiles(...given) });
    const actions: Actions = {
      pick: (place) => files.pick(place),
      openFiles: (given, place) => this.session.openFiles(given, place),
      openExample: () => this.session.openAddress(EXAMPLE, "main", "speech.flac"),
      toggleMicrophone: () => this.listener.toggle(),
      useDefaultHead: () => this.session.attempt(() => this.heads.loadDefault()),
      compareWithModel: () => this.session.compareWithModel(),
      endComparison: () => (this.state.other.value = null),
      switchTheme: () => switchTheme(this.state.dark),
      help: () => help.showModal(),
    };
    this.stage.furnish(actions);
    const panels = tabs("Controls and export", [
      { title: "Controls", panel: controlsPanel(this.state) },
      { title: "Head", panel: headPanel(this.heads, actions) },
      { title: "Compare", panel: comparePanel(this.state, actions) },
      { title: "Export", panel: exportPanel(this.state, this.session, this.heads) },
    ]);
    const deck = h(
      "section",
      { class: "deck", "aria-label": "Playback and curves" },
      this.transport.element,
      h("div", { class: "tracks" }, this.timeline.element, this.curves.element),
    );
    root.append(
      h(
        "div",
        { class: "app" },
        topBar(this.state, actions),
        this.stage.element,
        deck,
        panels.element,
      ),
      banner(this.state),
      dropTargets(this.state, actions),
      files.element,
      help,
    );
    watchAll([this.state.take, this.state.listening], () => {
      deck.hidden = !this.state.take.value && !this.state.listening.value;
    });
    listenToKeys(this.state, this.player, actions, this.view);
    this.#watch();
  }

  /** Load the head, then what the address asks for: `?open=`, `?compare=`, `?rig=`. */
  async start(): Promise<void> {
    const asked = new URLSearchParams(location.search);
    const rig = asked.get("rig");
    await this.session.attempt(() => this.heads.loadDefault());
    if (rig) await this.session.openAddress(rig, "head");
    this.started = true;
    this.show();
    void this.#wake();
    const open = asked.get("open");
    if (!open) return;
    await this.session.attempt(async () => {
      const given = await Promise.all(asked.getAll("open").map((one) => fetchFile(one)));
      void this.session.openFiles(given, "main").then(async () => {
        const compare = asked.get("compare");
        if (compare) await this.session.openAddress(compare, "other");
      });
    });
  }

  /** Pose the heads and draw the strips for the moment that is heard now. */
  show(): void {
    const { take, other } = this.state;
    if (take.value) {
      this.shownTime = this.player.time;
      this.#pose("main", take.value);
      if (other.value) this.#pose("other", other.value);
    }
    this.transport.draw();
    this.timeline.draw();
    this.curves.draw();
  }

  /** Load the engine beforehand, unless data is to be saved, and let the head live. */
  async #wake(): Promise<void> {
    const { saveData } = (navigator as { connection?: { saveData?: boolean } }).connection ?? {};
    if (saveData) return;
    try {
      const engine = await this.session.engine();
      if (this.view) new Idle(this.state, this.view).start(engine);
    } catch {
      // Whoever opens a recording will be told.
    }
  }

  #pose(slot: "main" | "other", take: Take): void {
    const moment = sampleClip(take.clip, this.shownTime, this.#moments[slot]);
    this.#moments[slot] = moment;
    this.view?.pose(slot, moment, take.clip.channels);
  }

  #watch(): void {
    const { state, player, view } = this;
    const soon = () => this.#soon();
    watchAll([state.take, state.other, this.heads.head, player.moved, player.region], soon);
    watchAll([player.looping, player.playing, state.listening, state.dark], soon);
    watchAll([state.other, this.heads.head], () => {
      if (!state.other.value) {
        this.heads.dropTwin();
        state.layout.value = "single";
      } else {
        void this.session.background(() => this.heads.wantTwin().then(soon));
      }
    });
    state.layout.watch((layout) => view?.setLayout(layout));
    state.take.watch((take) => {
      document.title = take ? `${take.name} · voxface` : "voxface";
      if (!take) state.other.value = null;
    });
  }

  /** One picture, and another after it while something moves. */
  #soon(): void {
    if (this.#asked) return;
    this.#asked = requestAnimationFrame(() => {
      this.#asked = 0;
      this.player.tick();
      this.show();
      if (this.player.playing.value || this.state.listening.value) this.#soon();
    });
  }
}
