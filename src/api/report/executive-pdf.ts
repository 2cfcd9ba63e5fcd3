import type { z } from 'zod'
import type { ExecutiveReport } from '../shapes/reports.ts'
import { trendSvg } from './trend-svg.ts'

type Report = z.infer<typeof ExecutiveReport>
type Node = object | string

const INK = '#17202b'
const SOFT = '#5b6673'
const LINE = '#d5dce4'
const BETTER = '#0b6e4f'
const WORSE = '#b3261e'
const SECURE = '#1f5fbf'
const EXPOSURE = '#b8541a'
const zoneColors = { good: BETTER, okay: '#8a6100', bad: WORSE } as const
const levelColors = { low: BETTER, medium: '#8a6100', high: WORSE } as const

/** Text of others is cut to what a line holds. */
const short = (text: string, most = 90): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)
const number = (value: number, digits = 1): string => value.toFixed(digits)
/** At most one decimal, none that says nothing. */
const points = (value: number): string => String(Number(value.toFixed(1)))

/** "3.1 better", never "+3.1". DESIGN 10 */
function changeWords(change: number | null, higherIsBetter: boolean): { text: string; color: string } {
  if (change === null) return { text: 'no score to compare with', color: SOFT }
  if (change === 0) return { text: 'unchanged', color: SOFT }
  const better = change > 0 === higherIsBetter
  return { text: `${Number(Math.abs(change).toFixed(6))} ${better ? 'better' : 'worse'}`, color: better ? BETTER : WORSE }
}

const heading = (text: string): Node => ({ text, style: 'heading' })
const none = (text: string): Node => ({ text, color: SOFT, fontSize: 9 })

/** Lines without frames, a thin one under each row. */
const layout = {
  hLineWidth: (index: number, node: { table: { body: unknown[] } }) => (index === 0 || index === node.table.body.length ? 0 : 0.5),
  vLineWidth: () => 0,
  hLineColor: () => LINE,
  paddingLeft: () => 0,
  paddingRight: () => 8,
  paddingTop: () => 2.5,
  paddingBottom: () => 2.5,
}

function table(
  widths: readonly (string | number)[],
  head: readonly string[],
  rows: readonly (readonly Node[])[],
  right: readonly number[] = [],
): Node {
  const aligned = (cell: Node, column: number): Node => {
    const node = typeof cell === 'string' ? { text: cell } : cell
    return right.includes(column) ? { ...node, alignment: 'right' } : node
  }
  return {
    table: {
      widths: [...widths],
      headerRows: head.length ? 1 : 0,
      dontBreakRows: true,
      body: [
        ...(head.length ? [head.map((text, column) => aligned({ text, style: 'head' }, column))] : []),
        ...rows.map((row) => row.map(aligned)),
      ],
    },
    layout,
    fontSize: 9,
  }
}

function tile(title: string, direction: string, big: string, color: string, lines: readonly Node[]): Node {
  return {
    stack: [
      {
        columns: [
          { text: title, bold: true },
          { text: direction, color: SOFT, fontSize: 8, alignment: 'right' },
        ],
      },
      { text: big, fontSize: 26, bold: true, color, margin: [0, 4, 0, 2] },
      ...lines,
    ],
  }
}

function secureTile({ secure }: Report): Node {
  const { value, zone, moved, goal } = secure
  if (value === null)
    return tile('Secure score', 'higher is better', 'No score', SOFT, [
      none('No configuration check ran within the staleness of its source.'),
    ])
  const change = changeWords(moved.change, true)
  return tile('Secure score', 'higher is better', `${number(value)} %`, zone ? zoneColors[zone] : INK, [
    {
      text: `${points(secure.points ?? 0)} of ${points(secure.max_points ?? 0)} points · ${zone} zone (good from ${points(secure.good_from)} %)`,
      fontSize: 9,
    },
    { text: [{ text: change.text, color: change.color, bold: true }, ' over this period'], fontSize: 9 },
    ...(goal ? [{ text: `Goal: ${points(goal.target)} % by ${goal.day}`, fontSize: 9 }] : []),
  ])
}

function exposureTile({ exposure }: Report): Node {
  const { value, level, moved } = exposure
  if (value === null)
    return tile('Exposure score', 'lower is better', 'No score', SOFT, [
      none('No asset was looked at for vulnerabilities within the staleness of its source.'),
    ])
  const change = changeWords(moved.change, false)
  return tile(
    'Exposure score',
    'lower is better',
    `${level![0]!.toUpperCase()}${level!.slice(1)} · ${number(value)}`,
    level ? levelColors[level] : INK,
    [
      { text: 'of 100; low below 30, high from 70', fontSize: 9 },
      { text: [{ text: change.text, color: change.color, bold: true }, ' over this period'], fontSize: 9 },
    ],
  )
}

