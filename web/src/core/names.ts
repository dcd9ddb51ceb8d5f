// The error for an unknown name, with the nearest known one. Mirrors `voxface.errors`.

import { VoxfaceError } from "../types";

/** Build the error; `kind` says what the name stands for, such as "channel". */
export function unknownName(kind: string, name: string, known: readonly string[]): VoxfaceError {
  const near = [...known].sort((a, b) => distance(name, a) - distance(name, b))[0];
  const close = near !== undefined && distance(name, near) <= Math.max(2, name.length / 2);
  const shown = known.slice(0, 12).join(", ") + (known.length > 12 ? ", …" : "");
  const hint = close ? `did you mean '${near}'?` : `known: ${shown}`;
  return new VoxfaceError(`unknown ${kind} '${name}'; ${hint}`);
}

/** Letters to add, drop or change from one name to the other, case aside (Levenshtein). */
function distance(first: string, second: string): number {
  const [a, b] = [first.toLowerCase(), second.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
