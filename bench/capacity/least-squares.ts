// Least squares without negative coefficients: a cost that falls when there is more to do is noise, not a cost.

/** Pivots below this share of the largest are none: the columns say the same. */
const MIN_PIVOT = 1e-10;

/**
 * The coefficients, none below 0, with the smallest sum of squared residuals of `rows · coefficients − targets`. It tries
 * every subset of columns, which is exact and quick for the few that a model has (2^n; Lawson and Hanson's NNLS finds the
 * same). Throws when there are fewer rows than columns, or more than 12 columns.
 */
export function leastSquares(rows: readonly (readonly number[])[], targets: readonly number[]): number[] {
  const columns = rows[0]?.length ?? 0;
  if (columns === 0 || columns > 12) throw new RangeError(`A fit needs 1 to 12 columns, not ${columns}.`);
  if (rows.length < columns) throw new RangeError(`${rows.length} points do not determine ${columns} coefficients.`);
  let best: number[] = new Array(columns).fill(0);
  let bestError = squaredError(rows, targets, best);
  for (let subset = 1; subset < 1 << columns; subset += 1) {
    const used = Array.from({ length: columns }, (_, column) => column).filter((column) => subset & (1 << column));
    const solved = solveNormal(
      rows.map((row) => used.map((column) => row[column]!)),
      targets,
    );
    if (!solved?.every((value) => value >= 0)) continue;
    const candidate: number[] = new Array(columns).fill(0);
    for (const [at, column] of used.entries()) candidate[column] = solved[at]!;
    const error = squaredError(rows, targets, candidate);
    if (error < bestError) [best, bestError] = [candidate, error];
  }
  return best;
}

/** Solves the normal equations by Gauss with pivots; `undefined` when columns depend on each other. */
function solveNormal(rows: readonly (readonly number[])[], targets: readonly number[]): number[] | undefined {
  const size = rows[0]!.length;
  // Columns of very different size are brought to one, so that a small pivot means dependence.
  const scales = Array.from({ length: size }, (_, column) => Math.hypot(...rows.map((row) => row[column]!)));
  if (scales.some((scale) => scale === 0)) return undefined;
  const matrix = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) => {
      return rows.reduce((sum, row) => sum + (row[i]! / scales[i]!) * (row[j]! / scales[j]!), 0);
    }),
    rows.reduce((sum, row, at) => sum + (row[i]! / scales[i]!) * targets[at]!, 0),
  ]);
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1) {
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    }
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    const lead = matrix[column]![column]!;
    if (Math.abs(lead) < MIN_PIVOT) return undefined;
    for (let row = 0; row < size; row += 1) {
      if (row === column) continue;
      const factor = matrix[row]![column]! / lead;
      for (let at = column; at <= size; at += 1) matrix[row]![at]! -= factor * matrix[column]![at]!;
    }
  }
  return matrix.map((row, at) => row[size]! / row[at]! / scales[at]!);
}

function squaredError(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  coefficients: readonly number[],
): number {
  return rows.reduce((sum, row, at) => {
    const predicted = row.reduce((total, value, column) => total + value * coefficients[column]!, 0);
    return sum + (predicted - targets[at]!) ** 2;
  }, 0);
}
