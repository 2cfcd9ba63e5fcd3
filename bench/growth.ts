import type { EngineRun } from './run.ts'

const WIDTH = 1070
const HEIGHT = 560
const LEFT = 70
const RIGHT = 500
const TOP = 40
const BOTTOM = 50
const hues = [210, 20, 130, 280, 45, 330, 180, 90, 250, 0, 160, 300, 60, 230]

const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.codePointAt(0)};`)

/** A plot of times by size, both axes logarithmic, with n log n drawn from the foot of each line: a line that stays below its dots grows no faster. */
export function growthPlot(engine: string, sizes: readonly Pick<EngineRun, 'size' | 'lines'>[]): string {
  const ids = [...new Set(sizes.flatMap(({ lines }) => lines.map(({ id }) => id)))]
  const series = ids.map((id) => ({
    title: sizes.at(-1)!.lines.find((line) => line.id === id)?.title ?? id,
    points: sizes.flatMap(({ size: { findings }, lines }) =>
      lines.filter((line) => line.id === id && line.product_ms > 0).map((line): [number, number] => [findings, line.product_ms]),
    ),
  }))
  const xs = sizes.map(({ size }) => Math.log10(size.findings))
  const ys = series.flatMap(({ points }) => points.map(([, ms]) => Math.log10(ms)))
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.floor(Math.min(...ys)), Math.ceil(Math.max(...ys))]
  const x = (findings: number) => LEFT + ((Math.log10(findings) - x0) / (x1 - x0 || 1)) * (WIDTH - LEFT - RIGHT)
  const y = (ms: number) => HEIGHT - BOTTOM - ((Math.log10(ms) - y0) / (y1 - y0 || 1)) * (HEIGHT - TOP - BOTTOM)
  const path = (points: readonly [number, number][]) =>
    points.map(([findings, ms], index) => `${index ? 'L' : 'M'}${x(findings).toFixed(1)} ${y(ms).toFixed(1)}`).join('')
  const steps = Array.from({ length: y1 - y0 + 1 }, (_, index) => 10 ** (y0 + index))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-size="14">${escaped(engine)}: time by number of findings; dots: n log n from the first size</text>`,
    ...steps.map(
      (ms) =>
        `<path d="M${LEFT} ${y(ms).toFixed(1)}H${WIDTH - RIGHT}" stroke="#ddd"/><text x="${LEFT - 6}" y="${(y(ms) + 4).toFixed(1)}" text-anchor="end">${ms < 1000 ? `${ms} ms` : `${ms / 1000} s`}</text>`,
    ),
    ...sizes.map(
      ({ size: { findings } }) =>
        `<path d="M${x(findings).toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#ddd"/><text x="${x(findings).toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${findings.toLocaleString('en')}</text>`,
    ),
    ...series.flatMap(({ title, points }, index) => {
      const color = `hsl(${hues[index % hues.length]} 70% ${index < hues.length ? 40 : 60}%)`
      const [first, last] = [points[0]!, points.at(-1)!]
      const bound = sizes
        .filter(({ size: { findings } }) => findings >= first[0])
        .map(({ size: { findings } }): [number, number] => [
          findings,
          (first[1] * findings * Math.log(findings)) / (first[0] * Math.log(first[0])),
        ])
      const shown = bound.filter(([, ms]) => Math.log10(ms) <= y1)
      return [
        `<path d="${path(shown)}" fill="none" stroke="${color}" stroke-dasharray="1 4" opacity=".6"/>`,
        `<path d="${path(points)}" fill="none" stroke="${color}" stroke-width="1.6"/>`,
        `<text x="${WIDTH - RIGHT + 12}" y="${TOP + 10 + index * 17}" fill="${color}">${escaped(title)}</text>`,
        `<path d="M${x(last[0]).toFixed(1)} ${y(last[1]).toFixed(1)}L${WIDTH - RIGHT + 8} ${TOP + 6 + index * 17}" stroke="${color}" opacity=".25"/>`,
      ]
    }),
    '</svg>\n',
  ].join('\n')
}
