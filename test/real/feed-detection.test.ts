import { describe, expect, it } from 'vitest'
import { cveRecords } from '../../src/ingest/feeds/cve-records/cve-records.ts'
import { endOfLife } from '../../src/ingest/feeds/end-of-life/end-of-life.ts'
import { epss } from '../../src/ingest/feeds/epss/epss.ts'
import { exploitDb } from '../../src/ingest/feeds/exploit-db/exploit-db.ts'
import { kev } from '../../src/ingest/feeds/kev/kev.ts'
import { metasploit } from '../../src/ingest/feeds/metasploit/metasploit.ts'
import { graphSecureScore } from '../../src/ingest/importers/graph-secure-score/graph-secure-score.ts'
import { maester } from '../../src/ingest/importers/maester/maester.ts'
import { prowler } from '../../src/ingest/importers/prowler/prowler.ts'
import { scubagear } from '../../src/ingest/importers/scubagear/scubagear.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import { realData, withoutRealData } from './data.ts'

const data = realData()

const folders = new Map([
  [kev, 'feeds/kev/'],
  [epss, 'feeds/epss/'],
  [cveRecords, 'feeds/cve-v5-vulnrichment/'],
  [exploitDb, 'feeds/exploitdb/'],
  [metasploit, 'feeds/metasploit/'],
  [endOfLife, 'feeds/endoflife/'],
])

describe.skipIf(!data)(`each feed takes its own files only (${data ? data.root : withoutRealData})`, () => {
  it('over all reports, feeds and frameworks', async () => {
    const wrong: string[] = []
    const everything = [...data!.files('feeds'), ...data!.files('reports'), ...data!.files('frameworks')]
    for (const { path, file } of everything) {
      const opened = await openFile(file).catch(() => null)
      if (!opened) continue
      for (const [feed, folder] of folders) if (feed.detect(opened.head) && !path.startsWith(folder)) wrong.push(`${feed.id}: ${path}`)
      if (path.startsWith('reports/')) continue
      for (const importer of [prowler, graphSecureScore, scubagear, maester])
        if (importer.detect(opened.head)) wrong.push(`${importer.id}: ${path}`)
    }
    expect(wrong).toEqual([])
  })
})
