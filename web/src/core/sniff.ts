// What a compressed file is, and its sample rate: a browser decodes to the rate of the context it
// is given, and sound that is converted twice is not the same sound.

export interface Kind {
  /** What to call it. */
  readonly name: string;
  /** Samples per second; undefined where the file's head does not say. */
  readonly rate?: number;
}

const MPEG_RATES = [44100, 48000, 32000];
const AAC_RATES = [
  96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000,
];
/** Bytes in which a container's head is looked for. */
const HEAD = 1 << 16;

/** Recognise a file by its first bytes; undefined if it is none of these. */
export function sniff(bytes: Uint8Array): Kind | undefined {
  const text = (at: number, length: number): string =>
    String.fromCharCode(...bytes.subarray(at, at + length));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (text(0, 4) === "fLaC" && bytes.length > 21) {
    return { name: "FLAC", rate: view.getUint32(18) >>> 12 };
  }
  if (text(0, 4) === "RIFF" && text(8, 8) === "WAVEfmt " && bytes.length > 28) {
    return { name: "WAV", rate: view.getUint32(24, true) };
  }
  if (text(0, 4) === "OggS") return { name: "Ogg", ...oggRate(bytes, view) };
  if (text(4, 4) === "ftyp") return { name: "MP4", ...mp4Rate(bytes, view) };
  if (view.byteLength > 4 && view.getUint32(0) === 0x1a45dfa3) return { name: "WebM" };
  if (text(0, 4) === "FORM") return { name: "AIFF" };
  return mpeg(bytes, text(0, 3) === "ID3");
}

function oggRate(bytes: Uint8Array, view: DataView): { rate?: number } {
  const vorbis = find(bytes, "\x01vorbis", HEAD);
  if (vorbis >= 0 && vorbis + 16 <= bytes.length) {
    return { rate: view.getUint32(vorbis + 12, true) };
  }
  return find(bytes, "OpusHead", HEAD) >= 0 ? { rate: 48000 } : {};
}

function mp4Rate(bytes: Uint8Array, view: DataView): { rate?: number } {
  const entry = find(bytes, "mp4a", bytes.length);
  const rate = entry >= 0 && entry + 32 <= bytes.length ? view.getUint16(entry + 28) : 0;
  return rate >= 8000 ? { rate } : {};
}

/** MPEG sound begins with a frame, after a tag of any length and zeros. */
function mpeg(bytes: Uint8Array, tagged: boolean): Kind | undefined {
  const length = (at: number): number =>
    [0, 1, 2, 3].reduce((sum, i) => sum * 128 + (bytes[at + i]! & 127), 0);
  let at = tagged && bytes.length > 10 ? 10 + length(6) : 0;
  while (bytes[at] === 0) at++;
  const [sync, second, third] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!];
  const version = (second >> 3) & 3;
  const layer = (second >> 1) & 3;
  if (sync === 0xff && second >> 5 === 7) {
    if (layer === 0) return { name: "AAC", ...known(AAC_RATES[(third >> 2) & 15]) };
    // Version 2 halves the rates of version 1, version 2.5 halves them again.
    const rate = MPEG_RATES[(third >> 2) & 3];
    const share = version === 3 ? 1 : version === 2 ? 2 : 4;
    if (version !== 1 && rate) return { name: "MP3", rate: rate / share };
  }
  return tagged ? { name: "MP3" } : undefined;
}

function known(rate: number | undefined): { rate?: number } {
  return rate ? { rate } : {};
}

function find(bytes: Uint8Array, text: string, limit: number): number {
  const wanted = Array.from(text, (letter) => letter.charCodeAt(0));
  const end = Math.min(limit, bytes.length) - wanted.length;
  for (let at = bytes.indexOf(wanted[0]!); at >= 0 && at <= end; ) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
    at = bytes.indexOf(wanted[0]!, at + 1);
  }
  return -1;
}
