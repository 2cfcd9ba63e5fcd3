import { describe, expect, it } from 'vitest'
import { openFile } from '../../src/ingest/readers/file.ts'
import { grype } from '../../src/ingest/importers/grype/grype.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { realData, withoutRealData } from './data.ts'

const data = realData()
it('zz', async () => {
  for (const entry of [...data!.files('reports/grype'), ...data!.files('reports/xeol')]) {
    const { head, source } = await openFile(entry.file)
    const yes = grype.detect(head)
    let records: FileRecord[] = []
    let err = ''
    if (yes) try { for await (const record of grype.parse(source, {})) records.push(record) } catch (e) { err = String(e) }
    const c: Record<string, number> = {}
    for (const r of records) c[r.kind] = (c[r.kind] ?? 0) + 1
    console.log(entry.path, yes, err, 'expected', entry.expected_findings, JSON.stringify(c), JSON.stringify(records.find(r => r.kind === 'asset')), records.filter(r => r.kind==='skipped').slice(0,2), JSON.stringify(records.find(r=>r.kind==='finding')), records.filter(r=>r.kind==='coverage').length<5 && JSON.stringify(records.filter(r=>r.kind==='coverage').map(r=>[r.subject,r.checks])))
  }
})
