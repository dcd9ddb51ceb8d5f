// The page's end of the worker: questions out, answers back as promises.

import { VoxfaceError } from "../types";
import type { ModelDescription } from "./api";
import type { Answers, Reply, Request } from "./protocol";
import type { ModelFrames } from "./stages";

type Question = Request extends infer Kind
  ? Kind extends Request ? Omit<Kind, "call"> : never
  : never;

interface Waiting {
  resolve(answer: never): void;
  reject(error: Error): void;
}

/** A recording or stream as the worker hears it. */
export interface Ear {
  /** Give sound, get the model's frames; `last` ends it. */
  push(pcm: Float32Array, last?: boolean): Promise<ModelFrames>;
  close(): void;
}

export class WorkerModel {
  private readonly worker = new Worker(new URL("./worker.ts", import.meta.url), {
    type: "module",
    name: "voxface model",
  });
  private readonly waiting = new Map<number, Waiting>();
  private calls = 0;
  private sounds = 0;

  constructor() {
    this.worker.onmessage = ({ data }: MessageEvent<Reply>) => this.settle(data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.fail(new VoxfaceError("the model's worker could not start or broke; reload the page"));
    };
  }

  load(modelUrl: string): Promise<ModelDescription> {
    return this.ask<"load">({ kind: "load", modelUrl });
  }

  /** Begin a sound of its own memory. */
  listen(sampleRate: number): Ear {
    const sound = ++this.sounds;
    let over = false;
    return {
      push: async (pcm, last = false) => {
        if (over) throw new DOMException("the sound is over", "InvalidStateError");
        over = last;
        return this.ask<"push">({ kind: "push", sound, sampleRate, pcm, last }, [pcm.buffer]);
      },
      close: () => {
        if (!over) this.ask<"close">({ kind: "close", sound }).catch(() => undefined);
        over = true;
      },
    };
  }

  dispose(): void {
    this.worker.terminate();
    this.fail(new DOMException("the engine was ended", "AbortError"));
  }

  private ask<Kind extends keyof Answers>(
    question: Question,
    transfer: Transferable[] = [],
  ): Promise<Answers[Kind]> {
    const call = ++this.calls;
    return new Promise((resolve, reject) => {
      this.waiting.set(call, { resolve, reject });
      this.worker.postMessage({ call, ...question }, transfer);
    });
  }

  private settle(reply: Reply): void {
    const waiting = this.waiting.get(reply.call);
    this.waiting.delete(reply.call);
    if ("answer" in reply) waiting?.resolve(reply.answer as never);
    else waiting?.reject(reply.personal ? new VoxfaceError(reply.error) : new Error(reply.error));
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
