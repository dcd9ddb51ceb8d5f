import { Stretcher } from "./stretcher";
import type { Region } from "./state";

/** Something that sounds (or is silent) and knows where in the take it is. */
export interface Voice {
  /** Seconds of the take at a moment of the voice's clock. */
  positionAt(clock: number): number;
  stop(): void;
}

/** Seconds from the order to the first sample. */
const LEAD = 0.02;

function wrapped(position: number, loop: Region | null): number {
  if (!loop || position < loop.to) return position;
  return loop.from + ((position - loop.from) % (loop.to - loop.from));
}

/** No sound: time passes all the same. */
export class SilentVoice implements Voice {
  readonly #began = performance.now() / 1000;

  constructor(
    readonly from: number,
    readonly rate: number,
    readonly loop: Region | null,
  ) {}

  positionAt(): number {
    const passed = performance.now() / 1000 - this.#began;
    return wrapped(this.from + passed * this.rate, this.loop);
  }

  stop(): void {}
}

/** The sound as it is. */
export class PlainVoice implements Voice {
  readonly #source: AudioBufferSourceNode;
  readonly #at: number;

  constructor(
    context: AudioContext,
    buffer: AudioBuffer,
    output: AudioNode,
    readonly from: number,
    readonly loop: Region | null,
  ) {
    this.#source = new AudioBufferSourceNode(context, { buffer });
    if (loop) {
      this.#source.loop = true;
      this.#source.loopStart = loop.from;
      this.#source.loopEnd = loop.to;
    }
    this.#source.connect(output);
    this.#at = context.currentTime + LEAD;
    this.#source.start(this.#at, from);
  }

  positionAt(clock: number): number {
    return wrapped(this.from + Math.max(clock - this.#at, 0), this.loop);
  }

  stop(): void {
    this.#source.stop();
    this.#source.disconnect();
  }
}

/** A quarter of a second at a time is made ready, so far ahead. */
const PIECE = 0.25;
const AHEAD = 1.0;
/** Timers of a page in the background come once a second at best. */
const AHEAD_HIDDEN = 3.0;

/** The sound slower, at its own pitch. */
export class SlowVoice implements Voice {
  readonly #anchors: { at: number; position: number; end: number }[] = [];
  readonly #sources = new Set<AudioBufferSourceNode>();
  readonly #timer: number;
  #stretcher: Stretcher;
  #next: number;

  constructor(
    readonly context: AudioContext,
    readonly buffer: AudioBuffer,
    readonly output: AudioNode,
    from: number,
    readonly rate: number,
    readonly loop: Region | null,
  ) {
    this.#next = context.currentTime + LEAD;
    this.#stretcher = this.#from(from);
    this.#schedule();
    this.#timer = window.setInterval(() => this.#schedule(), 100);
  }

  positionAt(clock: number): number {
    const first = this.#anchors[0];
    let anchor = first;
    for (const later of this.#anchors) if (later.at <= clock) anchor = later;
    return Math.min(anchor.position + Math.max(clock - anchor.at, 0) * this.rate, anchor.end);
  }

  stop(): void {
    window.clearInterval(this.#timer);
    for (const source of this.#sources) source.stop();
    this.#sources.clear();
  }

  #from(seconds: number): Stretcher {
    const { sampleRate, length } = this.buffer;
    const to = this.loop ? Math.round(this.loop.to * sampleRate) : length;
    return new Stretcher(
      this.buffer.getChannelData(0),
      sampleRate,
      this.rate,
      Math.round(seconds * sampleRate),
      to,
    );
  }

  #schedule(): void {
    const { context } = this;
    const { sampleRate } = this.buffer;
    const until = context.currentTime + (document.hidden ? AHEAD_HIDDEN : AHEAD);
    while (this.#next < until) {
      if (this.#stretcher.ended) {
        if (!this.loop) return;
        this.#stretcher = this.#from(this.loop.from);
      }
      const position = this.#stretcher.position / sampleRate;
      const samples = this.#stretcher.next(PIECE * sampleRate);
      const piece = new AudioBuffer({ length: samples.length, sampleRate });
      piece.copyToChannel(samples, 0);
      const source = new AudioBufferSourceNode(context, { buffer: piece });
      source.connect(this.output);
      source.onended = () => this.#sources.delete(source);
      source.start(this.#next);
      this.#sources.add(source);
      const end = this.#stretcher.position / sampleRate;
      this.#anchors.push({ at: this.#next, position, end });
      if (this.#anchors.length > 400) this.#anchors.splice(0, 200);
      this.#next += piece.duration;
    }
  }
}
