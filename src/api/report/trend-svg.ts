/** A line of a trend. */
export interface TrendLine {
  color: string
  /** Every day in order; null: no score, a gap. */
  values: (number | null)[]
}

/** Bands behind the lines, from bottom to top; 0–100. */
export interface TrendBand {
  from: number
  to: number
  color: string
}

const WIDTH = 515
const HEIGHT = 118
const LEFT = 24
const BOTTOM = 14

const text = (value: string): string => value.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
const fixed = (value: number): string => String(Number(value.toFixed(2)))

/** A trend of 0–100 over days as a picture: gaps stay gaps. `ends`: words under the first and the last day. */
export function trendSvg(lines: readonly TrendLine[], bands: readonly TrendBand[], ends: readonly [string, string]): string {
  const days = Math.max(2, ...lines.map(({ values }) => values.length))
  const x = (index: number) => LEFT + ((WIDTH - LEFT - 4) * index) / (days - 1)
  const y = (value: number) => 4 + (HEIGHT - BOTTOM - 4) * (1 - value / 100)
  const background = bands.map(
    ({ from, to, color }) =>
      `<rect x="${LEFT}" y="${fixed(y(to))}" width="${WIDTH - LEFT - 4}" height="${fixed(y(from) - y(to))}" fill="${color}"/>`,
  )
  const grid = [0, 50, 100].flatMap((value) => [
    `<line x1="${LEFT}" y1="${fixed(y(value))}" x2="${WIDTH - 4}" y2="${fixed(y(value))}" stroke="#c9d1da" stroke-width="0.5"/>`,
    `<text x="${LEFT - 5}" y="${fixed(y(value) + 2.5)}" font-size="7" fill="#5b6673" text-anchor="end">${value}</text>`,
  ])
  const drawn = lines.flatMap(({ color, values }) =>
    runs(values).map((run) =>
      run.length === 1
        ? `<circle cx="${fixed(x(run[0]!.index))}" cy="${fixed(y(run[0]!.value))}" r="1.4" fill="${color}"/>`
        : `<path d="${run.map(({ index, value }, place) => `${place ? 'L' : 'M'}${fixed(x(index))} ${fixed(y(value))}`).join(' ')}" fill="none" stroke="${color}" stroke-width="1.6"/>`,
    ),
  )
  const words = [
    `<text x="${LEFT}" y="${HEIGHT - 3}" font-size="7" fill="#5b6673">${text(ends[0])}</text>`,
    `<text x="${WIDTH - 4}" y="${HEIGHT - 3}" font-size="7" fill="#5b6673" text-anchor="end">${text(ends[1])}</text>`,
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">${[...background, ...grid, ...drawn, ...words].join('')}</svg>`
}

/** Longest runs of days that have a value. */
function runs(values: readonly (number | null)[]): { index: number; value: number }[][] {
  const found: { index: number; value: number }[][] = []
  let before: number | null = null
  for (const [index, value] of values.entries()) {
    if (value !== null) {
      if (before === null) found.push([])
      found.at(-1)!.push({ index, value })
    }
    before = value
  }
  return found
}
