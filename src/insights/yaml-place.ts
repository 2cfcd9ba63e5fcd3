import { LineCounter, parseDocument } from 'yaml'

/** What a YAML text says, and where in it each part stands. */
export interface ReadYaml {
  content: unknown
  /** Why it is no YAML at all; `line` from 1 on. */
  problems: { line: number | null; message: string }[]
  /** The line of a part, from 1 on: of the nearest one around it that stands in the text; null where none does. */
  lineOf: (path: readonly PropertyKey[]) => number | null
}

/** Reads one YAML document. Never throws. */
export function readYaml(yaml: string): ReadYaml {
  const lines = new LineCounter()
  const document = parseDocument(yaml, { lineCounter: lines, stringKeys: true })
  const problems: ReadYaml['problems'] = document.errors.map(({ message, linePos }) => ({ line: linePos?.[0].line ?? null, message }))
  let content: unknown = null
  if (!problems.length) {
    try {
      content = document.toJS({ maxAliasCount: 20 })
    } catch (error) {
      problems.push({ line: null, message: String(error) })
    }
  }
  return {
    content,
    problems,
    lineOf: (path) => {
      for (let length = path.length; length > 0; length--) {
        const node = document.getIn(path.slice(0, length) as (string | number)[], true) as { range?: [number, number, number] } | undefined
        if (node?.range) return lines.linePos(node.range[0]).line
      }
      return null
    },
  }
}
