import Table from 'cli-table3'

/** A plain table for people: no frame, columns two spaces apart. */
export function table(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const none = Object.fromEntries(
    [
      'top',
      'top-mid',
      'top-left',
      'top-right',
      'bottom',
      'bottom-mid',
      'bottom-left',
      'bottom-right',
      'left',
      'left-mid',
      'mid',
      'mid-mid',
      'right',
      'right-mid',
      'middle',
    ].map((part) => [part, part === 'middle' ? '  ' : '']),
  )
  const drawn = new Table({ head: [...head], chars: none, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 } })
  for (const row of rows) drawn.push(row.map((cell) => (cell === null ? '–' : String(cell))))
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

/** A number with two significant digits, as fine as needed, so that no gain prints as 0.0. */
export const gainText = (gain: number): string =>
  Math.abs(gain) >= 1 ? gain.toFixed(1) : gain === 0 ? '0' : String(Number(gain.toPrecision(2)))

/** A score with one decimal, or a dash. */
export const scoreText = (value: number | null): string => (value === null ? '–' : value.toFixed(1))
