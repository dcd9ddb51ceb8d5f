// Runs in the sound thread: gathers the microphone's blocks into 10 ms of mono sound.

declare const sampleRate: number;
declare const currentTime: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

/** What is posted: mono sound, and the context's time at its last sample. */
export interface MicrophoneBlock {
  readonly pcm: Float32Array;
  readonly end: number;
}

class Gatherer extends AudioWorkletProcessor {
  private block = new Float32Array(Math.round(sampleRate / 100));
  private filled = 0;

  process([channels]: Float32Array[][]): boolean {
    const count = channels?.length ?? 0;
    if (!channels || !count) return true;
    for (let index = 0; index < channels[0]!.length; index++) {
      let sum = 0;
      for (const channel of channels) sum += channel[index]!;
      this.block[this.filled++] = sum / count;
      if (this.filled < this.block.length) continue;
      const message: MicrophoneBlock = {
        pcm: this.block,
        end: currentTime + (index + 1) / sampleRate,
      };
      this.port.postMessage(message, [this.block.buffer]);
      this.block = new Float32Array(Math.round(sampleRate / 100));
      this.filled = 0;
    }
    return true;
  }
}

registerProcessor("voxface-microphone", Gatherer);
