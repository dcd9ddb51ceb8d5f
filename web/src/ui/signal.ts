/** A value that tells who listens when it changes. */
export class Signal<T> {
  #value: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  /** Call now and on every change. Returns what ends it. */
  watch(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#value);
    return () => this.#listeners.delete(listener);
  }
}

/** Watch several signals at once. */
export function watchAll(
  signals: readonly { watch(listener: () => void): unknown }[],
  act: () => void,
): void {
  let ready = false;
  for (const signal of signals) {
    signal.watch(() => {
      if (ready) act();
    });
  }
  ready = true;
  act();
}
