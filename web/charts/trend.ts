/** One line of a trend: values by day, null where nothing could be scored. */
export interface TrendLine {
  title: string
  points: readonly { day: string; value: number | null }[]
}

/** Colours of the lines of a trend, as names of style variables: the first is that of a trend of one line. */
export const lineColors = ['accent', 'line-2', 'line-3', 'line-4', 'line-5', 'line-6', 'line-7', 'line-8'] as const

/** A day on which something happened. */
export interface TrendDot {
  day: string
  events: number
  headline: string
  /** Those that moved the score most, with its points; above 0 is worse. */
  top?: readonly { headline: string; effect: number | null }[]
}

/** What a trend shows, as data. */
export interface TrendData {
  line: TrendLine
  /** Further lines over the same days, in the order of their colours. */
  others?: readonly TrendLine[]
  dots?: readonly TrendDot[]
  /** Bands of the scale: up to which value, and how good that is. */
  zones?: readonly { from: number; to: number; tone: 'low' | 'medium' | 'high' }[]
  target?: number | null
  /** How a value is written. */
  write: (value: number) => string
  /** The scale; default 0–100. */
  scale?: [lowest: number, highest: number]
}

/** Values on the dots' days, for dots that lie on the line: the last known value up to that day. Both lists rise by day. */
export function dotsOnLine(dots: readonly TrendDot[], points: TrendLine['points']): { dot: TrendDot; value: number }[] {
  const placed: { dot: TrendDot; value: number }[] = []
  let index = 0
  let value: number | null = null
  for (const dot of dots) {
    while (index < points.length && points[index]!.day <= dot.day) value = points[index++]!.value
    if (value !== null && points.length > 0 && dot.day >= points[0]!.day) placed.push({ dot, value })
  }
  return placed
}
