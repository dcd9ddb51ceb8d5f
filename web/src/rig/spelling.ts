/** Which ARKit channel a morph target's name means; the port of `voxface.rig.spelling`. */
import { ARKIT_CHANNELS } from "../face/channels";
import contract from "../generated/contract.json";

/** How sure a reading is, surest first: the name itself, behind a prefix, another word for it. */
export const SAME = 0;
export const PREFIXED = 1;
export const SYNONYM = 2;
export const LAST_RESORT = 3;

/** What a target's name means. */
export interface Reading {
  /** One channel, or the two that a target for both sides stands for. */
  readonly channels: readonly string[];
  readonly rank: number;
  /** `Left` or `Right` where the target is one half of a channel that has no sides, or empty. */
  readonly half: string;
}

const SPELLINGS = contract.spellings;

type Table = Readonly<Record<string, string>>;

const SIDES: Table = SPELLINGS.sides;
const SYNONYMS: Table = SPELLINGS.synonyms;
const LAST_RESORTS: Table = SPELLINGS.last_resort;
const EXACT: Table = SPELLINGS.exact;
const IDLE: ReadonlySet<string> = new Set(SPELLINGS.idle_words);
const COMBINATIONS: ReadonlySet<string> = new Set(SPELLINGS.combination_words);
const WORD_EDGE = /(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+/;
const NAMESPACE = /[.:|/\\]/;
const NAMESPACES = /[.:|/\\]/g;
const SEPARATOR = /[^A-Za-z0-9]+/;
const NUMBER = /^\d+$/;

const CHANNEL_OF = new Map(ARKIT_CHANNELS.map((channel) => [channel.toLowerCase(), channel]));
const LONG_KEYS = [
  ...new Set([...CHANNEL_OF.keys()].map((key) => withoutEnd(withoutEnd(key, "left"), "right"))),
].filter((key) => key !== "mouth" && key !== "jaw");

/**
 * What a name means; null if it is no ARKit channel.
 *
 * What stands before `.`, `:`, `|` or `/` is a namespace and is left out, unless nothing is a
 * channel but the whole (`jaw.open`). A side may stand anywhere as a word of its own. Words that
 * say nothing and numbers are left out, and so is any prefix set off by `_`, `-` or a space, unless
 * it is a channel itself: `jawOpen_mouthSmileLeft` corrects a combination and is neither.
 */
export function readName(name: string): Reading | null {
  const text = name.trim();
  return readText(withoutNamespace(text)) ?? readText(text.replace(NAMESPACES, "_"));
}

function readText(text: string): Reading | null {
  const exact = own(EXACT, letters(text));
  if (exact) return { channels: [exact], rank: SYNONYM, half: "" };
  const segments = text.split(SEPARATOR).filter((part) => part && !NUMBER.test(part));
  if (segments.some((part) => COMBINATIONS.has(part.toLowerCase()))) return null;
  for (let dropped = 0; dropped < segments.length; dropped += 1) {
    const before = segments.slice(0, dropped);
    const prefix = before.map(letters).join("");
    if (LONG_KEYS.some((key) => prefix.includes(key))) return null;
    const sides = before.filter((part) => own(SIDES, part.toLowerCase()));
    const reading = readWords(words([...sides, ...segments.slice(dropped)].join("_")));
    if (!reading) continue;
    const plain = !dropped || IDLE.has(prefix);
    return plain ? reading : { ...reading, rank: Math.max(reading.rank, PREFIXED) };
  }
  return null;
}

export function letters(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** The entry of a table, without what every object of JavaScript has. */
export function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function readWords(given: readonly string[]): Reading | null {
  let end = given.length;
  while (end && IDLE.has(given[end - 1])) end -= 1;
  const all = given.slice(0, end);
  for (let begin = 0; begin < all.length; begin += 1) {
    if (begin && !IDLE.has(all[begin - 1])) return null;
    const found = readSide(all.slice(begin));
    if (found) return found;
  }
  return null;
}

/** Reads words of which at most one is a side, or ends with one. */
function readSide(all: readonly string[]): Reading | null {
  const joined = all.join("");
  if (CHANNEL_OF.has(joined)) return lookUp(joined, "");
  for (let at = all.length - 1; at >= 0; at -= 1) {
    const side = own(SIDES, all[at]);
    if (side) return lookUp(all.filter((_, i) => i !== at).join(""), side);
  }
  for (const word of ["left", "right"]) {
    if (joined.endsWith(word)) return lookUp(withoutEnd(joined, word), SIDES[word]);
    if (joined.startsWith(word)) return lookUp(joined.slice(word.length), SIDES[word]);
  }
  return lookUp(joined, "");
}

function lookUp(word: string, side: string): Reading | null {
  const synonym = own(SYNONYMS, word);
  const last = own(LAST_RESORTS, word);
  const base = synonym ?? last ?? word;
  const rank = synonym ? SYNONYM : last ? LAST_RESORT : SAME;
  const whole = CHANNEL_OF.get(base + side.toLowerCase());
  if (whole) return { channels: [whole], rank, half: "" };
  const middle = CHANNEL_OF.get(base);
  if (side && middle) return { channels: [middle], rank, half: side };
  const [left, right] = [CHANNEL_OF.get(`${base}left`), CHANNEL_OF.get(`${base}right`)];
  if (!side && left && right && base !== "mouth" && base !== "jaw") {
    return { channels: [left, right], rank, half: "" };
  }
  return null;
}

/** The last part that is more than a side or a number: `mouthSmile.L` is one name. */
function withoutNamespace(name: string): string {
  let tail = "";
  for (const part of name.split(NAMESPACE).reverse()) {
    if (NUMBER.test(part)) continue;
    if (!own(SIDES, part.toLowerCase())) return part + tail;
    tail = `_${part}${tail}`;
  }
  return name;
}

function words(text: string): string[] {
  return text
    .split(WORD_EDGE)
    .map((word) => word.toLowerCase())
    .filter((word) => word && !NUMBER.test(word));
}

function withoutEnd(text: string, end: string): string {
  return text.endsWith(end) ? text.slice(0, -end.length) : text;
}
