import { frameCount, framesPerSecond, type FaceClip } from "../types";

/** One moment of a clip. */
export interface Moment {
  /** Weights of the clip's channels, in its order. */
  readonly weights: Float32Array;
  /** x, y, z in centimetres, unit quaternion w, x, y, z. */
  readonly head: Float32Array;
}

const REST = [0, 0, 0, 1, 0, 0, 0];

/** Room for a moment of clips with so many channels, to be written over again and again. */
export function emptyMoment(channels: number): Moment {
  return { weights: new Float32Array(channels), head: new Float32Array(REST) };
}

/**
 * The clip at a time on the sound's clock: linear on weights, slerp on rotation.
 * Before the first frame and after the last one, that frame stands.
 */
export function sampleClip(clip: FaceClip, seconds: number, into?: Moment): Moment {
  const width = clip.channels.length;
  const moment = into?.weights.length === width ? into : emptyMoment(width);
  const last = frameCount(clip) - 1;
  if (last < 0) {
    moment.weights.fill(0);
    moment.head.set(REST);
    return moment;
  }
  const position = (seconds - clip.start) * framesPerSecond(clip.fps);
  const bounded = Math.min(Math.max(position, 0), last);
  const before = Math.min(Math.floor(bounded), Math.max(last - 1, 0));
  const after = Math.min(before + 1, last);
  const share = after === before ? 0 : bounded - before;
  for (let column = 0; column < width; column++) {
    const from = clip.weights[before * width + column];
    moment.weights[column] = from + (clip.weights[after * width + column] - from) * share;
  }
  blendHead(clip.head, before * 7, after * 7, share, moment.head);
  return moment;
}

function blendHead(head: Float32Array, a: number, b: number, share: number, out: Float32Array) {
  for (let axis = 0; axis < 3; axis++) {
    out[axis] = head[a + axis] + (head[b + axis] - head[a + axis]) * share;
  }
  let dot = 0;
  for (let part = 3; part < 7; part++) dot += head[a + part] * head[b + part];
  // The two quaternions of one rotation: take the nearer, so that the head goes the short way.
  const sign = dot < 0 ? -1 : 1;
  const angle = Math.acos(Math.min(dot * sign, 1));
  const sine = Math.sin(angle);
  const near = sine < 1e-6;
  const first = near ? 1 - share : Math.sin((1 - share) * angle) / sine;
  const second = (near ? share : Math.sin(share * angle) / sine) * sign;
  let length = 0;
  for (let part = 3; part < 7; part++) {
    out[part] = first * head[a + part] + second * head[b + part];
    length += out[part] * out[part];
  }
  length = Math.sqrt(length) || 1;
  for (let part = 3; part < 7; part++) out[part] /= length;
}
