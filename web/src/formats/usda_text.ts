/** Values and blocks as the text of OpenUSD has them. */

/** Lines of text, indented by their depth when they are joined. */
export type Block = (string | Block)[];

/** A float32 in the fewest digits that read back as it. */
export function floatText(value: number): string {
  for (const digits of [7, 8]) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short + 0);
  }
  return String(Number(value.toPrecision(9)));
}

/** `[1, 2.5]` */
export function floatsText(values: Float32Array): string {
  return `[${Array.from(values, floatText).join(", ")}]`;
}

/** `[(1, 2, 3), (4, 5, 6)]` of tuples of `width` floats. */
export function tuplesText(values: Float32Array, width: number): string {
  const tuples = new Array<string>(values.length / width);
  for (let row = 0; row < tuples.length; row += 1) {
    tuples[row] = tupleText(values.subarray(row * width, (row + 1) * width));
  }
  return `[${tuples.join(", ")}]`;
}

export function tupleText(values: ArrayLike<number>): string {
  return `(${Array.from(values, floatText).join(", ")})`;
}

export function integersText(values: ArrayLike<number>): string {
  return `[${Array.from(values).join(", ")}]`;
}

export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&").replace(/[\u0000-\u001f]/g, " ")}"`;
}

export function tokensText(names: readonly string[]): string {
  return `[${names.map(quoted).join(", ")}]`;
}

/** An attribute with one value a frame. */
export function samplesText(attribute: string, samples: readonly [number, string][]): Block {
  const rows = samples.map(([code, value]) => `${code}: ${value},`);
  return [`${attribute}.timeSamples = {`, rows, "}"];
}

/** An attribute and what is said of it. */
export function noted(attribute: string, notes: readonly string[]): Block {
  return [`${attribute} (`, [...notes], ")"];
}

/** A prim: its notes in round brackets, its content in curly ones. */
export function prim(kind: string, name: string, notes: readonly string[], body: Block): Block {
  const head = `def ${kind} "${name}"`;
  const opening: Block = notes.length ? [`${head} (`, [...notes], ")"] : [head];
  return [...opening, "{", body, "}"];
}

/** The text of a block: lists inside are one step deeper. */
export function joined(block: Block, depth = 0): string {
  return block
    .map((each) =>
      typeof each === "string" ? `${"    ".repeat(depth)}${each}\n` : joined(each, depth + 1),
    )
    .join("");
}

/** A name that USD allows and that is not in `taken`, which it is put into. */
export function freeName(name: string, taken: Set<string>): string {
  const bytes = [...new TextEncoder().encode(name || "_")];
  const valid = bytes
    .map((byte) => String.fromCharCode(byte))
    .map((mark, i) => ((i ? /[A-Za-z0-9_]/ : /[A-Za-z_]/).test(mark) ? mark : "_"))
    .join("");
  let free = valid;
  for (let number = 2; taken.has(free); number += 1) free = `${valid}_${number}`;
  taken.add(free);
  return free;
}
