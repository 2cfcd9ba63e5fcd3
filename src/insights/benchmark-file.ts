import Papa from 'papaparse'
import { UserError } from '../errors.ts'
import { BenchmarkBody } from './benchmarks.ts'

/** Values of a file at the most. */
const MOST = 10_000

/** Columns of a CSV whose content is a number; an empty cell says nothing. */
const NUMBERS = new Set(['value', 'sample_size', 'seats_from', 'seats_to'])

/**
 * Reads comparison values out of a file: JSON (a list of objects, or {"benchmarks": […]}) or CSV with a header, whose members and columns are those of
 * BenchmarkBody. All or nothing. Throws UserError('bad_benchmark'), which names the first row that does not fit.
 */
export function readBenchmarkFile(text: string): BenchmarkBody[] {
  const rows = /^\s*[[{]/.test(text) ? fromJson(text) : fromCsv(text)
  if (!rows.length) throw bad('the file holds no value')
  if (rows.length > MOST) throw bad(`the file holds ${rows.length} values: at most ${MOST} are taken at once`)
  return rows.map((row, index) => {
    const read = BenchmarkBody.safeParse(row)
    if (read.success) return read.data
    const [issue] = read.error.issues
    throw bad(`value ${index + 1}: ${issue!.path.join('.') || 'it'} ${issue!.message}`)
  })
}

const bad = (message: string): UserError =>
  new UserError(
    'bad_benchmark',
    `${message}; expected source, basis, day, value (percent) and, where known, category, sample_size, seats_from, seats_to, industry, note`,
  )

function fromJson(text: string): unknown[] {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch (error) {
    throw bad(`the file is no JSON (${(error as Error).message.slice(0, 100)})`)
  }
  const list = Array.isArray(read) ? read : (read as { benchmarks?: unknown }).benchmarks
  if (!Array.isArray(list)) throw bad('the file holds no list')
  return list
}

function fromCsv(text: string): unknown[] {
  const { data, meta } = Papa.parse<Record<string, string>>(text.replace(/^\uFEFF/, ''), {
    header: true,
    skipEmptyLines: 'greedy',
    transformHeader: (name) => name.trim().toLowerCase(),
  })
  for (const name of ['source', 'basis', 'day', 'value']) if (!meta.fields?.includes(name)) throw bad(`the file has no column "${name}"`)
  return data.map((row) =>
    Object.fromEntries(
      Object.entries(row).flatMap(([name, cell]) => {
        const said = typeof cell === 'string' ? cell.trim() : ''
        if (said === '') return []
        // What is no number stays a text, which the shape then refuses.
        return [[name, NUMBERS.has(name) && /^-?\d+(?:\.\d+)?$/.test(said) ? Number(said) : said]]
      }),
    ),
  )
}
