import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

let found: string | null = null

/**
 * The folder of Plimsoll itself, an absolute path: the nearest folder above this file whose package.json is named "plimsoll".
 * Files that are read as files at run time are found from it (`catalog/`, `src/store/schema/*.sql`, `dist/web/`), so that it makes no
 * difference whether this code runs from `src/` or bundled from `dist/`. Throws a plain error when there is none: a broken installation.
 */
export function packageRoot(): string {
  found ??= findRoot(dirname(fileURLToPath(import.meta.url)))
  return found
}

/** The version of this program, as its package.json states it. */
export const packageVersion = (): string =>
  (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version

function findRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (packageName(folder) === 'plimsoll') return folder
    if (dirname(folder) === folder) throw new Error(`No package.json named "plimsoll" in ${start} or any folder above it`)
  }
}

function packageName(folder: string): unknown {
  try {
    const content: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return typeof content === 'object' && content !== null && 'name' in content ? content.name : null
  } catch {
    return null
  }
}
