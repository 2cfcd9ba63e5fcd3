import { oddText } from './odd.ts'
import type { Random } from './random.ts'

/** Cells of a line, quoted ones with their quotes; rows whose cells hold line ends are cut, which is one more way to break them. */
const cellsOf = (line: string, by: string): string[] => {
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (const char of line) {
    if (char === '"') quoted = !quoted
    if (char === by && !quoted) {
      cells.push(cell)
      cell = ''
    } else cell += char
  }
  return [...cells, cell]
}

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
const formulas = [
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  "=cmd|' /C calc'!A0",
  '=HYPERLINK("http://x")',
  '\t=1',
  '"',
  '""',
  '"x',
  'x"y',
  '"a\nb"',
  '"a\r\nb"',
  '',
  ' ',
]

/** A changed table. */
export function mutateCsv(text: string, other: string, random: Random): string {
  const lines = text.split('\n')
  const by = [',', ';', '\t'].toSorted((a, b) => lines[0]!.split(b).length - lines[0]!.split(a).length)[0]!
  for (let step = 1 + random.below(3); step > 0; step--) change(lines, by, other, random)
  return lines.join(random.chance(0.1) ? random.pick(['\r\n', '\r']) : '\n')
}

function change(lines: string[], by: string, other: string, random: Random): void {
  if (lines.length === 0) return
  const at = random.chance(0.2) ? 0 : random.below(lines.length)
  const cells = cellsOf(lines[at] ?? '', by)
  const cell = random.below(cells.length)
  switch (random.below(11)) {
    case 0:
      cells[cell] = random.pick(formulas)
      break
    case 1:
    case 2:
      cells[cell] = quote(oddText(random))
      break
    case 3:
      cells.splice(cell, 1)
      break
    case 4:
      cells.splice(cell, 0, random.chance(0.5) ? cells[cell]! : oddText(random))
      break
    case 5:
      lines.splice(at, 1)
      return
    case 6:
      lines.splice(at, 0, lines[random.below(lines.length)]!)
      return
    case 7:
      lines.splice(at, 0, random.pick(['', '"', 'sep=;', by.repeat(50), '\u0000', other.split('\n')[0] ?? '']))
      return
    case 8:
      lines.length = at
      return
    case 9:
      for (let line = 0; line < lines.length; line++) lines[line] = lines[line]!.replaceAll(by, by === ',' ? ';' : ',')
      return
    default: {
      const second = random.below(cells.length)
      const held = cells[cell]!
      cells[cell] = cells[second]!
      cells[second] = held
    }
  }
  lines[at] = cells.join(by)
}
