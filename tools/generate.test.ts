import { describe, expect, it } from 'vitest'
import { composeFormats } from './generate.mjs'

describe('composeFormats', () => {
  const page = composeFormats([
    { id: 'zeta', kind: 'importers', text: '# Zeta (XML)\n\nMake it so:\n\n## Fields\n\n```\n# a comment\n```\n' },
    { id: 'alpha', kind: 'importers', text: '# Alpha, v2\n\nAn alpha.\n' },
    { id: 'kev', kind: 'feeds', text: '# CISA KEV\n\nA list.\n' },
  ])

  it('says that it is generated, in its first line', () => {
    expect(page.split('\n')[0]).toContain('Generated')
  })

  it('lists reports by title, then feeds, with links that lead to the headings', () => {
    const entries = page.split('\n').filter((line) => line.startsWith('- ['))
    expect(entries).toEqual(['- [Alpha, v2](#alpha-v2) `alpha`', '- [Zeta (XML)](#zeta-xml) `zeta`', '- [CISA KEV](#cisa-kev) `kev`'])
    for (const title of ['Alpha, v2', 'Zeta (XML)', 'CISA KEV']) expect(page).toContain(`\n### ${title}\n`)
  })

  it('puts inner headings lower but leaves code alone', () => {
    expect(page).toContain('\n#### Fields\n')
    expect(page).toContain('\n# a comment\n')
  })
})
