import { describe, expect, it } from 'vitest'
import { csvOf } from './csv.ts'

describe('csvOf', () => {
  it('writes a header of all fields and quotes what needs it', () => {
    expect(
      csvOf([
        { name: 'a "b", c', assets: 3 },
        { name: 'd', owner: null },
      ]),
    ).toBe('name,assets,owner\r\n"a ""b"", c",3,\r\nd,,\r\n')
  })

  it('joins lists and names things', () => {
    expect(csvOf([{ sources: ['nessus', 'trivy'], initiatives: [{ id: 'x', title: 'Cloud' }] }])).toBe(
      'sources,initiatives\r\nnessus; trivy,Cloud\r\n',
    )
  })

  it('does not let a spreadsheet run text from a report, and leaves numbers alone', () => {
    expect(csvOf([{ title: '=cmd()', change: -3.5, other: '@x' }])).toBe("title,change,other\r\n'=cmd(),-3.5,'@x\r\n")
  })
})
