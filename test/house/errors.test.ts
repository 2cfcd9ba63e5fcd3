import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../src/root.ts'

const src = join(packageRoot(), 'src')

interface Thrown {
  code: string
  file: string
}

/** Every `UserError('code', …)` in a text. A code that is not written as a literal comes back as '', one that is passed on (`error.code`) not at all. */
function findCodes(text: string): string[] {
  const code = text.replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, '')
  return [...code.matchAll(/\bnew UserError\((?!\s*(?:\w+\.)?error\.code\b)\s*(?:'([a-z0-9_]+)'\s*,)?/g)].map((match) => match[1] ?? '')
}

/** What the API makes of errors that are not ours: a framework's refusal, a bug. */
const answers = 'api/problems.ts'

/** The codes in the objects and calls of the file that answers. */
const findAnswers = (text: string): string[] => [...text.matchAll(/(?:\bcode: |\bproblem\()'([a-z0-9_]+)'/g)].map((match) => match[1] ?? '')

/** The codes of the table in docs/errors.md, in its order: rows begin with | `code` |. */
const listDocumented = (page: string): string[] => [...page.matchAll(/^\| `([a-z0-9_]+)` \|/gm)].map((match) => match[1] ?? '')

const thrown: Thrown[] = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') && entry.name !== 'errors.ts')
  .map((entry) => relative(src, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
  .flatMap((file) => {
    const text = readFileSync(join(src, file), 'utf8')
    return [...findCodes(text), ...(file === answers ? findAnswers(text) : [])].map((code) => ({ code, file }))
  })

describe('error codes', () => {
  const documented = listDocumented(readFileSync(join(packageRoot(), 'docs', 'errors.md'), 'utf8'))

  it('are found in every way in which they are written', () => {
    expect(
      findCodes(
        "throw new UserError('one', 'x')\nnew UserError(\n  'two',\n  `y`)\n// new UserError('three', '')\nnew UserError(code, '')\nnew UserError(error.code, '')\nnew UserError(problem.error.code, '')",
      ),
    ).toEqual(['one', 'two', ''])
  })

  it('are written as literals, so that they can be looked up', () => {
    expect(thrown.filter(({ code }) => code === '')).toEqual([])
  })

  it('that are thrown stand in docs/errors.md', () => {
    const known = new Set(documented)
    expect(thrown.filter(({ code }) => code !== '' && !known.has(code))).toEqual([])
  })

  it('that stand in docs/errors.md are thrown somewhere, and stand there once, in order', () => {
    const used = new Set(thrown.map(({ code }) => code))
    expect(documented.filter((code) => !used.has(code))).toEqual([])
    expect(documented).toEqual([...new Set(documented)].sort())
  })
})
