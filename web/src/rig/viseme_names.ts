/** Finding a set of visemes or vowels among names; the port of `voxface.rig.viseme_names`. */
import contract from "../generated/contract.json";

const SPELLINGS = contract.spellings;
const SMALLEST_SET = 5;
const BARE_SET = 10;
const SEPARATOR = /[._:|/ -]/;

const VISEMES = Object.entries(SPELLINGS.viseme_names) as [string, string[]][];
const VISEME_OF = new Map(
  VISEMES.flatMap(([viseme, spellings]) => spellings.map((each) => [each, viseme] as const)),
);

/** A viseme or vowel, and the name that shows it. */
export type Shown = ReadonlyMap<string, string>;

/**
 * The name of every viseme that is there: `viseme_aa`, `vrc.v_aa`, `V_aa` …
 *
 * Without a prefix, names count only where most of the fifteen are there; any set must have the
 * open mouth (`aa`) and five visemes in all, or it is none.
 */
export function findVisemes(names: readonly string[]): Shown {
  const prefixed = new Map<string, string>();
  const bare = new Map<string, string>();
  const prefixes = SPELLINGS.viseme_prefixes.map((each) => each.replaceAll(".", "\\.")).join("|");
  const behind = new RegExp(`(?:^|.*[._:|/ -])(?:${prefixes})[._ -]?([a-z]+)$`);
  for (const name of names) {
    const lower = name.toLowerCase();
    const viseme = VISEME_OF.get(behind.exec(lower)?.[1] ?? "");
    if (viseme && !prefixed.has(viseme)) prefixed.set(viseme, name);
    const plain = VISEME_OF.get(lower.split(SEPARATOR).pop() ?? "");
    if (plain && !bare.has(plain)) bare.set(plain, name);
  }
  for (const [found, least] of [[prefixed, SMALLEST_SET], [bare, BARE_SET]] as const) {
    if (found.has("aa") && found.size >= least) {
      const there = VISEMES.map(([viseme]) => viseme).filter((viseme) => found.has(viseme));
      return new Map(there.map((viseme) => [viseme, found.get(viseme)!]));
    }
  }
  return new Map();
}

/** The names of VRM's five mouth shapes, such as `aa`, `A` or `Fcl_MTH_A`; none unless all are. */
export function findVowels(names: readonly string[]): Shown {
  const vowels = Object.entries(SPELLINGS.vowel_names) as [string, string[]][];
  const found = new Map<string, string>();
  for (const [vowel, spellings] of vowels) {
    const name = names.find((each) => {
      const letters = each.toLowerCase().replace(/[^a-z]/g, "");
      return spellings.some((word) => letters === word || letters === `fcl${word}`);
    });
    if (name !== undefined) found.set(vowel, name);
  }
  return found.size === vowels.length ? found : new Map();
}
