// The engine of the page: everything other folders may use.
//
//   const engine = await Engine.load();
//   const sound = await readSound(file);               // Blob or File; throws VoxfaceError
//   const { clip, raw } = await engine.animate(sound, { fps: 60, controls: {} });
//   const again = engine.shape(raw, { smoothing: 80 }, 30);
//
//   const stream = engine.stream({ fps: 60, sampleRate: 48000 });
//   const microphone = await openMicrophone({ onBlock: async (b) => show(await stream.push(b)) });

export type * from "./api";
export { Engine } from "./engine";
export { readSound } from "./sound";
export { openMicrophone } from "./microphone";
export { checkedControls } from "./controls";
export { EXPRESSION_NAMES, expressionPose } from "./expression_poses";
export { frameRateText, parseFrameRate } from "../face/frame_rate";
