// The microphone as blocks of mono sound.

import { VoxfaceError } from "../types";
import type { Microphone, MicrophoneOptions } from "./api";
import type { MicrophoneBlock } from "./microphone_worklet";
import workletUrl from "./microphone_worklet.ts?worker&url";

/** Ask for the microphone and hear it; throws a `VoxfaceError` a person can act on. */
export async function openMicrophone(options: MicrophoneOptions): Promise<Microphone> {
  const { deviceId, processing = false } = options;
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new VoxfaceError("a browser opens the microphone only on https pages or on localhost");
  }
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        echoCancellation: processing,
        noiseSuppression: processing,
        autoGainControl: processing,
        ...(deviceId && { deviceId: { exact: deviceId } }),
      },
    });
  } catch (error) {
    throw new VoxfaceError(refusal(error));
  }
  try {
    return await listen(stream, options);
  } catch (error) {
    for (const track of stream.getTracks()) track.stop();
    throw new VoxfaceError(`the microphone cannot be heard: ${(error as Error).message}`);
  }
}

async function listen(stream: MediaStream, options: MicrophoneOptions): Promise<Microphone> {
  const track = stream.getAudioTracks()[0]!;
  const context = new AudioContext({ latencyHint: "interactive" });
  await context.audioWorklet.addModule(new URL(workletUrl, document.baseURI).href);
  const source = context.createMediaStreamSource(stream);
  // A node is only run if it leads to the speakers; nothing is written to its output.
  const gatherer = new AudioWorkletNode(context, "voxface-microphone", { numberOfOutputs: 1 });
  source.connect(gatherer).connect(context.destination);

  let stopped = false;
  let transit = 0;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    gatherer.port.onmessage = null;
    track.onended = null;
    source.disconnect();
    gatherer.disconnect();
    for (const each of stream.getTracks()) each.stop();
    await context.close();
  };
  gatherer.port.onmessage = ({ data }: MessageEvent<MicrophoneBlock>) => {
    if (stopped) return;
    transit += 0.05 * (Math.max(0, context.currentTime - data.end) - transit);
    options.onBlock(data.pcm);
  };
  track.onended = () => {
    void stop();
    options.onEnded?.("the microphone was unplugged or taken away");
  };
  await context.resume();
  return {
    sampleRate: context.sampleRate,
    label: track.label,
    get latency() {
      // What the device says of itself, the block's own length, and the way to this thread.
      const device = (track.getSettings() as { latency?: number }).latency ?? 0;
      return device + 1 / 100 + transit;
    },
    stop,
  };
}

function refusal(error: unknown): string {
  switch ((error as DOMException).name) {
    case "NotAllowedError":
    case "SecurityError":
      return "the microphone is not allowed; allow it in the browser's address bar and try again";
    case "NotFoundError":
    case "OverconstrainedError":
      return "there is no microphone; connect one and try again";
    case "NotReadableError":
    case "AbortError":
      return "the microphone is in use by another program or broken; close that and try again";
  }
  return `the microphone cannot be opened: ${(error as Error).message}`;
}
