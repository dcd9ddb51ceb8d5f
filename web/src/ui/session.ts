import { Engine, type RawFrames, type Sound } from "../core";
import { movesMesh } from "../rig/mesh_motion";
import { type FaceClip, VoxfaceError } from "../types";
import type { Place } from "./actions";
import type { HeadKeeper } from "./head_keeper";
import { fetchFile, isAnimated, lineOf, openClip, openSound, sortFiles } from "./open_files";
import type { Player } from "./player";
import { watchAll } from "./signal";
import { type State, type Take, takeSeconds } from "./state";

/** Turns files into takes, and takes into new ones when a control moves. */
export class Session {
  #engine: Promise<Engine> | null = null;
  #loaded: Engine | null = null;
  #abort: AbortController | null = null;
  #asked = 0;

  constructor(
    readonly state: State,
    readonly player: Player,
    readonly heads: HeadKeeper,
  ) {
    watchAll([state.controls, state.fps], () => this.#reshapeSoon());
  }

  /** The engine, loaded on the first wish. */
  async engine(): Promise<Engine> {
    this.#engine ??= Engine.load();
    try {
      this.#loaded = await this.#engine;
      return this.#loaded;
    } catch (error) {
      // The next try starts anew: the network may be back.
      this.#engine = null;
      throw error;
    }
  }

  async openFiles(files: readonly File[], place: Place): Promise<void> {
    const sorted = sortFiles(files);
    await this.attempt(async (signal) => {
      const { head, sound } = sorted;
      const { work } = this.state;
      if (head || place === "head") work.value = { text: "Opening the head", share: null };
      const moving = place !== "head" && !sorted.clip && head && (await isAnimated(head));
      const clip = moving ? head : sorted.clip;
      // Beside another clip, an animated head lends its motion alone.
      const worn = place === "head" ? (head ?? files[0]) : head;
      const notices: string[] = [];
      if (worn && !(moving && place === "other")) {
        await this.heads.load(worn);
        const trouble = this.heads.head.value?.misplaced;
        if (trouble) notices.push(`${worn.name}: ${trouble}`);
      }
      this.#notice(notices);
      if (place === "head" || (!clip && !sound)) return;
      const take = await this.#read(clip, sound, signal);
      signal.throwIfAborted();
      if (place === "other" && movesMesh(take.clip)) {
        throw new VoxfaceError(
          `${take.name} is a moving mesh, which only its own file's head shows; ` +
            "open it alone, or make a film of both",
        );
      }
      if (!worn && this.heads.head.value?.connection.kind === "mesh") {
        // A mesh moves as its own file says, and by nothing else.
        await this.heads.loadDefault();
      }
      if (place === "other") this.compare(take);
      else this.show(take);
      notices.push(...(take.sound?.notices ?? []));
      if (sorted.extra.length) notices.push(`Left aside: ${names(sorted.extra)}`);
      this.#notice(notices);
    });
  }

  #notice(lines: readonly string[]): void {
    if (lines.length) this.state.message.value = { kind: "notice", text: lines.join(". ") };
  }

  async openAddress(address: string, place: Place, name?: string): Promise<void> {
    let file: File | null = null;
    await this.attempt(async () => {
      file = await fetchFile(address, name);
    });
    if (file) await this.openFiles([file], place);
  }

  /** Play a take from its start. */
  show(take: Take): void {
    this.player.load(take.sound, takeSeconds(take));
    this.state.take.value = take;
  }

  /** Show a second take beside the one that plays. */
  compare(take: Take): void {
    if (!this.state.take.value) return this.show(take);
    this.state.other.value = take;
    if (this.state.layout.value === "single") this.state.layout.value = "side";
  }

  /** Let the model hear the sound of the take, and show that beside it. */
  async compareWithModel(): Promise<void> {
    const sound = this.state.take.value?.sound;
    if (!sound) return;
    await this.attempt(async (signal) => {
      const { clip, raw } = await this.#animate(sound, signal);
      this.compare({ name: "model", clip, raw, sound });
    });
  }

  /** Shape what the model said by the controls of now. */
  shaped(raw: RawFrames): FaceClip | null {
    const { controls, fps } = this.state;
    return this.#loaded?.shape(raw, controls.value, fps.value) ?? null;
  }

  /** Do something that may fail: one at a time, with its trouble told in a line. */
  async attempt(act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.state.message.value = null;
    try {
      await act(abort.signal);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.state.message.value = { kind: "error", text: lineOf(error) };
    } finally {
      if (this.#abort === abort) this.state.work.value = null;
    }
  }

  /** Do something beside what a person waits for. */
  async background(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.state.message.value = { kind: "error", text: lineOf(error) };
    }
  }

  async #read(clip: File | null, sound: File | null, signal: AbortSignal): Promise<Take> {
    const { work } = this.state;
    if (clip) {
      work.value = { text: "Reading", share: null };
      const heard = sound ? await openSound(sound) : null;
      return { name: clip.name, clip: await openClip(clip), sound: heard, raw: null };
    }
    work.value = { text: "Decoding", share: null };
    const heard = await openSound(sound!);
    return { name: heard.name, sound: heard, ...(await this.#animate(heard, signal)) };
  }

  async #animate(sound: Sound, signal: AbortSignal): Promise<{ clip: FaceClip; raw: RawFrames }> {
    const { work, controls, fps } = this.state;
    if (!this.#loaded) work.value = { text: "Loading the model", share: null };
    const engine = await this.engine();
    signal.throwIfAborted();
    work.value = { text: "Listening", share: 0 };
    return engine.animate(sound, {
      signal,
      controls: controls.value,
      fps: fps.value,
      onProgress: (share) => {
        if (!signal.aborted) work.value = { text: "Listening", share };
      },
    });
  }

  /** At most once a picture, however fast a slider moves. */
  #reshapeSoon(): void {
    if (this.#asked) return;
    this.#asked = requestAnimationFrame(() => {
      this.#asked = 0;
      const take = this.state.take.value;
      if (!take?.raw) return;
      try {
        const clip = this.shaped(take.raw);
        if (clip) this.state.take.value = { ...take, clip };
      } catch (error) {
        this.state.message.value = { kind: "error", text: lineOf(error) };
      }
    });
  }
}

function names(files: readonly File[]): string {
  return files.map(({ name }) => name).join(", ");
}
