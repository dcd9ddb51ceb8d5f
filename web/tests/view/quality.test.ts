import { expect, test } from "vitest";
import { Governor } from "../../src/view/quality";

/** After how many pictures, each drawn so many milliseconds after it was wished for, it steps. */
function stepsAfter(...taken: number[]): number {
  const governor = new Governor();
  return taken.findIndex((milliseconds) => governor.note(milliseconds)) + 1;
}

test("slow pictures in a row ask for a cheaper step", () => {
  expect(stepsAfter(...Array(20).fill(60))).toBe(8);
});

test("swift ones, single slow ones and a page that was hidden do not", () => {
  expect(stepsAfter(...Array(500).fill(17))).toBe(0);
  expect(stepsAfter(...Array(100).fill([60, 60, 60, 17]).flat())).toBe(0);
  expect(stepsAfter(...Array(100).fill(4000))).toBe(0);
});
