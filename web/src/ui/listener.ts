import type { FaceStream, Microphone } from "../core";
import { openMicrophone } from "../core";
import { frameCount } from "../types";
import type { HeadView } from "../view/head_view";
import { Live } from "./live";
import { lineOf } from "./open_files";
import type { Session } from "./session";
import type { State } from "./state";

const LONGEST_SECONDS = 600;

/** The microphone: the head speaks along, and what was said becomes a take. */
export class Listener {
  readonly live = new Live();
  #microphone: Microphone | null = null;
  #stream: FaceStream | null = null;
  #blocks: Float32Array[] = [];
  #samples = 0;
  #begun = false;

  constructor(
    readonly state: State,
    readonly session: Session,
    readonly view: HeadView | null,
  ) {
    state.controls.watch((controls) => this.#stream?.setControls(controls));
  }

  async toggle(): Promise<void> {
    if (this.state.listening.value) await this.stop();
    else if (!this.#begun) await this.start();
  }

  async start(): Promise<void> {
    const { state, session } = this;
    this.#begun = true;
    session.player.pause();
    await session.attempt(async () => {
      state.work.value = { text: "Opening the microphone", share: null };
      const waiting: Float32Array[] = [];
      let take = (pcm: Float32Array) => void waiting.push(pcm);
      const microphone = await openMicrophone({
        onBlock: (pcm) => take(pcm),
        onEnded: (message) => void this.#lost(message),
      });
      try {
        const engine = await session.engine();
        this.#stream = engine.stream({
          fps: 60,
          sampleRate: microphone.sampleRate,
          controls: state.controls.value,
        });
      } catch (error) {
        await microphone.stop();
        throw error;
      }
      this.#microphone = microphone;
      this.#blocks = [];
      this.#samples = 0;
      this.live.clear();
      take = (pcm) => void this.#hear(pcm);
      for (const pcm of waiting) take(pcm);
      state.take.value = null;
      state.other.value = null;
      state.layout.value = "single";
      session.player.load(null, 0);
      state.lag.value = microphone.latency + this.#stream.latency;
      state.listening.value = true;
    });
    this.#begun = false;
  }

  async stop(): Promise<void> {
    const [microphone, stream] = [this.#microphone, this.#stream];
    if (!microphone || !stream) return;
    this.#microphone = null;
    this.#stream = null;
    this.state.listening.value = false;
    await this.session.attempt(async () => {
      await microphone.stop();
      await stream.flush();
      const raw = stream.raw();
      stream.close();
      const clip = this.session.shaped(raw);
      if (!clip || !this.#samples) return;
      const name = `Microphone ${new Date().toTimeString().slice(0, 8).replaceAll(":", ".")}`;
      const { sampleRate } = microphone;
      const samples = joined(this.#blocks, this.#samples);
      const seconds = samples.length / sampleRate;
      const sound = { name, samples, sampleRate, seconds, notices: [] };
      this.session.show({ name, clip, sound, raw });
    });
    this.#blocks = [];
  }

  async #hear(pcm: Float32Array): Promise<void> {
    const [stream, microphone] = [this.#stream, this.#microphone];
    if (!stream || !microphone) return;
    this.#blocks.push(pcm.slice());
    this.#samples += pcm.length;
    this.live.hear(pcm, microphone.sampleRate);
    try {
      const frames = await stream.push(pcm);
      if (!frameCount(frames) || this.#stream !== stream) return;
      const last = this.live.see(frames);
      this.view?.pose("main", last, frames.channels);
    } catch (error) {
      if (this.#stream !== stream) return;
      await this.#lost(lineOf(error));
    }
    if (this.#samples / microphone.sampleRate > LONGEST_SECONDS) {
      await this.#lost("Ten minutes are heard: the microphone was switched off.");
    }
  }

  async #lost(message: string): Promise<void> {
    await this.stop();
    this.state.message.value = { kind: "notice", text: message };
  }
}

function joined(blocks: readonly Float32Array[], samples: number): Float32Array {
  const whole = new Float32Array(samples);
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}
