import type { Sound } from "../core";
import { Signal } from "./signal";
import type { Region } from "./state";
import { PlainVoice, SilentVoice, SlowVoice, type Voice } from "./voices";

/** Seconds; what is marked shorter is a slip of the hand. */
const SHORTEST_LOOP = 0.03;

/** Plays a sound (or silence of some length) and says which moment is heard now. */
export class Player {
  readonly playing = new Signal(false);
  readonly rate = new Signal(1);
  readonly looping = new Signal(false);
  /** What is looped; null for all. */
  readonly region = new Signal<Region | null>(null);
  /** Grows whenever the position was set by hand. */
  readonly moved = new Signal(0);

  #context: AudioContext | null = null;
  #buffer: AudioBuffer | null = null;
  #voice: Voice | null = null;
  #position = 0;
  #seconds = 0;

  get seconds(): number {
    return this.#seconds;
  }

  /** The audio clock's owner; made on the first wish to hear, as browsers ask for. */
  get context(): AudioContext {
    this.#context ??= new AudioContext({ latencyHint: "interactive" });
    return this.#context;
  }

  load(sound: Sound | null, seconds: number): void {
    this.pause();
    this.#seconds = seconds;
    this.#buffer = null;
    if (sound?.samples.length) {
      const { samples, sampleRate } = sound;
      this.#buffer = new AudioBuffer({ length: samples.length, sampleRate });
      this.#buffer.copyToChannel(samples as Float32Array<ArrayBuffer>, 0);
    }
    this.region.value = null;
    this.seek(0);
  }

  /** The moment that is heard now, in seconds of the take. */
  get time(): number {
    if (!this.#voice) return this.#position;
    return Math.min(Math.max(this.#voice.positionAt(this.#heard()), 0), this.#seconds);
  }

  async play(): Promise<void> {
    if (this.playing.value || !this.#seconds) return;
    if (this.#buffer) await this.context.resume();
    if (this.playing.value) return;
    const loop = this.#loop();
    if (this.#position >= this.#seconds - 0.01) this.#position = 0;
    if (loop && (this.#position < loop.from || this.#position >= loop.to)) {
      this.#position = loop.from;
    }
    this.#start(loop);
    this.playing.value = true;
  }

  pause(): void {
    if (!this.playing.value) return;
    this.#position = this.time;
    this.#voice?.stop();
    this.#voice = null;
    this.playing.value = false;
  }

  async toggle(): Promise<void> {
    if (this.playing.value) this.pause();
    else await this.play();
  }

  seek(seconds: number): void {
    this.#position = Math.min(Math.max(seconds, 0), this.#seconds);
    if (this.playing.value) this.#restart();
    this.moved.value += 1;
  }

  setRate(rate: number): void {
    this.#change(() => (this.rate.value = rate));
  }

  setLooping(looping: boolean): void {
    this.#change(() => (this.looping.value = looping));
  }

  setRegion(region: Region | null): void {
    const long = region !== null && region.to - region.from > SHORTEST_LOOP;
    this.#change(() => (this.region.value = long ? region : null));
  }

  /** To be called for every picture: ends what has come to its end. */
  tick(): void {
    if (this.playing.value && !this.#loop() && this.time >= this.#seconds - 1e-3) {
      this.pause();
      this.#position = this.#seconds;
      this.moved.value += 1;
    }
  }

  #change(act: () => void): void {
    this.#position = this.time;
    act();
    if (this.playing.value) this.#restart();
  }

  #restart(): void {
    this.#voice?.stop();
    this.#start(this.#loop());
  }

  #loop(): Region | null {
    if (!this.looping.value) return null;
    return this.region.value ?? { from: 0, to: this.#seconds };
  }

  #start(loop: Region | null): void {
    const rate = this.rate.value;
    if (!this.#buffer) {
      this.#voice = new SilentVoice(this.#position, rate, loop);
      return;
    }
    const { context } = this;
    const output = context.destination;
    this.#voice =
      rate === 1
        ? new PlainVoice(context, this.#buffer, output, this.#position, loop)
        : new SlowVoice(context, this.#buffer, output, this.#position, rate, loop);
  }

  /** The moment of the audio clock that leaves the loudspeaker now. */
  #heard(): number {
    const context = this.#context;
    if (!context) return 0;
    const { contextTime, performanceTime } = context.getOutputTimestamp?.() ?? {};
    if (contextTime && performanceTime) {
      // Smooth between the clock's coarse steps; never ahead of what was handed over.
      const now = contextTime + (performance.now() - performanceTime) / 1000;
      return Math.min(now, context.currentTime);
    }
    return context.currentTime - (context.outputLatency || context.baseLatency || 0);
  }
}
