/** Hands the formats out to tests in Python: files come and go as base64. */
import { readClip, writeClip } from "../../../src/formats";

async function write(clip: string, name: string, rig: string): Promise<string> {
  const bytes = await writeClip(await readClip(fromBase64(clip), "clip.npz"), name, {
    rig: fromBase64(rig),
  });
  let text = "";
  // A call takes no more than some ten thousand arguments.
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (mark) => mark.charCodeAt(0));
}

Object.assign(window, { write });