function trend(report: Report): Node {
  const { okay_from, good_from } = report.secure
  return {
    unbreakable: true,
    stack: [
      heading('Trend'),
      {
        svg: trendSvg(
          [
            { color: EXPOSURE, values: report.exposure.history.map(({ value }) => value) },
            { color: SECURE, values: report.secure.history.map(({ value }) => value) },
          ],
          [
            { from: 0, to: okay_from, color: '#fbf1f0' },
            { from: okay_from, to: good_from, color: '#fbf7ea' },
            { from: good_from, to: 100, color: '#eef7f2' },
          ],
          [report.from, report.to],
        ),
        width: 515,
      },
      {
        text: [
          { text: '—', color: SECURE, bold: true },
          ' secure score, per cent   ',
          { text: '—', color: EXPOSURE, bold: true },
          ' exposure score   ',
          { text: 'background: zones of the secure score', color: SOFT },
        ],
        fontSize: 8,
        margin: [0, 2, 0, 0],
      },
    ],
  }
}

/** A bar of 0–100. */
const bar = (value: number, color: string): Node => ({
  canvas: [
    { type: 'rect', x: 0, y: 2, w: 150, h: 7, color: '#eceff3' },
    { type: 'rect', x: 0, y: 2, w: Math.max(0.5, 1.5 * Math.min(100, Math.max(0, value))), h: 7, color },
  ],
})

function comparison({ secure, comparison: lines }: Report): Node[] {
  if (!lines.length) return [heading('Comparison'), none('Nothing to compare with is known. What is missing is left out, not guessed.')]
  const own = secure.value === null ? [] : [['This organisation', bar(secure.value, SECURE), `${number(secure.value)} %`, '']]
  const others = lines.slice(0, 6).map((line) => [
    short(line.basis_title, 60),
    bar(line.value, '#8794a3'),
    `${number(line.value)} %`,
    {
      text: short(`${line.source_title}, ${line.day}, sample ${line.sample_size === null ? 'not said' : line.sample_size}`, 70),
      color: SOFT,
      fontSize: 8,
    },
  ])
  return [heading('Comparison of the secure score'), table(['*', 155, 40, 150], [], [...own, ...others], [2])]
}

function categories({ categories: list }: Report): Node[] {
  if (!list.length) return []
  return [
    heading('Secure score by category'),
    table(
      ['*', 155, 40, 150],
      [],
      list.map(({ category, points: got, max_points }) => [
        short(category, 30),
        bar((100 * got) / max_points, SECURE),
        `${number((100 * got) / max_points)} %`,
        { text: `${points(got)} of ${points(max_points)} points`, color: SOFT, fontSize: 8 },
      ]),
      [2],
    ),
  ]
}

function moved(title: string, { change, groups, causes, parts }: Report['secure']['moved'], higherIsBetter: boolean): Node {
  const row = (name: string, shown: number): Node[] => {
    const { text, color } = changeWords(shown, higherIsBetter)
    return [short(name, 48), { text, color }]
  }
  const whole = changeWords(change, higherIsBetter)
  const list = (name: string, rows: readonly (readonly Node[])[]): Node[] => (rows.length ? [table(['*', 70], [name, ''], rows, [1])] : [])
  return {
    stack: [
      { text: [`${title}: `, { text: whole.text, color: whole.color }], bold: true, fontSize: 10, margin: [0, 0, 0, 2] },
      ...(groups.length
        ? [
            ...list(
              'Whose doing',
              groups.map(({ title: name, shown }) => row(name, shown)),
            ),
            ...list(
              'Causes',
              causes.slice(0, 6).map(({ title: name, shown }) => row(name, shown)),
            ),
            ...list(
              'Largest parts',
              parts.slice(0, 5).map(({ name, shown }) => row(name, shown)),
            ),
          ]
        : [none('Nothing moved it in this period.')]),
    ],
  }
}

