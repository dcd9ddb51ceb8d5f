// What the page and its worker say to each other.

import type { ModelDescription } from "./api";
import type { ModelFrames } from "./stages";

/** To the worker. `call` numbers the question, `sound` the recording or stream it is about. */
export type Request =
  | { readonly call: number; readonly kind: "load"; readonly modelUrl: string }
  | {
      readonly call: number;
      readonly kind: "push";
      readonly sound: number;
      readonly sampleRate: number;
      readonly pcm: Float32Array;
      readonly last: boolean;
    }
  | { readonly call: number; readonly kind: "close"; readonly sound: number };

/** What each kind of question is answered with. */
export interface Answers {
  readonly load: ModelDescription;
  readonly push: ModelFrames;
  readonly close: null;
}

/** From the worker: the answer to one call, or why there is none. */
export type Reply =
  | { readonly call: number; readonly answer: Answers[keyof Answers] }
  | { readonly call: number; readonly error: string; readonly personal: boolean };
