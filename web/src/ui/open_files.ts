import { readSound, type Sound } from "../core";
import { readClip } from "../formats";
import { type FaceClip, VoxfaceError } from "../types";

/** Files sorted by what they can be. */
export interface Sorted {
  readonly head: File | null;
  readonly clip: File | null;
  readonly sound: File | null;
  /** Files that found no place beside the others. */
  readonly extra: readonly File[];
}

const HEADS = /\.(glb|gltf|vrm)$/i;
const CLIPS = /\.(csv|json|npz|vrma)$/i;

/** One head, one clip and one sound may come together; what is neither is taken for a sound. */
export function sortFiles(files: readonly File[]): Sorted {
  const extra: File[] = [];
  const one = (found: File[]) => {
    extra.push(...found.slice(1));
    return found[0] ?? null;
  };
  const head = one(files.filter(({ name }) => HEADS.test(name)));
  const clip = one(files.filter(({ name }) => CLIPS.test(name)));
  const sound = one(files.filter(({ name }) => !HEADS.test(name) && !CLIPS.test(name)));
  return { head, clip, sound, extra };
}

/** Whether a GLB file holds an animation, so that it is a clip as well as a head. */
export async function isAnimated(file: File): Promise<boolean> {
  try {
    const header = new DataView(await file.slice(0, 20).arrayBuffer());
    const document = await file.slice(20, 20 + header.getUint32(12, true)).text();
    return (JSON.parse(document).animations ?? []).length > 0;
  } catch {
    // Whatever it is, it is no animated GLB.
    return false;
  }
}

/** Read a face clip of any known format; throws VoxfaceError. */
export async function openClip(file: File): Promise<FaceClip> {
  if (!file.size) throw new VoxfaceError(`${file.name} is empty (0 bytes)`);
  return readClip(new Uint8Array(await file.arrayBuffer()), file.name);
}

/** Decode a recording; throws VoxfaceError. */
export async function openSound(file: File): Promise<Sound> {
  return readSound(file, file.name);
}

/** Fetch what an address names, as if it had been dropped. */
export async function fetchFile(address: string, called?: string): Promise<File> {
  const url = new URL(address, document.baseURI);
  const name = called ?? decodeURIComponent(url.pathname.split("/").pop() || "file");
  let answer: Response;
  try {
    answer = await fetch(url);
  } catch {
    throw new VoxfaceError(`${name} cannot be fetched; is the server still running?`);
  }
  if (!answer.ok) throw new VoxfaceError(`${name} cannot be fetched (${answer.status})`);
  return new File([await answer.blob()], name);
}

/** One plain line of any error. */
export function lineOf(error: unknown): string {
  if (error instanceof VoxfaceError) return sentence(error.message);
  console.error(error);
  const text = error instanceof Error ? error.message : String(error);
  return `Something went wrong that should not have: ${text}. Reload the page and try again.`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
