/** 4 x 4 transforms, stored row by row. */

export type Matrix = readonly number[];

export const IDENTITY: Matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

export function multiply(a: Matrix, b: Matrix): Matrix {
  const result = new Array<number>(16);
  for (let row = 0; row < 4; row += 1) {
    for (let column = 0; column < 4; column += 1) {
      let sum = 0;
      for (let k = 0; k < 4; k += 1) sum += a[row * 4 + k] * b[k * 4 + column];
      result[row * 4 + column] = sum;
    }
  }
  return result;
}

export function transposed(a: Matrix): Matrix {
  return a.map((_, i) => a[(i % 4) * 4 + (i >> 2)]);
}

/** The determinant of the upper left 3 x 3. */
export function determinant(a: Matrix): number {
  return (
    a[0] * (a[5] * a[10] - a[6] * a[9]) -
    a[1] * (a[4] * a[10] - a[6] * a[8]) +
    a[2] * (a[4] * a[9] - a[5] * a[8])
  );
}

/** The 3 x 3 by which normals turn: the inverse transpose, up to a positive factor. */
export function normalTransform(a: Matrix): readonly number[] {
  const sign = determinant(a) < 0 ? -1 : 1;
  return [
    a[5] * a[10] - a[6] * a[9], a[6] * a[8] - a[4] * a[10], a[4] * a[9] - a[5] * a[8],
    a[2] * a[9] - a[1] * a[10], a[0] * a[10] - a[2] * a[8], a[1] * a[8] - a[0] * a[9],
    a[1] * a[6] - a[2] * a[5], a[2] * a[4] - a[0] * a[6], a[0] * a[5] - a[1] * a[4],
  ].map((value) => sign * value);
}
