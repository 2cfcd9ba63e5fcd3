import { changeWords, type StoryMatter, storyTitles, dayWords } from './story.ts'
import { type CauseGroup, causeGroups } from '../model/cause.ts'

/** Colours of the picture: it is pasted into mails and slides, so it brings its own, on white. */
const ink = '#141920'
const pale = '#5f6977'
const line = '#c9d0d9'
const colours = { worse: '#b3261e', better: '#0b7440', end: '#0f5fb5' }

const WIDTH = 880
const ROW = 34
const LEFT = 250
const RIGHT = 150
const TOP = 92

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')

/**
 * A story as an SVG picture of its own: a waterfall from the score at the first day over each cause to the score at the last, each with
 * its points in words. It loads nothing and holds no script.
 */
export function storyPicture({ title, direction, from, to, shown, decimals, causes }: StoryMatter, headline: string): string {
  const start = from.shown ?? 0
  const bars: { label: string; group: CauseGroup | null; low: number; high: number; text: string; colour: string }[] = []
  const end = (day: string, value: number | null, label: string) => {
    bars.push({
      label: `${label}, ${dayWords(day)}`,
      group: null,
      low: 0,
      high: value ?? 0,
      text: value === null ? 'nothing to score' : value.toFixed(decimals),
      colour: colours.end,
    })
  }
  end(from.day, from.shown, title)
  let at = start
  for (const group of causeGroups)
    for (const cause of causes.filter((each) => each.group === group && each.shown !== 0)) {
      const next = Math.round((at + cause.shown) * 10 ** decimals) / 10 ** decimals
      bars.push({
        label: cause.title,
        group,
        low: Math.min(at, next),
        high: Math.max(at, next),
        text: changeWords(cause.shown, decimals, direction),
        colour: cause.shown > 0 === (direction === 'lower_is_better') ? colours.worse : colours.better,
      })
      at = next
    }
  end(to.day, to.shown, title)
  // The scale shows the span in which it moved: the bars of the two ends begin at its left edge.
  const levels = bars.flatMap(({ low, high, group }) => (group === null ? [high] : [low, high]))
  const [least, most] = [Math.min(...levels), Math.max(...levels)]
  const space = (most - least || 1) * 0.15
  const floor = Math.max(0, least - space)
  const x = (value: number): number => LEFT + ((Math.max(value, floor) - floor) / (most + space - floor)) * (WIDTH - LEFT - RIGHT)
  const height = TOP + bars.length * ROW + 40
  const rows = bars.map((bar, index) => {
    const y = TOP + index * ROW
    const [left, right] = [x(bar.low), x(bar.high)]
    return [
      `<text x="${LEFT - 12}" y="${y + 19}" text-anchor="end" fill="${ink}">${escaped(bar.label)}</text>`,
      `<rect x="${left.toFixed(1)}" y="${y + 5}" width="${Math.max(1.5, right - left).toFixed(1)}" height="${ROW - 12}" rx="2" fill="${bar.colour}"/>`,
      `<text x="${(right + 8).toFixed(1)}" y="${y + 19}" fill="${bar.group === null ? ink : bar.colour}" font-weight="600">${escaped(bar.text)}</text>`,
    ].join('')
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img">`,
    `<title>${escaped(headline)}</title><rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="24" y="36" font-size="18" font-weight="600" fill="${ink}">${escaped(title)}: ${escaped(changeWords(shown, decimals, direction))}</text>`,
    `<text x="24" y="60" fill="${pale}">${escaped(`${dayWords(from.day)} to ${dayWords(to.day)}, ${direction === 'lower_is_better' ? 'lower is better' : 'higher is better'}`)}</text>`,
    `<line x1="${LEFT}" y1="${TOP - 6}" x2="${LEFT}" y2="${TOP + bars.length * ROW}" stroke="${line}"/>`,
    ...rows,
    `<text x="24" y="${height - 14}" font-size="11" fill="${pale}">${escaped(
      causeGroups
        .flatMap((group) => {
          const own = causes.filter((cause) => cause.group === group)
          const sum = own.reduce((all, cause) => all + Math.round(cause.shown * 10 ** decimals), 0) / 10 ** decimals
          return own.length ? [`${storyTitles[group]}: ${changeWords(sum, decimals, direction)}`] : []
        })
        .join('   ·   '),
    )}</text>`,
    '</svg>',
  ].join('\n')
}
