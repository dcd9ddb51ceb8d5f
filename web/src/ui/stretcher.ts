// Slower speech at its own pitch: waveform-similarity overlap-add (Verhelst & Roelands 1993).

const WINDOW_SECONDS = 0.046;
const SEARCH_SECONDS = 0.01;
/** The match is searched on every so-manieth sample: pitch lies far below what that loses. */
const STRIDE = 4;

/** Gives a sound slower, piece by piece, from a place on. */
export class Stretcher {
  readonly #hop: number;
  readonly #search: number;
  readonly #window: Float32Array;
  readonly #tail: Float32Array;
  #ideal: number;
  #place: number;

  /** `rate` under 1 is slower; `from` and `to` in samples. */
  constructor(
    readonly samples: Float32Array,
    sampleRate: number,
    readonly rate: number,
    from: number,
    readonly to: number,
  ) {
    this.#hop = Math.round((WINDOW_SECONDS * sampleRate) / 2);
    this.#search = Math.round(SEARCH_SECONDS * sampleRate);
    const size = 2 * this.#hop;
    this.#window = Float32Array.from(
      { length: size },
      (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / size),
    );
    this.#tail = new Float32Array(this.#hop);
    this.#ideal = from;
    this.#place = from - this.#hop;
    // What sounds before `from` fades out under the first window, so that nothing clicks.
    for (let i = 0; i < this.#hop; i++) {
      this.#tail[i] = this.#at(from + i) * this.#window[this.#hop + i];
    }
  }

  /** Where in the sound the next piece lies, in samples. */
  get position(): number {
    return this.#ideal;
  }

  get ended(): boolean {
    return this.#ideal >= this.to;
  }

  /** The next piece, at least `count` samples unless the end comes first. */
  next(count: number): Float32Array<ArrayBuffer> {
    const pieces = Math.max(Math.ceil(count / this.#hop), 1);
    const result = new Float32Array(pieces * this.#hop);
    let filled = 0;
    for (let piece = 0; piece < pieces && !this.ended; piece++) {
      const place = this.#best();
      for (let i = 0; i < this.#hop; i++) {
        result[filled + i] = this.#tail[i] + this.#at(place + i) * this.#window[i];
        this.#tail[i] = this.#at(place + this.#hop + i) * this.#window[this.#hop + i];
      }
      filled += this.#hop;
      this.#place = place;
      this.#ideal += this.#hop * this.rate;
    }
    return result.slice(0, filled);
  }

  #at(index: number): number {
    return index >= 0 && index < this.samples.length ? this.samples[index] : 0;
  }

  /** The place near the ideal one that best goes on where the last piece ended. */
  #best(): number {
    const ideal = Math.round(this.#ideal);
    const goesOn = this.#place + this.#hop;
    let best = ideal;
    let highest = -Infinity;
    for (let shift = -this.#search; shift <= this.#search; shift += STRIDE) {
      let product = 0;
      let energy = 1e-6;
      for (let i = 0; i < this.#hop; i += STRIDE) {
        const value = this.#at(ideal + shift + i);
        product += value * this.#at(goesOn + i);
        energy += value * value;
      }
      const likeness = product / Math.sqrt(energy);
      if (likeness > highest) {
        highest = likeness;
        best = ideal + shift;
      }
    }
    return best;
  }
}
