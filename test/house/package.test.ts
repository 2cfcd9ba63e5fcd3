import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../src/root.ts'

interface Package {
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  allowScripts?: Record<string, boolean>
  packages?: Record<string, { hasInstallScript?: boolean; license?: string; dev?: boolean; link?: boolean }>
}

const read = (file: string): string => readFileSync(join(packageRoot(), file), 'utf8')
const parse = (file: string): Package => JSON.parse(read(file)) as Package

describe('package.json', () => {
  it.each(['package.json', 'tools/gen/package.json'])('%s pins every dependency to one exact version', (file) => {
    const { dependencies = {}, devDependencies = {} } = parse(file)
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    )
    expect(loose).toEqual([])
  })

  it('decides about the install script of every dependency that has one, so that npm has nothing to ask', () => {
    const scripted = Object.entries(parse('package-lock.json').packages ?? {})
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([place]) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length))
    expect(Object.keys(parse('package.json').allowScripts ?? {}).sort()).toEqual([...new Set(scripted)].sort())
  })
})

describe('package-lock.json', () => {
  it('names no registry: it is installed from the one that each machine is set up for', () => {
    expect(read('package-lock.json').match(/"resolved": "https?:[^"]*"/g)).toBeNull()
  })

  it('holds nothing for run time under a licence that binds what uses it', () => {
    const allowed = /^\(?(MIT|Apache-2\.0|BSD-[23]-Clause|ISC|0BSD|BlueOak-1\.0\.0|Unlicense|OFL-1\.1|CC0-1\.0|Python-2\.0|WTFPL)\b/
    const others = Object.entries(parse('package-lock.json').packages ?? {})
      .filter(([place, { dev, link }]) => place.startsWith('node_modules/') && !dev && !link)
      // png-js (under pdfmake) names none in its package.json; its LICENSE file is MIT's.
      .filter(([place, { license }]) => place !== 'node_modules/png-js' || license !== undefined)
      .filter(([, { license }]) => !allowed.test(license ?? ''))
      .map(([place, { license }]) => `${place}: ${license}`)
    expect(others).toEqual([])
  })
})
