import { type CauseGroup, causeGroups } from '../model/cause.ts'

/** A line of a story. `part`: points; `shown`: as it is written. */
export interface StoryLine {
  text: string
  part: number
  shown: number
  note: string | null
}

/** What a story is told from: an explanation, as it is answered, and the events that moved the score most. */
export interface StoryMatter {
  title: string
  direction: 'lower_is_better' | 'higher_is_better'
  from: { day: string; shown: number | null }
  to: { day: string; shown: number | null }
  /** Points, and as they are written. */
  change: number
  shown: number
  decimals: number
  causes: readonly { title: string; group: CauseGroup; part: number; shown: number; note: string | null }[]
  events: readonly { day: string; headline: string; effect: number }[]
}

export interface ToldStory {
  headline: string
  worse: StoryLine[]
  better: StoryLine[]
  groups: { group: CauseGroup; title: string; part: number; shown: number; lines: StoryLine[] }[]
  plain: string
  markdown: string
  html: string
}

/** What the roll-up groups are called in a story. */
export const storyTitles: Record<CauseGroup, string> = {
  we_changed: 'What we did',
  new_threats: 'What the world did',
  rules_changed: 'What changed in the rules',
  data_corrected: 'What we know better now',
  coverage: 'What we look at',
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')

/** Text that Markdown must not read as its own signs. */
const literal = (text: string): string => text.replaceAll(/[\\`*_{}[\]<>()#+!|~-]/g, (sign) => `\\${sign}`)

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** "14 Mar 2026" of '2026-03-14'. */
export const dayWords = (day: string): string => `${Number(day.slice(8))} ${monthNames[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`

/** "3.10 worse", "0.20 better", "unchanged". */
export function changeWords(shown: number, decimals: number, direction: StoryMatter['direction']): string {
  if (shown === 0) return 'unchanged'
  return `${Math.abs(shown).toFixed(decimals)} ${shown > 0 === (direction === 'lower_is_better') ? 'worse' : 'better'}`
}

/** Tells a story: what made the score worse and better, what we did and what the world did, as text for people. */
export function tellStory(matter: StoryMatter): ToldStory {
  const { title, direction, from, to, change, shown, decimals, causes, events } = matter
  const words = (value: number) => changeWords(value, decimals, direction)
  const isWorse = (value: number) => (direction === 'lower_is_better' ? value > 0 : value < 0)
  const lines = causes.map((cause) => ({
    ...cause,
    line: { text: `${cause.title}: ${words(cause.shown)}`, part: cause.part, shown: cause.shown, note: cause.note },
  }))
  const bySize = (a: StoryLine, b: StoryLine) => Math.abs(b.part) - Math.abs(a.part)
  const moved = lines.map(({ line }) => line).filter(({ part }) => part !== 0)
  const worse = moved.filter(({ part }) => isWorse(part)).toSorted(bySize)
  const better = moved.filter(({ part }) => !isWorse(part)).toSorted(bySize)
  const groups = causeGroups.flatMap((group) => {
    const own = lines.filter((each) => each.group === group)
    if (own.length === 0) return []
    const sum = (values: readonly number[], digits: number) =>
      values.reduce((all, value) => all + Math.round(value * 10 ** digits), 0) / 10 ** digits
    return [
      {
        group,
        title: storyTitles[group],
        part: sum(
          own.map(({ part }) => part),
          6,
        ),
        shown: sum(
          own.map((each) => each.shown),
          decimals,
        ),
        lines: own.map(({ line }) => line).toSorted(bySize),
      },
    ]
  })
  const value = (end: { shown: number | null }) => (end.shown === null ? 'nothing to score' : end.shown.toFixed(decimals))
  const phrase = direction === 'lower_is_better' ? 'lower is better' : 'higher is better'
  const headline =
    change === 0
      ? `${title} stayed at ${value(to)} from ${dayWords(from.day)} to ${dayWords(to.day)}`
      : `${title} went from ${value(from)} to ${value(to)} between ${dayWords(from.day)} and ${dayWords(to.day)}: ${words(shown)} (${phrase})`
  const noted = ({ text, note }: StoryLine) => `${text}${note ? ` (${note})` : ''}`
  const sections: { title: string; lines: string[] }[] = [
    { title: 'What made it worse', lines: worse.length ? worse.map(noted) : ['Nothing.'] },
    { title: 'What made it better', lines: better.length ? better.map(noted) : ['Nothing.'] },
    ...(groups.length
      ? [{ title: 'Who did it', lines: [...groups.map((group) => `${group.title}: ${words(group.shown)}`), `Together: ${words(shown)}`] }]
      : []),
    ...(events.length
      ? [
          {
            title: 'The events that moved it most',
            lines: events.map(
              (event) => `${dayWords(event.day)}: ${event.headline} (${changeWords(event.effect, effectDigits(event.effect), direction)})`,
            ),
          },
        ]
      : []),
  ]
  return {
    headline,
    worse,
    better,
    groups,
    plain:
      [`${headline}.`, ...sections.map((section) => `${section.title}\n${section.lines.map((line) => `- ${line}`).join('\n')}`)].join(
        '\n\n',
      ) + '\n',
    markdown:
      [
        `**${literal(headline)}.**`,
        ...sections.map((section) => `### ${section.title}\n\n${section.lines.map((line) => `- ${literal(line)}`).join('\n')}`),
      ].join('\n\n') + '\n',
    html: `<div><p><strong>${escaped(headline)}.</strong></p>${sections
      .map(
        (section) =>
          `<p><strong>${section.title}</strong></p><ul>${section.lines.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`,
      )
      .join('')}</div>`,
  }
}

const effectDigits = (effect: number): number => (Math.abs(effect) >= 0.1 ? 2 : Math.abs(effect) >= 0.001 ? 4 : 6)
