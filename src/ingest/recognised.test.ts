import { describe, expect, it } from 'vitest'
import { inspectFile } from './ingest.ts'
import { recognise, recognised } from './recognised.ts'

const head = (text: string) => ({ name: 'x', text })
const told = async (text: string | Uint8Array) => (await inspectFile({ name: 'x', bytes: Buffer.from(text) })).error!

describe('recognised', () => {
  it('is sorted by name, each name once', () => {
    const names = recognised.map(({ name }) => name.toLowerCase())
    expect(names).toEqual([...new Set(names)].toSorted((a, b) => (a < b ? -1 : 1)))
  })

  it.each([
    ['{"Golang errors": {}, "Issues": [{"severity": "HIGH"}]}', 'gosec'],
    ['{"@version": "2.14", "@generated": "Mon", "site": []}', 'ZAP'],
    ['<?xml version="1.0"?><!DOCTYPE issues [<!ELEMENT issues (issue*)>]><issues burpVersion="2024"></issues>', 'Burp Suite'],
    ['<!-- SPDX --> <?xml version="1.0"?><OWASPZAPReport version="2"/>', 'ZAP'],
    ['simulationRunId,threatId,threatName\n1,2,3\n', 'Picus'],
    ['{"findings": [{"title": "x", "severity": "High", "description": "y"}]}', "DefectDojo's generic findings"],
    ['Assets Export,05 Mar 2026 07:10 AM +00:00\nName,DNS Name\n', 'Microsoft Defender portal, exposed devices'],
    ['Security Recommendations Export,05 Mar 2026 07:10 AM +00:00,,\n', 'Microsoft Defender portal, security recommendations'],
    ['Name,OS platform,Devices Score impact,Category,Exposed devices\n', 'Microsoft Defender portal, security recommendations'],
    ['Software Inventory Export,05 Mar 2026 07:10 AM +00:00\nName,Vendor\n', 'Microsoft Defender portal'],
  ])('knows %s', (text, name) => {
    expect(recognise(head(text))?.name).toBe(name)
  })

  it.each([
    '{"findings": [{"title": "x", "severity": "High", "arn": "y"}]}',
    '{"findings": [{"title": "x", "severity": "High"}], "project": {}}',
    '{"text": "the OWASPZAPReport of simulationRunId"}',
    '<report><info>other</info></report>',
    'Assets Export,Name\n',
    'Software Inventory Export,today\n',
    '[]',
    '',
  ])('knows nothing of %s', (text) => {
    expect(recognise(head(text))).toBeNull()
  })

  it('says which tool wrote it and what to do instead', async () => {
    expect(await told('{"Golang errors": {}, "Issues": []}')).toEqual({
      code: 'format_not_read',
      message: 'x is a report of gosec about Go code, which Plimsoll does not read: write SARIF with gosec -fmt sarif and import that',
    })
    expect((await told('simulationRunId,threatId,threatName\n')).message).toBe(
      'x is a report of Picus about simulated attacks, which Plimsoll does not read. Where the tool can write SARIF or CycloneDX, import that instead',
    )
  })
})

describe('a file of no known format', () => {
  it.each([
    ['{"a": 1, "b": {"c": 2}}', 'a JSON object that has "a", "b"'],
    ['[{"first": 1}]', 'a JSON list whose first item has "first"'],
    ['[]', 'an empty JSON list'],
    ['{}', 'a JSON object without members'],
    ['null', 'a single JSON value'],
    ['<scan:report xmlns:scan="x"/>', 'XML with the root element <scan:report>'],
    ['Host;State\nweb-1.example.com;up\n', 'a table with the columns "Host", "State"'],
    ['<!DOCTYPE html><html><body>Sign in</body></html>', 'a web page (HTML)'],
    ['%PDF-1.7\n', 'a PDF'],
    ['nothing known', 'text that begins with "nothing known"'],
    [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]), 'not text'],
  ])('%s: it says what it is', async (content, what) => {
    const { code, message } = await told(content)
    expect(code).toBe('unknown_format')
    expect(message).toContain(`it is ${what}`)
  })
})
