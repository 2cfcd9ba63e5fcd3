import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../src/root.ts'

const root = packageRoot()

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

/** Targets of the links and pictures of a page that lead to files of this repository, without their #anchor. */
function listLocalLinks(text: string): string[] {
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)]
    .map((match) => (match[1] ?? '').replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/i.test(target))
}

describe('links between pages', () => {
  it('are found, and what only looks like one is not', () => {
    expect(listLocalLinks('[a](b.md#c) ![d](e.png) [f](https://g.example/) `[h](i)`\n```\n[j](k)\n```\n[l](#m)')).toEqual(['b.md', 'e.png'])
  })

  it.each(pages)('%s leads only to files that are there', (page) => {
    const path = join(root, page)
    const broken = listLocalLinks(readFileSync(path, 'utf8')).filter((target) => !existsSync(resolve(dirname(path), decodeURI(target))))
    expect(broken).toEqual([])
  })
})