function actions({ actions: list }: Report): Node[] {
  if (!list.length) return [heading('Next actions'), none('No recommended action has points to gain.')]
  return [
    heading('Next actions, the most to gain first'),
    table(
      ['*', 75, 60, 75],
      ['Action', 'Category', 'Points', 'Expected gain'],
      list.map((action) => [
        { text: [short(action.title), ...(action.product ? [{ text: `  ${short(action.product, 30)}`, color: SOFT, fontSize: 8 }] : [])] },
        short(action.category, 20),
        `${points(action.points)} of ${points(action.max_points)}`,
        `${action.gain < 0.05 ? action.gain.toPrecision(2) : number(action.gain, 2)} points of 100`,
      ]),
      [2, 3],
    ),
  ]
}

function acceptances({ acceptances: { count, points: lost, items } }: Report): Node[] {
  if (!count) return [heading('Accepted risks'), none('No risk of a recommended action is accepted.')]
  return [
    heading(`Accepted risks: ${count} ${count === 1 ? 'action' : 'actions'}, ${points(lost)} points not earned`),
    table(
      ['*', 55, 70, 150, 40],
      ['Action', 'Since', 'By', 'Why', 'Points'],
      items.map((item) => [
        short(item.title, 70),
        item.since ?? '',
        short(item.by ?? '', 24),
        { text: short(item.reason ?? 'no reason given', 80), color: item.reason ? INK : WORSE },
        points(item.points),
      ]),
      [4],
    ),
    ...(items.length < count ? [none(`and ${count - items.length} more`)] : []),
  ]
}

function coverage({ coverage: { assets, scanned, stale, never_scanned } }: Report): Node[] {
  const share = assets ? ` (${number((100 * scanned) / assets)} %)` : ''
  return [
    heading('How much of it is known'),
    {
      text: `Of ${assets} assets ${scanned} were looked at for vulnerabilities recently${share}, ${stale} not lately, ${never_scanned} never. What is unknown counts neither as good nor as bad.`,
      fontSize: 9,
    },
  ]
}

/** The document as pdfmake takes it; made anew for each report, since pdfmake changes what it is given. */
export function executiveDocument(report: Report): object {
  const { organisation, from, to, as_of, digest } = report
  return {
    pageSize: 'A4',
    pageMargins: [40, 40, 40, 52],
    info: { title: `Security posture of ${organisation}, ${to}`, creator: 'Plimsoll', producer: 'Plimsoll' },
    defaultStyle: { font: 'Roboto', fontSize: 10, color: INK, lineHeight: 1.15 },
    styles: { heading: { fontSize: 12, bold: true, margin: [0, 12, 0, 4] }, head: { color: SOFT, fontSize: 8 } },
    footer: (page: number, pages: number) => ({
      margin: [40, 10, 40, 0],
      stack: [
        {
          columns: [
            { text: `Plimsoll · as of ${as_of.slice(0, 19)}Z`, fontSize: 7, color: SOFT },
            { text: `page ${page} of ${pages}`, fontSize: 7, color: SOFT, alignment: 'right' },
          ],
        },
        { text: `digest of the numbers: sha256 ${digest}`, fontSize: 7, color: SOFT },
      ],
    }),
    content: [
      { text: short(organisation, 80), fontSize: 20, bold: true },
      { text: `Security posture, ${from} to ${to}`, color: SOFT, margin: [0, 0, 0, 10] },
      { columns: [secureTile(report), exposureTile(report)], columnGap: 28 },
      trend(report),
      { unbreakable: true, stack: comparison(report) },
      {
        unbreakable: true,
        stack: [
          heading('What moved it, and whose doing it was'),
          {
            columns: [moved('Secure score', report.secure.moved, true), moved('Exposure score', report.exposure.moved, false)],
            columnGap: 28,
          },
        ],
      },
      { unbreakable: true, stack: categories(report) },
      { unbreakable: true, stack: actions(report) },
      { stack: acceptances(report) },
      { unbreakable: true, stack: coverage(report) },
    ],
  }
}

/** The report as a PDF of one to three pages, made without network: fonts are part of the program. */
export async function executivePdf(report: Report): Promise<Buffer> {
  // Loaded when a report is asked for: it is large.
  const [{ default: pdfmake }, { default: fonts }] = await Promise.all([import('pdfmake'), import('pdfmake/fonts/Roboto.js')])
  const allowed = new Set(Object.values(fonts).flatMap((faces) => Object.values(faces)))
  pdfmake.addFonts(fonts)
  pdfmake.setUrlAccessPolicy(() => false)
  pdfmake.setLocalAccessPolicy((path) => allowed.has(path))
  return Buffer.from(await pdfmake.createPdf(executiveDocument(report)).getBuffer())
}
