import { VoxfaceError } from "../types";
import type { Head } from "../view/head";
import type { HeadView } from "../view/head_view";
import { loadHead } from "../view/load_head";
import { Signal } from "./signal";

// Where the head is not built yet, the page still builds and says so.
const SHIPPED = import.meta.glob<string>("../../../src/voxface/rig/head.glb", {
  query: "?url",
  import: "default",
  eager: true,
});

const LARGEST_BYTES = 400e6;

/** Keeps the head that is shown, its file, and its twin for comparisons. */
export class HeadKeeper {
  /** The head in view, to report on. */
  readonly head = new Signal<Head | null>(null);
  #bytes: ArrayBuffer | null = null;
  #name = "";
  #isDefault = true;
  #twin: Promise<void> | null = null;

  constructor(readonly view: HeadView | null) {}

  get isDefault(): boolean {
    return this.#isDefault;
  }

  /** The file of the head, for formats that hold it. */
  get bytes(): Uint8Array | undefined {
    return this.#bytes ? new Uint8Array(this.#bytes) : undefined;
  }

  async loadDefault(): Promise<void> {
    const [url] = Object.values(SHIPPED);
    if (!url) throw new VoxfaceError("this page was built without its head; load one of your own");
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok) throw new VoxfaceError("the head cannot be fetched; reload the page");
    await this.#take(await answer.arrayBuffer(), "Default head", true);
  }

  async load(file: File): Promise<void> {
    if (file.size > LARGEST_BYTES) {
      throw new VoxfaceError(`${file.name} is larger than 400 MB; make its textures smaller`);
    }
    await this.#take(await file.arrayBuffer(), file.name, false);
  }

  /** Load the same file a second time, for the other clip of a comparison. */
  async wantTwin(): Promise<void> {
    if (!this.view || !this.#bytes || this.view.head("other")) return;
    const bytes = this.#bytes;
    this.#twin ??= loadHead(bytes.slice(0), this.#name, { isDefault: this.#isDefault })
      .then((twin) => {
        if (this.#bytes === bytes) this.view!.setHead("other", twin);
      })
      .finally(() => (this.#twin = null));
    await this.#twin;
  }

  dropTwin(): void {
    this.view?.setHead("other", null);
  }

  async #take(bytes: ArrayBuffer, name: string, isDefault: boolean): Promise<void> {
    const head = await loadHead(bytes.slice(0), name, { isDefault });
    const twinned = this.view?.head("other");
    this.#bytes = bytes;
    this.#name = name;
    this.#isDefault = isDefault;
    this.view?.setHead("main", head);
    if (twinned) {
      this.dropTwin();
      await this.wantTwin();
    }
    this.head.value = head;
  }
}
