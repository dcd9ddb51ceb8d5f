// The tables that Python owns, typed. Mirrors `scripts/web_contract`, which writes them.

import contract from "../generated/contract.json";

export { ARKIT_CHANNELS } from "../face/channels";
/** Channels of each region; the region `HEAD` is the head's pose and has none. */
export const REGIONS: Readonly<Record<string, readonly string[]>> = contract.regions;
export const HEAD: string = contract.headRegion;
/** Everything that speech itself moves: what the silence gate acts on. */
export const SPEECH_CHANNELS: readonly string[] = contract.speechChannels;

/** Samples per second of all sound that the model hears. */
export const SAMPLE_RATE: number = contract.sound.sampleRate;
/** Samples from one frame of the model to the next. */
export const HOP: number = contract.sound.hop;
/** Frames of the model per second. */
export const FRAME_RATE: number = contract.sound.frameRate;

export const MODEL = contract.model;
export const GATE = contract.gate;
export const SOUND = contract.sound;
export const LIFE = contract.life;
export const CONTROL_RANGES = contract.controls;
