import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Whether a path has a character that a pattern has. */
export const isGlob = (path: string): boolean => /[*?[{]/.test(path)

/** `a{b,c}` as `ab` and `ac`; not nested. */
function alternatives(pattern: string): string[] {
  const found = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(pattern)
  if (!found) return [pattern]
  return found[2]!.split(',').flatMap((one) => alternatives(found[1]! + one + found[3]!))
}

/** One step of a pattern. A wildcard does not stand for the point at the beginning of a hidden name. */
function matcher(part: string): RegExp {
  const body = part.replace(/\*+|\?|\[(!?)([^\]]+)\]|[\s\S]/g, (token, not: string | undefined, set: string | undefined) => {
    if (token.startsWith('*')) return '[^/]*'
    if (token === '?') return '[^/]'
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\\]^]/g, '\\$&')}]`
    return token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  })
  return new RegExp(`^${/^[*?[]/.test(part) ? '(?!\\.)' : ''}${body}$`, 's')
}

/**
 * The paths that a pattern names, sorted: `*`, `?`, `[a-z]`, `[!a]`, `{a,b}`, and `**` for any folders, without following links to them.
 * For shells that do not expand, and for patterns in quotes. Empty when there is none.
 */
export async function expandGlob(pattern: string, onWindows = process.platform === 'win32'): Promise<string[]> {
  const found = new Set<string>()
  for (const one of alternatives(onWindows ? pattern.replaceAll('\\', '/') : pattern)) {
    const root = /^(?:[A-Za-z]:)?\/+/.exec(one)?.[0] ?? ''
    for (const path of await walk(root, one.slice(root.length).split('/').filter(Boolean))) found.add(path)
  }
  return [...found].toSorted()
}

async function walk(folder: string, parts: string[]): Promise<string[]> {
  const [part, ...rest] = parts
  if (part === undefined) return [folder]
  if (part === '**') {
    const inside = (await list(folder)).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    const deeper = await Promise.all(inside.map(({ name }) => walk(join(folder, name), parts)))
    return [...(await walk(folder, rest.length > 0 ? rest : ['*'])), ...deeper.flat()]
  }
  if (!isGlob(part)) {
    const path = join(folder, part)
    return (await exists(path)) ? walk(path, rest) : []
  }
  const wanted = matcher(part)
  const matching = (await list(folder)).filter(({ name }) => wanted.test(name))
  return (await Promise.all(matching.map(({ name }) => walk(join(folder, name), rest)))).flat()
}

const list = async (folder: string) => readdir(folder || '.', { withFileTypes: true }).catch(() => [])
const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )
