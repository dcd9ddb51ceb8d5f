/** Nothing has to have moved for so long. */
const MILLISECONDS = 300;

/** Calls back, once, when nothing has moved for a while. */
export class Stillness {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly reached: () => void) {}

  /** Something moved: begin anew. */
  moved(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.reached, MILLISECONDS);
  }
}
