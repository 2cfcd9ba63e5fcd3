import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { osv } from '../../src/ingest/feeds/osv/osv.ts'
import { realData, recordsOf, takes, withoutRealData } from './data.ts'

const data = realData()

describe.skipIf(!data)(`osv on real files (${data ? 'present' : withoutRealData})`, () => {
  it('reads the Go database: one description per CVE of a standing record', async () => {
    const { file } = data!.files('feeds/osv').find(({ path }) => path.endsWith('go-vulndb.jsonl.gz'))!
    expect(await takes(osv, file)).toBe(true)
    const records = await recordsOf(osv, file)
    const raw = gunzipSync(readFileSync(file))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { withdrawn?: string; aliases?: string[] })
    let descriptions = 0
    let skipped = 0
    for (const { withdrawn, aliases = [] } of raw) {
      const cves = new Set(aliases.filter((alias) => alias.startsWith('CVE-'))).size
      if (withdrawn && cves) skipped++
      else descriptions += Math.max(1, cves)
    }
    expect(records.filter(({ kind }) => kind === 'description')).toHaveLength(descriptions)
    expect(records.filter(({ kind }) => kind === 'skipped')).toHaveLength(skipped)
    expect(raw).toHaveLength(4201)
  })
})
